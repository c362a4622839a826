"""A state on the desk: another name is another place in an alphabetical order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from .history_admin import ReasonForm
from .models import State
from .projection import PROJECTED_UNTIL
from .renaming import MovedTurn, turns_moved
from .translated import text_in


class StateForm(ReasonForm):
    """Refuses a name by which a turn that was held would be another's. moved: the turns to come that it moves."""

    moved: list[MovedTurn] = []

    def clean_names(self) -> Any:
        names = self.cleaned_data["names"]
        if self.instance.pk and "names" in self.changed_data:
            self.moved = list(turns_moved(self.instance.pk, names, PROJECTED_UNTIL))
        if held := next((turn for turn in self.moved if turn.before.status == "held"), None):
            raise forms.ValidationError(
                _(
                    "By this name the alphabetical order of “%(mechanism)s” would give %(period)s, which %(before)s "
                    "held, to %(after)s. Record first, as a decision, that %(period)s was assigned to %(before)s."
                )
                % words_of(held, self.instance, names),
                code="held",
            )
        return names


def words_of(turn: MovedTurn, renamed: State, names: Mapping[str, str]) -> dict[str, str]:
    """Of whom and what a sentence on this turn speaks, in the reader's language; the renamed state by its new name."""
    before, after = turn.before.holder, turn.after.holder
    called = {state.pk: state.names for state in State.objects.filter(pk__in=[before, after])}
    called[renamed.pk] = dict(names)
    return {
        "mechanism": text_in(turn.mechanism.names),
        "period": turn.before.period,
        "before": text_in(called[before]),
        "after": text_in(called[after]),
    }
