"""Agendas on the desk: one page a meeting, and the list of them all."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rotation.act_view import ActsAdmin
from rotation.history_admin import KeptAdmin
from rotation.numbers import number_in

from ...agenda.acts import RULES, AgendaRefused, open_agenda, set_rules
from ...models import Agenda, AgendaItem, AgendaStage, ItemProposer, Meeting
from ..schedule.when import when_text
from .acts import ACTS
from .forms import RulesForm
from .item_pages import ItemPages
from .page import page_of, when_shown
from .papers import minutes_text
from .shown import page_shown
from .stage_pages import StagePages

LISTED = Q(items__status=AgendaItem.Status.LISTED)


class StageFilter(admin.SimpleListFilter):
    title = gettext_lazy("stage")
    parameter_name = "stage"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("none", _("draft only")), *AgendaStage.Code.choices]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "none":
            return queryset.filter(last_code__isnull=True)
        return queryset.filter(last_code=self.value()) if self.value() else queryset


@admin.register(Agenda)
class AgendaAdmin(ItemPages, StagePages, ActsAdmin, KeptAdmin):
    acts = ACTS
    how_it_begins = gettext_lazy("An agenda is begun on the page of its meeting.")
    list_display = ["meeting_shown", "when", "stage_shown", "item_count", "time_shown", "pending_count"]
    list_filter = [StageFilter, ("meeting__track", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["meeting__track"]
    search_fields = ["meeting__searched", "meeting__track__names", "items__searched"]
    date_hierarchy = "meeting__first_on"
    ordering = ["-meeting__first_on", "pk"]
    history_parts = [(AgendaItem, "agenda"), (ItemProposer, "item__agenda")]
    actions = None

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("of/<int:pk>/", view(self.of_view), name="meetings_agenda_of"),
            path("<int:pk>/rules/", view(self.rules_view), name="meetings_agenda_rules"),
            *super().get_urls(),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # an agenda is begun from its meeting

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agenda]:
        last = AgendaStage.objects.filter(agenda=OuterRef("pk")).order_by("-number")
        return (
            super()
            .get_queryset(request)
            .annotate(
                items_counted=Count("items", filter=LISTED),
                minutes_planned=Sum("items__minutes", filter=LISTED),
                items_pending=Count("items", filter=Q(items__status=AgendaItem.Status.PENDING)),
                last_code=Subquery(last.values("code")[:1]),
            )
        )

    def of_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The agenda of a meeting; where there is none yet, the page that begins it."""
        meeting = get_object_or_404(Meeting.objects.select_related("track"), pk=pk)
        self._allow(request, None, to_change=False)
        agenda = Agenda.objects.filter(meeting=meeting).first()
        may_add = request.user.has_perm("meetings.add_agenda")
        if agenda is None and request.method == "POST":
            if not may_add:
                raise PermissionDenied
            try:
                agenda = open_agenda(meeting.pk, actor=request.user)
                messages.success(request, _("The agenda was begun. Propose its first items."))
            except AgendaRefused as refusal:
                messages.error(request, str(refusal))
                return HttpResponseRedirect(reverse("admin:meetings_meeting_change", args=[pk]))
        if agenda is not None:
            return HttpResponseRedirect(page_of(agenda))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Agenda"),
            "subtitle": str(meeting),
            "meeting": meeting,
            "meetings": Meeting._meta.verbose_name_plural,
            "when": when_shown(meeting),
            "can_begin": may_add and meeting.status != Meeting.Status.CANCELLED,
        }
        return TemplateResponse(request, "admin/meetings/agenda/begin.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The agenda's own page; what changes on it has pages of its own."""
        pk = number_in(object_id)
        agenda = self._agenda_for(request, pk, to_change=False)
        return self._page(request, "page.html", agenda, title=_("Agenda"), **page_shown(agenda, request.user))

    def rules_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        agenda = self._agenda_for(request, pk)
        form = RulesForm(request.POST or None, instance=Agenda.objects.get(pk=pk))
        if form.is_valid():
            values = {name: form.cleaned_data[name] for name in RULES}
            try:
                set_rules(pk, values, actor=request.user, reason=form.cleaned_data["reason"])
            except AgendaRefused as refusal:
                return self._refused(request, agenda, refusal)
            messages.success(request, _("The session and the periods of notice were saved."))
            return self._back(agenda)
        notes = [
            _(
                "Days are counted back from the first day of the meeting. Items keep the kind that they came in by."
            ),
            _(
                "The periods begin as those of the General Assembly; the next agenda of this track takes them over."
            ),
        ]
        return self._page(
            request,
            "form.html",
            agenda,
            title=_("Session and notice"),
            form=form,
            notes=notes,
            confirm=_("Save"),
        )

    @admin.display(description=gettext_lazy("meeting"), ordering="meeting__track__position")
    def meeting_shown(self, agenda: Agenda) -> str:
        return str(agenda.meeting)

    @admin.display(description=gettext_lazy("when"), ordering="meeting__first_on")
    def when(self, agenda: Agenda) -> str:
        return when_text(agenda.meeting.span)

    @admin.display(description=gettext_lazy("last stage"))
    def stage_shown(self, agenda: Agenda) -> str:
        return str(AgendaStage.Code(agenda.last_code).label) if agenda.last_code else _("draft only")

    @admin.display(description=gettext_lazy("items"), ordering="items_counted")
    def item_count(self, agenda: Agenda) -> int:
        return agenda.items_counted

    @admin.display(description=gettext_lazy("time"), ordering="minutes_planned")
    def time_shown(self, agenda: Agenda) -> str:
        return minutes_text(agenda.minutes_planned) if agenda.minutes_planned else ""

    @admin.display(description=gettext_lazy("waiting for a decision"), ordering="items_pending")
    def pending_count(self, agenda: Agenda) -> str:
        return str(agenda.items_pending or "")
