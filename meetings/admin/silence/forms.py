"""What is asked when silence is opened, broken, extended, withdrawn, and when a state says something."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rotation.inputs import DayInput, HourInput
from rotation.zone_choices import ZoneField

from ...schedule.dates import instant
from ...silence.acts import Receipt
from ...silence.rules import Closing

LONG = forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"})


class ClosingFields(forms.Form):
    """A day and an hour on the clocks of a named zone."""

    closes_on = forms.DateField(label=_("Closes on"), widget=DayInput)
    closes_at = forms.TimeField(
        label=_("At"),
        widget=HourInput,
        initial=time(18),
        help_text=_("The first moment that is too late, on the clocks of the zone below."),
    )
    zone = ZoneField(label=_("Time zone"), help_text=_("As a rule that of the host's capital."))

    @property
    def closing(self) -> Closing:
        """The closing that a valid form says."""
        values = self.cleaned_data
        return Closing(values["closes_on"], values["closes_at"], values["zone"])


class OpenForm(ClosingFields):
    parties = forms.MultipleChoiceField(
        label=_("States asked"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("All of them, unless the text concerns fewer."),
    )
    reason = forms.CharField(
        label=_("On whose behalf"),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        max_length=500,
        help_text=_("Who puts the text under silence, and the note in which it is said."),
    )
    field_order = ["parties", "closes_on", "closes_at", "zone", "reason"]

    def __init__(self, *args: Any, states: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parties"].choices = list(states.items())
        self.fields["parties"].initial = list(states)


class StateForm(forms.Form):
    """What a state says: an objection, that it stands aside, an explanation of its position; and when it came."""

    state = forms.ChoiceField(label=_("State"))
    text = forms.CharField(
        label=_("What it said, and where"),
        widget=LONG,
        help_text=_("The note verbale with its number and date, and the words that matter."),
    )

    received_on = forms.DateField(
        label=_("Received on"),
        required=False,
        widget=DayInput,
        help_text=_(
            "When it reached the secretariat; empty where that is now. It decides what came in time."
        ),
    )
    received_at = forms.TimeField(label=_("At"), required=False, widget=HourInput)
    received_zone = ZoneField(label=_("Time zone"), required=False)
    evidence = forms.CharField(
        label=_("How this moment is known"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=_("The number in the register, or the head of the mail."),
    )

    def __init__(self, *args: Any, states: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = [("", "—"), *states.items()]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("received_on") or values.get("received_at"):
            for name in ("received_on", "received_at", "received_zone", "evidence"):
                if not values.get(name) and name not in self.errors:
                    self.add_error(name, _("Needed where it was received before now."))
        return values

    @property
    def receipt(self) -> Receipt | None:
        """The receipt that a valid form says; None where it is now."""
        values = self.cleaned_data
        if not values["received_on"]:
            return None
        zone = values["received_zone"]
        at = instant(values["received_on"], values["received_at"], zone)
        return Receipt(at, zone, values["evidence"])


class ObjectionForm(StateForm):
    amendment = forms.CharField(
        label=_("Amendment"),
        required=False,
        widget=LONG,
        help_text=_("The words that the state proposes instead; empty when it proposes none."),
    )
    field_order = ["state", "text", "amendment"]


class ExtendForm(ClosingFields):
    text = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.TextInput(attrs={"class": "vTextField"})
    )


class WithdrawSilenceForm(forms.Form):
    text = ExtendForm.base_fields["text"]
