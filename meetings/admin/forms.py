"""Forms that ask for a meeting's date, in one way wherever it is asked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from rotation.history_admin import ReasonForm
from rotation.inputs import DayInput, HourInput
from rotation.zones import validate_zone

from ..dates import BadSpan, Precision, Span, month_span, year_span
from ..models import Meeting

SPAN_MESSAGES = {
    "missing": _("Give the first day, or say that the date is not known."),
    "before_first": _("The last day lies before the first."),
    "before_start": _("The meeting ends before it begins."),
    "hour_and_precision_disagree": _("Give the hour at which it begins, or choose “day”."),
    "end_without_start": _("Give the hour at which it begins as well."),
    "no_date_but_a_day": _("Clear the days, or say how far the date is known."),
}


def span_from(values: dict[str, Any]) -> Span:
    """The span that the fields tell; a year or month is told by any day in it. Raises BadSpan."""
    precision, zone = Precision(values["precision"]), values["zone"]
    first = values.get("first_on")
    last = values.get("last_on") or first
    if first and precision is Precision.YEAR:
        return Span(precision, year_span(first.year, zone).first_on, year_span(last.year, zone).last_on, zone)
    if first and precision is Precision.MONTH:
        bounds = month_span(first.year, first.month, zone), month_span(last.year, last.month, zone)
        return Span(precision, bounds[0].first_on, bounds[1].last_on, zone)
    return Span(precision, first, last, zone, values.get("starts"), values.get("ends"))


class SpanFields:
    """The part of a form's `clean` that makes a span of its fields, or says what to mend."""

    def clean_span(self, values: dict[str, Any]) -> Span | None:
        if not values.get("precision") or not values.get("zone"):
            return None
        try:
            return span_from(values)
        except BadSpan as error:
            field = error.field if error.field in self.fields else "precision"
            self.add_error(field, SPAN_MESSAGES.get(error.code, str(error)))
            return None


class MeetingForm(ReasonForm):
    class Meta:
        model = Meeting
        fields = "__all__"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "status" in self.fields:
            # Cancelling takes what is derived along, so it has its own page.
            choices = [choice for choice in Meeting.Status.choices if choice[0] != Meeting.Status.CANCELLED]
            self.fields["status"].choices = choices


class NewMeetingForm(SpanFields, MeetingForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].required = False
        self.fields["zone"].help_text = _(
            "Such as Asia/Almaty; empty means that of the country, else of the host."
        )
        self.fields["first_on"].help_text = _("For a year or a month: any day in it.")
        self.fields["last_on"].help_text = _("Inclusive; empty means the first day.")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        place = values.get("country") or values.get("host")
        values["zone"] = values.get("zone") or (place.zone if place else settings.TIME_ZONE)
        span = self.clean_span(values)
        if span is not None:
            values["first_on"], values["last_on"] = span.first_on, span.last_on
            self.instance.take_span(span)
        return values


class MoveForm(SpanFields, forms.Form):
    """Where a meeting goes, and why."""

    precision = forms.ChoiceField(label=_("Date known to the"), choices=Meeting.DatePrecision.choices)
    first_on = forms.DateField(
        label=_("First day"),
        required=False,
        widget=DayInput,
        help_text=_("For a year or a month: any day in it."),
    )
    last_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=DayInput,
        help_text=_("Inclusive; empty means the first day."),
    )
    starts = forms.TimeField(
        label=_("Begins at"), required=False, widget=HourInput, help_text=_("Local time.")
    )
    ends = forms.TimeField(
        label=_("Ends at"),
        required=False,
        widget=HourInput,
        help_text=_("Local time, on the last day."),
    )
    zone = forms.CharField(
        label=_("Time zone"), validators=[validate_zone], help_text=_("Such as Asia/Almaty.")
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=_("Stands in the history, and in the notice to the ministries."),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        values["span"] = self.clean_span(values)
        return values


class CancelForm(forms.Form):
    reason = MoveForm.base_fields["reason"]
