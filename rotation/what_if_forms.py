"""The form of a decision that is tried: the one for recording, without day and basis, and open to new states."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .forms import DecisionForm
from .models import State
from .what_if import LONGEST_NEWCOMER, is_name


class TrialForm(DecisionForm):
    """One decision that is tried on `day`. newcomers: the names of the states that other drafts let accede."""

    def __init__(self, *args: Any, day: date, newcomers: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.day = day
        del self.fields["decided_on"], self.fields["basis"]
        for name in {"member", "after"} & self.fields.keys():
            known = dict(self.fields[name].choices)
            self.fields[name].choices += [each for each in newcomers.items() if each[0] not in known]
        if self.kind == "accede":
            self.fields["member"].required = False
            self.fields["newcomer"] = forms.CharField(
                label=_("Or another state"),
                required=False,
                max_length=LONGEST_NEWCOMER,
                help_text=_("The name of a state that is not in the list; any name will do for a trial."),
            )
            self.order_fields(["member", "newcomer"])

    def clean_newcomer(self) -> str:
        name: str = self.cleaned_data["newcomer"]
        if not is_name(name):
            raise forms.ValidationError(gettext("Write the name without line breaks or hidden characters."))
        for state in State.objects.all():
            known = {state.code, str(state), *state.names.values()}
            if name.casefold() in {each.casefold() for each in known}:
                raise forms.ValidationError(
                    gettext("%(state)s is in the list; choose it there."), params={"state": state}
                )
        return name

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if "newcomer" in values:
            newcomer = values.pop("newcomer")
            if bool(newcomer) == bool(values.get("member")) and not self.errors:
                self.add_error("member", gettext("Choose a state from the list, or write a name below it."))
            values["member"] = values.get("member") or newcomer
        return {**values, "decided_on": self.day}

    def _newcomer(self, values: dict[str, Any]) -> str:
        is_known = State.objects.filter(pk=values["member"]).exists()
        return super()._newcomer(values) if is_known else values["member"]
