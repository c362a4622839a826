"""Forms for special days that are saved only after the deadlines that they touch were seen."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rotation.concurrency import one_at_a_time
from rotation.forms import state_names
from rotation.history_admin import ReasonForm
from rotation.lists import listed
from rotation.models import State

from ...days.closed_days import Touched, fingerprint, plan_days
from ...days.library_layer import expectations
from ...days.state_calendars import DayEdit, entry_of
from ...days.workdays import FURTHEST_DAYS, STAFFS_BASES, NoWorkingDay
from ...models import CalendarDay, YearNotice

DAYS = "special days"


class SeenForm(ReasonForm):
    """A form that is not done until what it would move was shown: the page comes back with it, without an error.

    `seen` is the fingerprint of what was shown; a plan that has changed meanwhile is shown again.
    """

    plan: tuple[Touched, ...] | None = None

    def edits(self) -> list[DayEdit]:
        raise NotImplementedError

    def is_valid(self) -> bool:
        if not super().is_valid():
            return False
        if self.plan is None:
            one_at_a_time(
                DAYS
            )  # what was shown is compared with what the days are once nobody else changes them
            try:
                self.plan = plan_days(self.edits())
            except NoWorkingDay as error:
                state = state_names().get(error.state, error.state)
                values = {"state": state, "day": date_format(error.target), "days": FURTHEST_DAYS}
                text = _("No working day would be left in %(state)s within %(days)s days of %(day)s.")
                self.add_error(None, text % values)
                return False
        return not self.plan or self.data.get("seen") == fingerprint(self.plan)

    @property
    def is_stale(self) -> bool:
        return bool(self.plan) and bool(self.data.get("seen"))


class DayForm(SeenForm):
    """An entry that is there."""

    class Meta:
        model = CalendarDay
        fields = ["state", "day", "status", "closes_at", "basis", "certainty", "name", "source"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "basis" in self.fields:
            choices = [choice for choice in CalendarDay.Basis.choices if choice[0] in STAFFS_BASES]
            self.fields["basis"].choices = choices

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        is_shortened = values.get("status") == CalendarDay.Status.SHORTENED
        if values.get("status") and is_shortened != bool(values.get("closes_at")):
            raise ValidationError({"closes_at": _("Give the hour for a shortened day, and for no other.")})
        return values

    def edits(self) -> list[DayEdit]:
        row = self.instance
        before = CalendarDay.objects.get(pk=row.pk)
        return [
            DayEdit(before.state_id, before.day, before.basis, None),
            DayEdit(row.state_id, row.day, row.basis, entry_of(row)),
        ]


class NewDaysForm(DayForm):
    """One entry for the states that are ticked: the same day, status and source."""

    states = forms.ModelMultipleChoiceField(
        label=gettext_lazy("States"), queryset=State.objects.all(), widget=forms.CheckboxSelectMultiple
    )

    class Meta(DayForm.Meta):
        fields = ["day", "status", "closes_at", "basis", "certainty", "name", "source"]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        states, day, basis = values.get("states"), values.get("day"), values.get("basis")
        if states and day and basis:
            taken = CalendarDay.objects.filter(state__in=states, day=day, basis=basis)
            codes = listed(taken.values_list("state_id", flat=True))
            if codes:
                raise ValidationError(
                    {"states": _("Already entered for %(codes)s; change that entry.") % {"codes": codes}}
                )
            self.instance.state = states[0]
        return values

    def edits(self) -> list[DayEdit]:
        row = self.instance
        states = self.cleaned_data["states"]
        return [DayEdit(state.code, row.day, row.basis, entry_of(row)) for state in states]


class NoticeForm(SeenForm):
    class Meta:
        model = YearNotice
        fields = ["state", "year", "source"]

    def edits(self) -> list[DayEdit]:
        return expectations(self.instance.state_id, self.instance.year)


def days_of(edits: list[DayEdit]) -> set[tuple[str, date]]:
    return {(edit.state, edit.day) for edit in edits}
