"""A form for each kind of decision; what it holds is the decision as the engine takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .decision_words import decision_text
from .inputs import DayInput, PastDay
from .models import Mechanism, Side, State
from .periods import BadPeriod, read_period
from .rule import Decision, Turn
from .translated import text_in

# The fields that each kind asks for, in the order of the form.
FIELDS = {
    "swap": ["period", "other_period"],
    "substitute": ["period", "member", "turn_kept"],
    "assign": ["period", "member"],
    "skip": ["period"],
    "postpone": ["period", "to", "shift"],
    "vacate": ["period"],
    "advance": ["period", "to", "shift"],
    "accede": ["member", "side", "from_period", "after"],
    "withdraw": ["member", "from_period"],
    "announce": ["period"],
    "revoke": ["revokes"],
}


class PeriodField(forms.CharField):
    """A period in the form of the mechanism's step, such as 2029."""

    def __init__(self, mechanism: Mechanism, **kwargs: Any) -> None:
        self.mechanism = mechanism
        super().__init__(max_length=10, widget=forms.TextInput(attrs={"size": 10}), **kwargs)

    def clean(self, value: Any) -> str:
        period = super().clean(value)
        try:
            read_period(period, self.mechanism.step_months)
        except BadPeriod as error:
            example = self.mechanism.first_period
            raise forms.ValidationError(
                gettext("Write a period like %(example)s.") % {"example": example}, code="period"
            ) from error
        return period


class DecisionForm(forms.Form):
    """One decision of one kind.

    turns: those that a period can name, as they stand. decisions: those already taken, for a revocation.
    """

    day_field: type[forms.DateField] = forms.DateField

    def __init__(
        self,
        *args: Any,
        kind: str,
        mechanism: Mechanism,
        turns: Sequence[Turn],
        decisions: Sequence[Decision],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.mechanism, self.turns, self.decisions = kind, mechanism, turns, decisions
        self.names = state_names()
        for name in FIELDS[kind]:
            self.fields[name] = getattr(self, f"_{name}")()
        self.fields["decided_on"] = self.day_field(
            label=_("Decided on"), widget=DayInput, help_text=_("The day on which the parties agreed on it.")
        )
        self.fields["basis"] = forms.CharField(
            label=_("Legal basis"),
            max_length=300,
            widget=forms.TextInput(attrs={"class": "vTextField"}),
            help_text=_(
                "The paper and its paragraph, such as “Astana Declaration, art. 3”. "
                "The reason of each changed turn names it."
            ),
        )

    def decision(self) -> Decision:
        """The decision that a valid form says."""
        values = dict(self.cleaned_data)
        values.pop("note", None)
        if self.kind == "accede":
            values["name"] = self._newcomer(values)
            values["called"] = self.names.get(values["member"], values["member"])
        values["after"] = values.get("after") or None
        return Decision(kind=self.kind, **values)

    def _newcomer(self, values: dict[str, Any]) -> str:
        """The newcomer's name in the language by whose alphabet its side is ordered."""
        locale = next(side.locale for side in self._sides() if text_in(side.names) == values["side"])
        return text_in(State.objects.get(pk=values["member"]).names, locale)

    def _period(self, label: Any = None) -> forms.Field:
        choices = [("", "—"), *period_choices(self.turns, self.names)]
        return forms.ChoiceField(label=label or _("Period"), choices=choices)

    def _other_period(self) -> forms.Field:
        return self._period(_("Other period"))

    def _to(self) -> forms.Field:
        return PeriodField(self.mechanism, label=_("Held in"))

    def _from_period(self) -> forms.Field:
        return PeriodField(
            self.mechanism,
            label=_("From period"),
            help_text=_("In effect from this period on; no turn need fall in it."),
        )

    def _member(self) -> forms.Field:
        return forms.ChoiceField(label=_("State"), choices=[("", "—"), *self.names.items()])

    def _after(self) -> forms.Field:
        return forms.ChoiceField(
            label=_("Right after"),
            choices=[("", _("— at the end of the list —")), *self.names.items()],
            required=False,
            help_text=_("Only in a side whose order is a list; elsewhere the alphabet decides."),
        )

    def _side(self) -> forms.Field:
        names = [text_in(side.names) for side in self._sides()]
        return forms.ChoiceField(label=_("Side"), choices=[(name, name) for name in names])

    def _sides(self) -> Sequence[Side]:
        return list(self.mechanism.sides.all())

    def _turn_kept(self) -> forms.Field:
        return forms.BooleanField(
            label=_("The turn of the state displaced is kept"),
            required=False,
            help_text=_(
                "Ticked: it comes next. Not ticked: its turn is spent, and it waits for the next round."
            ),
        )

    def _shift(self) -> forms.Field:
        return forms.BooleanField(
            label=_("All later turns move by the same time"),
            required=False,
            help_text=_(
                "Not ticked: they stay, and the new period must lie between the turns before and after it."
            ),
        )

    def _revokes(self) -> forms.Field:
        return forms.TypedChoiceField(
            label=_("Decision"),
            coerce=int,
            choices=[
                (index, f"{index + 1}. {decision_text(each, self.names, gettext)} — {each.basis}")
                for index, each in reversed(list(enumerate(self.decisions)))
            ],
        )


class RecordForm(DecisionForm):
    """A decision that is recorded for good: with a note, and not before it was taken."""

    day_field = PastDay

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"] = forms.CharField(
            label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3})
        )


def state_names() -> dict[str, str]:
    """The states' names by code, in the reader's language and the order of protocol; one query."""
    return {state.code: str(state) for state in State.objects.all()}


def period_choices(turns: Sequence[Turn], names: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(turn.period, f"{turn.period} — {names.get(turn.holder, turn.holder)}") for turn in turns]
