"""What is asked when a summit is announced, held and handed over."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rotation.inputs import PastDay

from ...models import Handover, Meeting
from ...schedule.dates import Span
from ..schedule.forms import MoveForm, SpanFields

KNOWN = [choice for choice in Meeting.DatePrecision.choices if choice[0] != Meeting.DatePrecision.NONE]


class AnnounceForm(SpanFields, forms.Form):
    """What the parties announced: when it was said, where it stands, and what is known of the meeting."""

    decided_on = PastDay(label=_("Announced on"), help_text=_("The day on which the parties said it."))
    basis = forms.CharField(
        label=_("Legal basis"),
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=_("The paper and its paragraph, such as “Astana Declaration, last article”."),
    )
    city = forms.CharField(
        label=_("City"), max_length=100, required=False, help_text=_("Empty while it is not known.")
    )
    precision = forms.ChoiceField(label=_("Date known to the"), choices=KNOWN)
    first_on = MoveForm.base_fields["first_on"]
    last_on = MoveForm.base_fields["last_on"]
    starts = MoveForm.base_fields["starts"]
    ends = MoveForm.base_fields["ends"]
    zone = MoveForm.base_fields["zone"]
    visibility = forms.ChoiceField(
        label=_("Visibility"),
        choices=Meeting.Visibility.choices,
        initial=Meeting.Visibility.PUBLIC,
        help_text=_("A public meeting is in every feed as soon as it is saved."),
    )
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, former: Span, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.show_former(former)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        values["span"] = self.clean_span(values)
        return values


class HoldForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason for this change"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=_("Stands in the history beside your name."),
    )


class HandOverForm(forms.Form):
    handed_over_on = PastDay(label=_("Handed over on"), help_text=_("As a rule the last day of the summit."))
    place = forms.CharField(label=_("Place"), max_length=100, required=False)
    basis = forms.CharField(
        label=_("Source"),
        max_length=Handover._meta.get_field("basis").max_length,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=_("The paper that names the next host, such as the declaration's last article."),
    )
    note = AnnounceForm.base_fields["note"]
