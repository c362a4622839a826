"""Committees on the desk: the rule, who sits and who leaves, sittings with their quorum, recommendations."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rotation.forms import state_names
from rotation.history_admin import KeptAdmin, ReasonForm
from rotation.inputs import TableInline
from rotation.lists import listed
from rotation.translated import name_key, state_key, text_in

from ...changes import committee_changed
from ...committees.acts import holds, quorums
from ...committees.quorum import Quorum
from ...committees.terms import SOON_DAYS, leaving
from ...models import Committee, GroupSeat, Recommendation, Seat, SeatTerm, Sitting, WorkingGroup

REASONS = {
    "reached": gettext_lazy("quorum"),
    "too_few": gettext_lazy("no quorum: too few"),
    "required_missing": gettext_lazy("no quorum: without %(states)s"),
    "no_members": gettext_lazy("nobody has a seat"),
    "not_recorded": gettext_lazy("attendance not recorded"),
}


class CommitteeForm(ReasonForm):
    required_states = forms.MultipleChoiceField(
        label=gettext_lazy("Never without"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("States without which there is no quorum, whatever the number."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = list(state_names().items())
        if "required_states" in self.fields:
            self.fields["required_states"].choices = names


@admin.register(Committee)
class CommitteeAdmin(KeptAdmin):
    """A committee's page: its rule to set, and below it all that there is of it."""

    form = CommitteeForm
    change_form_template = "admin/meetings/committee/change_form.html"
    list_display = ["track", "quorum_kind", "quorum_number", "quorum_unit"]
    list_select_related = ["track"]
    search_fields = ["track__names", "track__slug"]
    autocomplete_fields = ["track"]
    fields = [
        "track",
        ("quorum_kind", "quorum_number", "quorum_unit"),
        "required_states",
        "notice_days",
        "basis",
        "reason",
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["track"] if obj else []

    def save_model(self, request: HttpRequest, obj: Committee, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        committee_changed.send(sender=None, track_id=obj.track_id)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        committee = kwargs.get("obj")
        if committee is not None:
            context |= committee_shown(committee, timezone.localdate())
        return super().render_change_form(request, context, *args, **kwargs)


def committee_shown(committee: Committee, today: date) -> dict[str, Any]:
    """Seats with their terms, who leaves within 90 days, sittings, groups, recommendations; few queries."""
    track = committee.track
    seats = list(
        Seat.objects.filter(track=track).select_related("organisation__state").prefetch_related("terms")
    )
    terms = [row for seat in seats for row in seat.terms.all()]
    soon = {term.key for term in leaving([row.term for row in terms], today)}
    sittings = list(
        Sitting.objects.filter(meeting__track=track)
        .select_related("meeting__track")
        .order_by("-held_on", "-number")
    )
    by_sitting = quorums(sittings)
    names = {seat.organisation.state_id: str(seat.organisation.state) for seat in seats}
    recommendations = Recommendation.objects.filter(meeting__track=track).select_related(
        "meeting__track", "addressee"
    )
    groups = (
        WorkingGroup.objects.filter(track=track)
        .select_related("lead__organisation")
        .prefetch_related(Prefetch("members", GroupSeat.objects.select_related("seat__organisation")))
    )
    return {
        "seats": sorted((_seat_shown(seat, today, soon) for seat in seats), key=lambda row: row["key"]),
        "leaving": [_leaver(row) for row in terms if row.pk in soon],
        "soon_days": SOON_DAYS,
        "sittings": [
            {"row": row, "quorum": by_sitting[row.pk], "says": quorum_text(by_sitting[row.pk], names)}
            for row in sittings
        ],
        "groups": [
            {
                "row": row,
                "lead": text_in(row.lead.organisation.names) if row.lead else "",
                "members": listed(
                    sorted(
                        (text_in(each.seat.organisation.names) for each in row.members.all()), key=name_key
                    )
                ),
                "is_closed": row.closed_on is not None and row.closed_on <= today,
            }
            for row in groups
        ],
        "recommendations": recommendations.order_by("-meeting__first_on", "number"),
        "sessions": track.meetings.select_related("track").order_by("-first_on")[:10],
    }


def _seat_shown(seat: Seat, today: date, soon: set[int]) -> dict[str, Any]:
    terms = [
        {"says": term_text(row), "runs": row.term.runs_on(today), "is_soon": row.pk in soon}
        for row in seat.terms.all()
    ]
    state, organisation = str(seat.organisation.state), text_in(seat.organisation.names)
    return {
        "row": seat,
        "key": (state_key(seat.organisation.state_id, state), name_key(organisation), seat.pk),
        "state": state,
        "organisation": organisation,
        "terms": terms,
        "holds": holds(seat, today),
        "is_co_chair": any(
            row.office == SeatTerm.Office.CO_CHAIR and row.term.runs_on(today) for row in seat.terms.all()
        ),
    }


def _leaver(row: SeatTerm) -> dict[str, Any]:
    return {
        "organisation": text_in(row.seat.organisation.names),
        "state": row.seat.organisation.state_id,
        "says": term_text(row),
    }


def term_text(row: SeatTerm) -> str:
    """A term in words, with its last day."""
    values = {
        "office": row.get_office_display(),
        "start": date_format(row.starts_on),
        "end": date_format(row.ends_on - timedelta(days=1)) if row.ends_on else "",
    }
    if row.ends_on is None:
        return _("%(office)s from %(start)s, no end known") % values
    return _("%(office)s from %(start)s, last day %(end)s") % values


def quorum_text(quorum: Quorum, names: dict[str, str]) -> str:
    """Whether there was a quorum, in words: "no quorum: without China (5 of 6, 5 needed)"."""
    missing = listed(name for code, name in names.items() if code in quorum.missing)
    says = str(REASONS[quorum.reason]) % {"states": missing}
    if quorum.reason in ("no_members", "not_recorded"):
        return says
    counted = _("%(present)s of %(members)s, %(needed)s needed") % {
        "present": quorum.present,
        "members": quorum.members,
        "needed": quorum.needed,
    }
    return f"{says} ({counted})"


class GroupSeatInline(TableInline):
    model = GroupSeat
    autocomplete_fields = ["seat"]


@admin.register(WorkingGroup)
class WorkingGroupAdmin(KeptAdmin):
    list_display = ["name", "track", "opened_on", "closed_on"]
    list_select_related = ["track"]
    search_fields = ["names", "track__names"]
    autocomplete_fields = ["track", "lead"]
    inlines = [GroupSeatInline]
    history_parts = [(GroupSeat, "group")]

    @admin.display(description=gettext_lazy("name"), ordering="names")
    def name(self, group: WorkingGroup) -> str:
        return str(group)
