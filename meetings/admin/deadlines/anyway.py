"""Days that are asked about before a deadline is set on them: staff tick that they mean it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rotation.forms import state_names
from rotation.models import State

from ...days.state_calendars import calendars_of
from ...days.workdays import closed_step
from ...deadlines.trails import trail_text


class AsksAnyway(forms.Form):
    """A form whose days may be odd ones. Its tick is shown only once there is something to ask about."""

    anyway = forms.BooleanField(label=gettext_lazy("It is due on that day all the same"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A tick that was sent has been asked for.
        if not self.data.get("anyway"):
            self.fields["anyway"].widget = forms.HiddenInput()

    def ask(self, field: str, text: str) -> None:
        self.fields["anyway"].widget = forms.CheckboxInput()
        self.add_error(field, text)

    def ask_if_closed(self, asked: Iterable[tuple[str, date, Iterable[State]]]) -> None:
        """Ask about each field's day where it is not worked in one of these states, and say why. One query."""
        asked = [(field, day, list(states)) for field, day, states in asked]
        calendars = calendars_of({state for _field, _day, states in asked for state in states})
        names = state_names()
        for field, day, states in asked:
            codes = {state.code for state in states}
            steps = (closed_step(day, (calendars[code],)) for code in names if code in codes)
            closed = trail_text([step.as_json() for step in steps if step is not None], names)
            if closed:
                self.ask(field, " ".join([*closed, _("Choose another day, or tick below that it stays.")]))
