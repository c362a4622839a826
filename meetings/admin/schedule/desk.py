"""Meetings on the desk."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rotation.act_view import ActsAdmin
from rotation.as_shown_forms import AsShownInline
from rotation.history_admin import KeptAdmin
from rotation.inputs import PlainInputs, TableInline
from rotation.numbers import number_in

from ...hosts.summits import lies_outside_its_period
from ...models import CoLocation, Deadline, Due, Meeting, Outcome
from ...saving import rederive, save_meeting, template_of
from ...schedule.lifecycle import offered
from ...schedule.lifecycle_said import StatusRefused, standing_of
from ...schedule.surroundings import STANDING, clashes_at
from ..asking import AsksFirst
from ..deadlines.matrix import matrix_of
from ..deadlines.short_pages import ShortDays
from ..deadlines.templates import RULE_ROWS
from .clash_words import clashes_shown
from .forms import MeetingForm, NewMeetingForm
from .move_pages import Cancel, Move, Postpone
from .preparation_pages import PREPARERS, PreparationPages, offer_preparation
from .taking_pages import Take
from .when import hours_text, when_text

DATE_FIELDS = ["precision", ("first_on", "last_on"), ("starts", "ends"), "zone"]


class OutcomeInline(TableInline):
    model = Outcome
    fields = ["position", "title", "kind"]
    show_change_link = True
    classes = ["collapse"]


class DeadlineInline(AsShownInline, PlainInputs, admin.StackedInline):
    model = Deadline
    extra = 0
    fields = RULE_ROWS
    verbose_name_plural = gettext_lazy("Deadlines of this meeting")
    classes = ["collapse"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class UpcomingFilter(admin.SimpleListFilter):
    title = gettext_lazy("time")
    parameter_name = "time"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("upcoming", _("upcoming")), ("past", _("past")), ("undated", _("no date yet"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "upcoming":
                return queryset.upcoming(timezone.now())
            case "past":
                return queryset.filter(last_on__lt=timezone.localdate())
            case "undated":
                return queryset.filter(precision=Meeting.DatePrecision.NONE)
        return queryset


@admin.register(Meeting)
class MeetingAdmin(AsksFirst, PreparationPages, ActsAdmin, KeptAdmin):
    acts = [Move(), Postpone(), Cancel(), Take(), ShortDays()]
    ask_template = "admin/meetings/meeting/visibility.html"
    form = MeetingForm
    change_form_template = "admin/meetings/meeting/change_form.html"
    list_display = ["title_shown", "when", "place_shown", "host", "status_chip", "open_dues"]
    list_filter = [
        UpcomingFilter,
        "status",
        ("track", admin.RelatedOnlyFieldListFilter),
        "format",
        "host",
        "precision",
        "visibility",
    ]
    search_fields = ["searched", "track__names", "=ordinal"]
    date_hierarchy = "first_on"
    ordering = ["-first_on", "pk"]
    autocomplete_fields = ["summit", "prepares", "co_located_with"]
    history_parts = [(Outcome, "meeting"), (Deadline, "meeting")]
    history_links = [("co_located_with", CoLocation)]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Meeting]:
        # By itself, not by a join: grouping whole rows of four tables took longer than all the page beside it.
        open_dues = Due.objects.open().filter(deadline__meeting=OuterRef("pk")).order_by()
        counted = open_dues.values("deadline__meeting").annotate(count=Count("pk")).values("count")
        return (
            super()
            .get_queryset(request)
            .select_related("track", "host", "country", "summit__mechanism")
            .annotate(open_dues_count=Subquery(counted))  # None where none is open
        )

    def get_inlines(self, request: HttpRequest, obj: Meeting | None) -> list[Any]:
        return [DeadlineInline, OutcomeInline] if obj else []

    def get_form(self, request: HttpRequest, obj: Meeting | None = None, **kwargs: Any) -> Any:
        return super().get_form(request, obj, **{"form": MeetingForm if obj else NewMeetingForm, **kwargs})

    def get_fieldsets(self, request: HttpRequest, obj: Meeting | None = None) -> list[Any]:
        what = ["track", "ordinal", "titles", ("status", "visibility")]
        where = [("host", "format"), ("city", "country"), "venue"]
        date = (_("When"), {"fields": ["when"] if obj else DATE_FIELDS})
        return [
            (_("What"), {"fields": what}),
            date,
            (_("Where"), {"fields": where}),
            (
                _("How it hangs together"),
                {
                    "fields": [("summit", "prepares"), "co_located_with", "source", "note"],
                    "classes": ["collapse"],
                },
            ),
            (
                None,
                {
                    "fields": ["reason"]
                    if obj
                    else ["reason", "host_shown", "number_shown", "day_shown", "clashes_seen"]
                },
            ),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Meeting | None = None) -> list[str]:
        if obj is None:
            return ["when"]
        # A summit's host is that of its turn: another one is a decision of the parties.
        by_turn = ["host", "summit"] if obj.summit_id else []
        is_settled = len(offered(standing_of(obj, obj.status), timezone.localdate())) == 1
        return ["when", *by_turn, *(["status"] if is_settled else [])]

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except StatusRefused as refusal:  # somebody else changed it between the form's check and the save
            messages.error(request, str(refusal))
            return HttpResponseRedirect(request.get_full_path())

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        pk = number_in(object_id)
        matrix = None if pk is None else matrix_of(pk)
        return super().change_view(request, object_id, form_url, {"matrix": matrix, **(extra_context or {})})

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        meeting = kwargs.get("obj")
        if meeting is not None:
            context["short_count"] = Due.objects.at_short_notice().filter(deadline__meeting=meeting).count()
        context["is_outside"] = meeting is not None and lies_outside_its_period(meeting)
        if meeting is None:
            context["clashes"] = clashes_shown(getattr(context["adminform"].form, "clashes", ()))
        elif meeting.status in STANDING:
            context["can_prepare"] = meeting.track.steps.exists() and request.user.has_perms(PREPARERS)
            context["clashes"] = clashes_shown(clashes_at(meeting, meeting.span))
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Meeting, form: Any, change: bool) -> None:
        if change and "visibility" in form.changed_data:
            before = Meeting.Visibility(form.initial["visibility"])
            after = Meeting.Visibility(obj.visibility)
            self.ask(
                request,
                title=_("Change who may see it"),
                before=before.label,
                before_value=before.value,
                after=after.label,
                visibility=after.value,
            )
        save_meeting(obj, actor=request.user, reason=form.cleaned_data.get("reason", ""))

    def save_related(self, request: HttpRequest, form: Any, formsets: list[Any], change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if any(formset.model is Deadline and formset.has_changed() for formset in formsets):
            rederive([form.instance.pk])

    def response_add(self, request: HttpRequest, obj: Meeting, *args: Any, **kwargs: Any) -> HttpResponse:
        count = Due.objects.filter(deadline__meeting=obj).count()
        text = ngettext("%(count)d date was derived", "%(count)d dates were derived", count) % {
            "count": count
        }
        url = f"{reverse('admin:meetings_due_changelist')}?deadline__meeting__id__exact={obj.pk}"
        if count:
            messages.info(request, format_html('<a href="{}">{}</a>', url, text))
        elif template_of(obj.track) is None:
            text = _(
                "Neither the track nor its level has a deadline template: take deadlines from another one"
            )
            url = reverse("admin:meetings_meeting_take", args=[obj.pk])
            messages.info(request, format_html('<a href="{}">{}</a>', url, text))
        else:
            messages.info(
                request, _("Deadlines were taken from the track's template; their days follow with the date.")
            )
        offer_preparation(request, obj)
        short = Due.objects.at_short_notice().filter(deadline__meeting=obj).count()
        if short:
            text = ngettext(
                "%(count)d deadline is past already, or nearer than its minimum notice: see the new day proposed",
                "%(count)d deadlines are past already, or nearer than their minimum notice: see the new days proposed",
                short,
            )
            url = reverse("admin:meetings_meeting_short", args=[obj.pk])
            messages.warning(request, format_html('<a href="{}">{}</a>', url, text % {"count": short}))
        return super().response_add(request, obj, *args, **kwargs)

    @admin.display(description=gettext_lazy("meeting"), ordering="track__position")
    def title_shown(self, meeting: Meeting) -> str:
        return str(meeting)

    @admin.display(description=gettext_lazy("when"), ordering="first_on")
    def when(self, meeting: Meeting) -> str:
        hours = hours_text(meeting.span)
        day = when_text(meeting.span)
        if lies_outside_its_period(meeting):
            chip = _("outside %(period)s") % {"period": meeting.summit.period}
            day = format_html('{} <span class="chip chip-late">{}</span>', day, chip)
        return format_html('{} <span class="quiet">{}</span>', day, hours) if hours else day

    @admin.display(description=gettext_lazy("place"), ordering="city")
    def place_shown(self, meeting: Meeting) -> str:
        return meeting.place

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def status_chip(self, meeting: Meeting) -> str:
        return format_html(
            '<span class="chip chip-{}">{}</span>', meeting.status, Meeting.Status(meeting.status).label
        )

    @admin.display(description=gettext_lazy("open deadlines"))
    def open_dues(self, meeting: Meeting) -> str:
        if not meeting.open_dues_count:
            return ""
        url = reverse("admin:meetings_due_changelist")
        query = f"deadline__meeting__id__exact={meeting.pk}&status__exact=open"
        return format_html('<a href="{}?{}">{}</a>', url, query, meeting.open_dues_count)
