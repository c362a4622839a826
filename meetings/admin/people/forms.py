"""Forms of delegations and lists of participants."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rotation.inputs import MomentInput
from rotation.translated import TextsFormField

from ...models import Delegate, ParticipantList
from ...people.delegations import Person

REASON = _("Stands in the history beside your name. Names nobody.")
TEXT = {"class": "vTextField"}


class WhyForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=REASON, widget=forms.TextInput(attrs=TEXT)
    )


class DelegateForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Delegate.Role.choices, initial=Delegate.Role.MEMBER)
    rank = forms.ChoiceField(label=_("Rank"), choices=Delegate.Rank.choices, initial=Delegate.Rank.OFFICIAL)
    names = TextsFormField(
        label=pgettext_lazy("of a person", "Name"),
        required=False,
        max_length=200,
        help_text=_("As the list shows it."),
    )
    offices = TextsFormField(label=_("Office"), required=False, max_length=300)
    substitute_for = TextsFormField(
        label=_("Substitute for"),
        required=False,
        max_length=300,
        help_text=_(
            "The office that is represented, not a person's name; empty for who comes in an own right."
        ),
    )
    reason = forms.CharField(
        label=_("Reason for this change"),
        required=False,
        max_length=300,
        help_text=REASON,
        widget=forms.TextInput(attrs=TEXT),
    )

    def person(self) -> Person:
        names = ("role", "rank", "names", "offices", "substitute_for")
        return Person(**{name: self.cleaned_data[name] for name in names})

    @staticmethod
    def initial_of(delegate: Delegate) -> dict[str, Any]:
        last = delegate.current
        return {
            "role": delegate.role,
            "rank": delegate.rank,
            "names": last.names if last else {},
            "offices": last.offices if last else {},
            "substitute_for": delegate.substitute_for,
        }


class ReceiveForm(forms.Form):
    at = forms.SplitDateTimeField(
        label=_("Communicated at"),
        widget=MomentInput,
        initial=timezone.localtime,
        help_text=_("On the secretariat's clock, named at the foot of the page."),
    )
    source = forms.CharField(
        label=_("Source"),
        required=False,
        max_length=500,
        help_text=_("Such as the number of the note verbale."),
        widget=forms.TextInput(attrs=TEXT),
    )


class IssueForm(forms.Form):
    stage = forms.ChoiceField(label=_("Stage"))
    note = forms.CharField(
        label=_("Note"), required=False, max_length=300, help_text=REASON, widget=forms.TextInput(attrs=TEXT)
    )

    def __init__(self, *args: Any, stages: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stage"].choices = [
            (each.value, ParticipantList.Stage(each.value).label) for each in stages
        ]
