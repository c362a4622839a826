"""Forms that ask for a meeting's date, in one way wherever it is asked."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rotation.history_admin import ReasonForm
from rotation.inputs import DayInput, HourInput
from rotation.numbers import number_in
from rotation.zone_choices import ZoneField

from ...hosts.of_tracks import proposed_host
from ...hosts.rules import Hosting, reason_sentence
from ...models import Meeting, Track
from ...schedule.clashes import Clash
from ...schedule.dates import BadSpan, Precision, Span, check_years, month_span, year_span
from ...schedule.lifecycle import Act, Status, has_begun, offered, offered_to_new, refusal
from ...schedule.lifecycle_said import SENTENCES, StatusRefused, standing_of
from ...schedule.numbers import next_number
from ...schedule.surroundings import STANDING, clashes_at
from .when import when_text

LAST_DAY_ANEW = _(
    "The date is another: the former last day was cleared. Give the last day anew, or leave it empty for one day."
)
SPAN_MESSAGES = {
    "missing": _("Give the first day, or say that the date is not known."),
    "before_first": _("The last day lies before the first."),
    "before_start": _("The meeting ends before it begins."),
    "hour_and_precision_disagree": _("Give the hour at which it begins, or choose “day”."),
    "end_without_start": _("Give the hour at which it begins as well."),
    "another_age": _("Give a year from 1900 to 2199."),
    "no_date_but_a_day": _("Clear the days, or say how far the date is known."),
}


def span_from(values: dict[str, Any]) -> Span:
    """The span that the fields tell; a year or month is told by any day in it. Raises BadSpan."""
    precision, zone = Precision(values["precision"]), values["zone"]
    first = values.get("first_on")
    last = values.get("last_on") or first
    if first:
        check_years(first, last)
    if first and precision is Precision.YEAR:
        return Span(precision, year_span(first.year, zone).first_on, year_span(last.year, zone).last_on, zone)
    if first and precision is Precision.MONTH:
        bounds = month_span(first.year, first.month, zone), month_span(last.year, last.month, zone)
        return Span(precision, bounds[0].first_on, bounds[1].last_on, zone)
    return Span(precision, first, last, zone, values.get("starts"), values.get("ends"))


def initial_of(span: Span) -> dict[str, Any]:
    """What a form begins with for a date that is known so far: only the days that somebody gave.

    The first and the last day of a year or a month are bounds; shown as days they are confirmed as such.
    """
    values: dict[str, Any] = {"precision": span.precision.value, "zone": span.zone}
    if span.has_day:
        last_on = span.last_on if span.last_on != span.first_on else None
        values |= {"first_on": span.first_on, "last_on": last_on, "starts": span.starts, "ends": span.ends}
    return values


class SpanFields:
    """The part of a form's `clean` that makes a span of its fields, or says what to mend."""

    former: Span | None = None

    def show_former(self, span: Span) -> None:
        """Begin with a date that is known so far; what changes of it asks anew for what depended on it."""
        self.former = span
        self.initial = {**initial_of(span), **self.initial}
        if not span.has_day and span.first_on:
            self.fields["first_on"].help_text = _(
                "So far: %(when)s; empty leaves it so. For a year or a month: any day in it."
            ) % {"when": when_text(span)}

    def clean_span(self, values: dict[str, Any]) -> Span | None:
        if not values.get("precision") or not values.get("zone"):
            return None
        if self.former is not None:
            self._ask_anew(self.former, values)
            if self.errors:
                return None
        try:
            return span_from(values)
        except BadSpan as error:
            field = error.field if error.field in self.fields else "precision"
            self.add_error(field, SPAN_MESSAGES.get(error.code, str(error)))
            return None

    def _ask_anew(self, former: Span, values: dict[str, Any]) -> None:
        """A last day that was left standing belongs to the former first day: it is cleared, and asked for."""
        precision, first = values["precision"], values.get("first_on")
        if not first and precision == former.precision and not former.has_day:
            values["first_on"], values["last_on"] = former.first_on, values.get("last_on") or former.last_on
            return
        last = values.get("last_on")
        is_other = (precision, first) != (former.precision.value, former.first_on)
        if last and is_other and last == former.last_on and last != first:
            self.data = self.data.copy()
            self.data[self.add_prefix("last_on")] = ""
            self.add_error("last_on", LAST_DAY_ANEW)


class MeetingForm(ReasonForm):
    class Meta:
        model = Meeting
        fields = "__all__"

    def clean_co_located_with(self) -> Any:
        return self.cleaned_data["co_located_with"].exclude(pk=self.instance.pk)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "status" in self.fields:
            self.fields["status"].choices = [
                choice for choice in Meeting.Status.choices if choice[0] in self._offered()
            ]
            if self.instance.summit_id and self.instance.status != Meeting.Status.HELD:
                self.fields["status"].help_text = _("A summit is marked as held on its own page.")
            else:
                self.fields["status"].help_text = _(
                    "Postponing and cancelling have their own pages; held is offered once the day has come."
                )

    def _offered(self) -> tuple[str, ...]:
        """Postponing and cancelling take what is derived along, a summit is held with its turn: elsewhere."""
        today, meeting = timezone.localdate(), self.instance
        if meeting.pk is None:
            return offered_to_new()
        return offered(standing_of(meeting, meeting.status), today)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        before, after = self.initial.get("status"), values.get("status")
        if self.instance.pk and before and after and before != after:
            standing = standing_of(self.instance, before)
            code = refusal(
                standing,
                Status(after),
                act=Act.FORM,
                today=timezone.localdate(),
                has_reason=bool(values.get("reason", "").strip()),
            )
            if code is not None:
                field = "reason" if code == "no_reason" else "status"
                self.add_error(field, str(StatusRefused(code, before, after)))
            elif after == Meeting.Status.CONFIRMED and self.instance.first_on is None:
                self.add_error("status", str(SENTENCES["no_date"]))
        return values


class NewMeetingForm(SpanFields, MeetingForm):
    """A new meeting; where no host or number is given, that of the track's rule and the next one of its count are
    proposed, and never taken unseen."""

    host_shown = forms.CharField(required=False, widget=forms.HiddenInput)
    number_shown = forms.CharField(required=False, widget=forms.HiddenInput)
    # A day that stands for its year or month alone, as the address named it; nobody has said it.
    day_shown = forms.CharField(required=False, widget=forms.HiddenInput)
    clashes_seen = forms.CharField(required=False, widget=forms.HiddenInput)
    clashes: tuple[Clash, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self._propose_at_first()
        self.fields["zone"].required = False
        self.fields["zone"].help_text = _("Empty means that of the country, else of the host.")
        self.fields["first_on"].help_text = _("For a year or a month: any day in it.")
        self.fields["last_on"].help_text = _("Inclusive; empty means the first day.")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        place = values.get("country") or values.get("host")
        values["zone"] = values.get("zone") or (place.zone if place else settings.TIME_ZONE)
        self._ask_for_the_day(values)
        span = self.clean_span(values) if "first_on" not in self.errors else None
        if span is not None:
            values["first_on"], values["last_on"] = span.first_on, span.last_on
            self.instance.take_span(span)
            if values.get("status") == Meeting.Status.HELD and not has_begun(
                span.first_on, timezone.localdate()
            ):
                self.add_error("status", str(SENTENCES["not_begun"]))
            if values.get("status") == Meeting.Status.CONFIRMED and span.first_on is None:
                self.add_error("status", str(SENTENCES["no_date"]))
            self._propose_host(values)
            self._propose_number(values)
            if not self.errors:
                self._warn(values, span)
        return values

    def _ask_for_the_day(self, values: dict[str, Any]) -> None:
        """A day that was filled in for its year or month is none of the meeting's: it is cleared, and asked for."""
        first, shown = values.get("first_on"), values.get("day_shown")
        if (
            first
            and first.isoformat() == shown
            and values.get("precision") in (Precision.DAY, Precision.TIME)
        ):
            self.data = self.data.copy()
            self.data["first_on"] = self.data["day_shown"] = ""
            self.add_error(
                "first_on", gettext("What stood here stood for the year or month alone. Give the day.")
            )

    def _warn(self, values: dict[str, Any], span: Span) -> None:
        """What speaks against the days is shown once; saved again, the meeting stands as it is."""
        if values.get("status") not in STANDING:
            return
        names = ("track", "ordinal", "city", "format", "titles")
        meeting = Meeting(**{name: values[name] for name in names if values.get(name)})
        beside = [row.pk for row in values.get("co_located_with") or ()]
        self.clashes = clashes_at(meeting, span, beside)
        grave = [clash for clash in self.clashes if clash.is_grave]
        seen = hashlib.sha256(repr(grave).encode()).hexdigest()[:16] if grave else ""
        if seen != values.get("clashes_seen"):
            self.data = self.data.copy()
            self.data["clashes_seen"] = seen
            if grave:
                self.add_error(
                    None,
                    gettext("Look at what speaks against these days. Save again to keep them all the same."),
                )

    def _propose_at_first(self) -> None:
        """Where the address names track and date: the host is filled in, with the reason beside it."""
        key, day = number_in(str(self.initial.get("track", ""))), str(self.initial.get("first_on", ""))
        if self.initial.get("precision") in (Precision.YEAR, Precision.MONTH):
            self.initial["day_shown"] = day
        track = Track.objects.filter(pk=key).first()
        if track is None:
            return
        self.initial.setdefault("ordinal", next_number(track.pk))
        self.initial["number_shown"] = self.initial["ordinal"]
        if not re.fullmatch(r"\d{4}-\d\d-01", day, re.ASCII):
            return
        proposal = proposed_host(track, date.fromisoformat(day))
        self.initial["host"] = self.initial["host_shown"] = proposal.host
        self.fields["host"].help_text = escape(_reasons(proposal))  # the admin prints help as HTML

    def _propose_host(self, values: dict[str, Any]) -> None:
        track, day = values.get("track"), values.get("first_on")
        if track is None or day is None or values.get("host"):
            return
        proposal = proposed_host(track, day)
        if proposal.host in (None, values.get("host_shown")):
            return
        self.data = self.data.copy()
        self.data["host"] = self.data["host_shown"] = proposal.host
        self.add_error(
            "host",
            gettext(
                "The track's rule names the host filled in here. Save to take it, or leave it empty. %(why)s"
            )
            % {"why": _reasons(proposal)},
        )

    def _propose_number(self, values: dict[str, Any]) -> None:
        """The next number of a track that counts; informal meetings carry none, so it may be left empty again."""
        track, is_over = values.get("track"), values.get("status") == Meeting.Status.HELD
        if track is None or is_over or values.get("ordinal") or values.get("titles"):
            return
        proposed = next_number(track.pk)
        if proposed is None or str(proposed) == values.get("number_shown"):
            return
        self.data = self.data.copy()
        self.data["ordinal"] = self.data["number_shown"] = proposed
        self.add_error(
            "ordinal",
            gettext("The next number of the track is filled in here. Save to take it, or leave it empty."),
        )


def _reasons(hosting: Hosting) -> str:
    return " · ".join(reason_sentence(reason, gettext) for reason in hosting.reasons)


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
    zone = ZoneField(label=_("Time zone"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=_("Stands in the history. Ministries do not read it: their notices say what changes."),
    )

    def __init__(self, *args: Any, former: Span, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.show_former(former)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        values["span"] = self.clean_span(values)
        return values


class PostponeForm(MoveForm):
    """Later, with or without a date that is known already, and why."""

    TO_LATER, TO_DATE = "later", "date"
    until = forms.ChoiceField(
        label=_("Postponed"),
        choices=[
            (TO_LATER, _("to later: no new date is known yet")),
            (TO_DATE, _("to the date given below")),
        ],
        initial=TO_LATER,
        widget=forms.RadioSelect,
        help_text=_("Without a new date the meeting keeps its old one for the reader, marked as postponed."),
    )
    field_order = ["until", "precision", "first_on", "last_on", "starts", "ends", "zone", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.data.get("until") != self.TO_DATE:
            for name in ("precision", "zone"):
                self.fields[name].required = False

    def clean_span(self, values: dict[str, Any]) -> Span | None:
        return super().clean_span(values) if values.get("until") == self.TO_DATE else None


class CancelForm(forms.Form):
    reason = MoveForm.base_fields["reason"]
