"""The seats of a committee with their terms, and its sittings with who was there."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from rotation.as_shown_forms import AsShownInlineForm
from rotation.history_admin import HistoryAdmin
from rotation.inputs import LastDay, TableInline
from rotation.sort_keys import ByAlphabet

from ...changes import committee_changed
from ...committees.acts import record_attendance, seats_on
from ...committees.terms import SOON_DAYS, leaving
from ...models import Attendance, Meeting, Seat, SeatTerm, Sitting
from .desk import term_text

# The inline's prefix in its form, and more rows than a committee has seats.
ATTENDANCE, SEATS_AT_MOST = "attendance", 1000
BY_NAME = ("organisation__state", ByAlphabet("organisation__sorted_as"))


class TermFormSet(BaseInlineFormSet):
    """The database knows the terms that are stored; two new ones are compared here."""

    def clean(self) -> None:
        super().clean()
        rows = [form.instance for form in self.forms if form.has_changed() or form.instance.pk]
        rows = [row for row in rows if row.starts_on and row.office]
        for one, other in combinations(rows, 2):
            if one.office == other.office and _share_a_day(one, other):
                raise ValidationError(_("Two of these terms share a day."))


def _share_a_day(one: SeatTerm, other: SeatTerm) -> bool:
    return (other.ends_on is None or one.starts_on < other.ends_on) and (
        one.ends_on is None or other.starts_on < one.ends_on
    )


class TermForm(AsShownInlineForm):
    ends_on = LastDay(
        label=gettext_lazy("Last day"), required=False, help_text=gettext_lazy("Empty while not known.")
    )


class TermInline(TableInline):
    model = SeatTerm
    form = TermForm
    formset = TermFormSet
    fields = ["office", "starts_on", "ends_on", "basis"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # a term that is cut short ends earlier


@admin.register(Seat)
class SeatAdmin(HistoryAdmin):
    list_display = ["organisation", "role", "track", "term_shown"]
    ordering = ["track", *BY_NAME, "pk"]
    list_filter = ["organisation__state", "role"]
    list_select_related = ["organisation", "track"]
    autocomplete_fields = ["organisation", "track"]
    search_fields = ["organisation__names", "role"]
    inlines = [TermInline]
    history_parts = [(SeatTerm, "seat")]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Seat]:
        return super().get_queryset(request).prefetch_related("terms")

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        committee_changed.send(sender=None, track_id=form.instance.track_id)

    @admin.display(description=pgettext_lazy("of office", "term"))
    def term_shown(self, seat: Seat) -> str:
        today = timezone.localdate()
        rows = list(seat.terms.all())
        if leaving([row.term for row in rows], today):
            text = ngettext("leaves within %(days)d day", "leaves within %(days)d days", SOON_DAYS)
            return format_html('<span class="chip chip-late">{}</span>', text % {"days": SOON_DAYS})
        return " · ".join(term_text(row) for row in rows if row.term.runs_on(today))


class AttendanceFormSet(BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        sitting = self.instance
        if sitting.meeting_id is None or sitting.held_on is None:
            return
        held = {seat.pk for seat in seats_on(sitting.meeting.track, sitting.held_on)}
        for form in self.forms:
            if form.has_changed() and form.instance.seat_id not in held:
                form.add_error("seat", _("This seat is not held on the day of the sitting."))


class AttendanceInline(TableInline):
    """A row for every seat that is held on the day; what is left empty is not recorded."""

    model = Attendance
    formset = AttendanceFormSet
    fields = ["seat", "presence"]

    def get_extra(self, request: HttpRequest, obj: Sitting | None = None, **kwargs: Any) -> int:
        return len(unrecorded(obj or sitting_asked_for(request)))

    def get_max_num(self, request: HttpRequest, obj: Sitting | None = None, **kwargs: Any) -> int:
        """The rows that there are and those of the seats; no more is added by hand."""
        recorded = obj.attendance.count() if obj else 0
        return recorded + len(unrecorded(obj or sitting_asked_for(request)))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attendance]:
        return super().get_queryset(request).select_related("seat__organisation", "seat__track")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "seat":
            kwargs["queryset"] = Seat.objects.select_related("organisation", "track").order_by(*BY_NAME)
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        field.label_from_instance = lambda seat: str(seat.organisation)
        field.choices = list(field.choices)  # read once, not once a row
        return field

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "seat":
            field.widget.can_add_related = False
        return field

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Sitting)
class SittingAdmin(HistoryAdmin):
    list_display = ["meeting", "number", "held_on"]
    list_select_related = ["meeting__track"]
    search_fields = ["meeting__titles", "meeting__track__names"]
    autocomplete_fields = ["meeting"]
    fields = ["meeting", ("number", "held_on"), "note", "reason"]
    history_parts = [(Attendance, "sitting")]

    def get_inlines(self, request: HttpRequest, obj: Sitting | None) -> list[type[TableInline]]:
        """Beside a new sitting too, once its session and its day are known: the committee's page names both."""
        return [AttendanceInline] if obj or unrecorded(sitting_asked_for(request)) else []

    def get_readonly_fields(self, request: HttpRequest, obj: Sitting | None = None) -> list[str]:
        return ["meeting"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Sitting | None = None) -> bool:
        """One entered in error goes; where attendance is recorded it is evidence and stays."""
        return obj is not None and not obj.attendance.exists() and super().has_delete_permission(request, obj)

    def get_formset_kwargs(
        self, request: HttpRequest, obj: Sitting, inline: Any, prefix: str
    ) -> dict[str, Any]:
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        if obj.pk:
            kwargs["initial"] = [{"seat": seat.pk} for seat in unrecorded(obj)]
        elif request.method == "POST":
            # As the page had them: who changed the day on it has said nothing of the seats of another day.
            sent = (request.POST.get(f"{prefix}-{row}-seat") for row in range(SEATS_AT_MOST))
            kwargs["initial"] = [{"seat": seat} for seat in sent if seat]
        else:
            kwargs["initial"] = [{"seat": seat.pk} for seat in unrecorded(sitting_asked_for(request))]
        return kwargs

    def response_add(self, request: HttpRequest, obj: Sitting, *args: Any, **kwargs: Any) -> HttpResponse:
        """Where the form could not know the seats, its page comes again with them."""
        answer = super().response_add(request, obj, *args, **kwargs)
        had_seats = f"{ATTENDANCE}-TOTAL_FORMS" in request.POST or not unrecorded(obj)
        if answer.status_code == 302 and not had_seats and "_popup" not in request.POST:
            return HttpResponseRedirect(reverse("admin:meetings_sitting_change", args=[obj.pk]))
        return answer

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        rows = formset.save(commit=False)
        presences = {row.seat_id: row.presence for row in rows}
        record_attendance(
            form.instance.pk, presences, actor=request.user, reason=form.cleaned_data.get("reason", "")
        )
        formset.save_m2m()


def sitting_asked_for(request: HttpRequest) -> Sitting | None:
    """The sitting that a page to add one speaks of, not stored; None while its session or its day is not known."""
    if request.method == "POST" and f"{ATTENDANCE}-TOTAL_FORMS" not in request.POST:
        return None  # the page that was sent had no seats yet
    sent = request.POST or request.GET
    try:
        held_on = date.fromisoformat(sent.get("held_on", ""))
        meeting = Meeting.objects.select_related("track").filter(pk=int(sent.get("meeting", ""))).first()
    except (ValueError, OverflowError, DataError):
        return None
    return Sitting(meeting=meeting, held_on=held_on) if meeting else None


def unrecorded(sitting: Sitting | None) -> list[Seat]:
    """The seats that are held on the day of a sitting and of which nothing is recorded; none of no sitting."""
    if sitting is None:
        return []
    known = set(sitting.attendance.values_list("seat_id", flat=True)) if sitting.pk else set()
    return [seat for seat in seats_on(sitting.meeting.track, sitting.held_on) if seat.pk not in known]
