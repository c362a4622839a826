"""Meetings: what, when as far as it is known, where, and in which state of being settled."""

from __future__ import annotations

import uuid
from datetime import datetime

import pghistory
import pgtrigger
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rotation.entered import LineField, ProseField
from rotation.folding import searched, trigrams
from rotation.models import State, Summit
from rotation.translated import TextsField, text_in
from rotation.zone_checks import stands_in_a_zone
from rotation.zones import validate_zone

from ..schedule.dates import Precision, Span
from ..schedule.lifecycle import TRANSITIONS
from .tracks import Track


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def with_parties(self) -> MeetingQuerySet:
        return self.select_related("track", "host", "country", "summit", "prepares__track")

    def upcoming(self, now: datetime) -> MeetingQuerySet:
        """Not over yet, of those with a date known at least to the year; cancelled ones left out."""
        return self.filter(Q(ends_at__gt=now) | Q(ends_at__isnull=True, last_on__gte=now.date())).exclude(
            status=Meeting.Status.CANCELLED
        )


@pghistory.track(exclude=["searched"])
class Meeting(models.Model):
    class Status(models.TextChoices):
        IDEA = "idea", _("idea")
        PROPOSED = "proposed", _("proposed")
        CONFIRMED = "confirmed", _("confirmed")
        HELD = "held", _("held")
        POSTPONED = "postponed", _("postponed")
        CANCELLED = "cancelled", _("cancelled")

    class Format(models.TextChoices):
        IN_PERSON = "in person", _("in person")
        VIDEO = "video", _("video")
        HYBRID = "hybrid", _("hybrid")

    class Visibility(models.TextChoices):
        PUBLIC = "public", _("public")
        PARTNERS = "partners", _("partners")
        INTERNAL = "internal", _("internal")

    class DatePrecision(models.TextChoices):
        NONE = Precision.NONE.value, _("not known")
        YEAR = Precision.YEAR.value, _("year")
        MONTH = Precision.MONTH.value, _("month")
        DAY = Precision.DAY.value, _("day")
        TIME = Precision.TIME.value, _("day and hour")

    # RFC 7986 §5.3: random, never from title, date or database id; the same in feed and mail.
    uid = models.UUIDField(_("UID"), default=uuid.uuid4, unique=True, editable=False)
    track = models.ForeignKey(
        Track, on_delete=models.PROTECT, related_name="meetings", verbose_name=_("track")
    )
    ordinal = models.PositiveSmallIntegerField(
        _("number"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("informal meetings carry none"),
    )
    titles = TextsField(_("title"), blank=True, help_text=_("empty means the track and the number"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PROPOSED)
    visibility = models.CharField(
        _("visibility"), max_length=10, choices=Visibility.choices, default=Visibility.INTERNAL
    )
    format = models.CharField(_("format"), max_length=10, choices=Format.choices, default=Format.IN_PERSON)

    precision = models.CharField(
        _("date known to the"), max_length=5, choices=DatePrecision.choices, default=DatePrecision.NONE
    )
    # Inclusive on both ends, as diplomats write "18-19 May"; the instants below are half-open.
    first_on = models.DateField(_("first day"), null=True, blank=True)
    last_on = models.DateField(_("last day"), null=True, blank=True)
    starts = models.TimeField(_("begins at"), null=True, blank=True, help_text=_("local time"))
    ends = models.TimeField(_("ends at"), null=True, blank=True, help_text=_("local time, on the last day"))
    zone = models.CharField(_("time zone"), max_length=64, validators=[validate_zone])
    starts_at = models.DateTimeField(null=True, blank=True, editable=False)
    ends_at = models.DateTimeField(null=True, blank=True, editable=False)

    city = LineField(_("city"), max_length=100, blank=True)
    country = models.ForeignKey(
        State, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("country")
    )
    venue = LineField(_("venue"), max_length=200, blank=True)
    host = models.ForeignKey(
        State, on_delete=models.PROTECT, related_name="hosted", null=True, blank=True, verbose_name=_("host")
    )
    summit = models.OneToOneField(
        Summit,
        on_delete=models.PROTECT,
        related_name="meeting",
        null=True,
        blank=True,
        verbose_name=_("summit"),
    )
    prepares = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="preparation",
        null=True,
        blank=True,
        verbose_name=_("prepares"),
    )
    co_located_with = models.ManyToManyField(
        "self",
        blank=True,
        verbose_name=_("co-located with"),
        help_text=_("held beside these meetings on purpose: that they share city and day is no clash"),
    )
    source = LineField(_("source"), max_length=500, blank=True)
    note = ProseField(_("note"), blank=True)
    is_example = models.BooleanField(_("example"), default=False, editable=False)

    # RFC 5546 §2.1.4: up by one when start, end, zone, place or cancellation change; never down.
    sequence = models.PositiveIntegerField(default=0, editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    searched = searched("city", "venue", "source", texts=("titles",))

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["first_on", "pk"]
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        constraints = [
            stands_in_a_zone("zone", name="a_meeting_is_in_a_time_zone"),
            models.UniqueConstraint(
                name="a_number_is_used_once_in_a_track",
                fields=["track", "ordinal"],
                condition=~Q(status="cancelled"),
                violation_error_message=_("This track already has a meeting with this number."),
            ),
            models.CheckConstraint(
                name="a_meeting_ends_after_it_starts",
                condition=Q(starts_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("The meeting ends before it starts."),
            ),
            models.CheckConstraint(
                name="a_last_day_is_not_before_the_first",
                condition=Q(first_on__isnull=True, last_on__isnull=True) | Q(last_on__gte=F("first_on")),
                violation_error_message=_("The last day lies before the first."),
            ),
            models.CheckConstraint(
                name="a_date_is_there_as_far_as_it_is_known",
                condition=Q(precision="none", first_on__isnull=True)
                | (~Q(precision="none") & Q(first_on__isnull=False)),
                violation_error_message=_("Give the first day, or say that the date is not known."),
            ),
            models.CheckConstraint(
                name="an_instant_is_there_when_the_day_is",
                condition=Q(precision__in=["day", "time"], starts_at__isnull=False, ends_at__isnull=False)
                | Q(precision__in=["none", "year", "month"], starts_at__isnull=True, ends_at__isnull=True),
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="a_status_follows_the_last", field="status", transitions=list(TRANSITIONS))
        ]
        indexes = [
            models.Index(fields=["starts_at"], name="meeting_upcoming", condition=~Q(status="cancelled")),
            models.Index(fields=["first_on", "id"], name="meeting_by_day"),
            trigrams("meeting_searched"),
        ]

    def __str__(self) -> str:
        """As the desk names it. A real meeting that the example gave a date is marked wherever it stands: nobody
        proposed that date. One that is made up says so in its own title."""
        if self.is_example and self.ordinal is not None:
            return gettext("[EXAMPLE DATE] %(title)s") % {"title": self.title()}
        return self.title()

    def title(self, language: str | None = None) -> str:
        """The meeting's own title, else its track's name with the number, in `language` or marked as another."""
        return text_in(self.titles_by_language(), language)

    def titles_by_language(self) -> dict[str, str]:
        """The titles there really are, by language; derived from track and number where none is given."""
        if self.titles:
            return dict(self.titles)
        if self.ordinal is None:
            return dict(self.track.names)
        return {code: numbered(name, self.ordinal, code) for code, name in self.track.names.items() if name}

    @property
    def span(self) -> Span:
        return Span(Precision(self.precision), self.first_on, self.last_on, self.zone, self.starts, self.ends)

    def take_span(self, span: Span) -> None:
        """Write a span into the columns, derived instants included; saves nothing."""
        self.precision, self.first_on, self.last_on = span.precision.value, span.first_on, span.last_on
        self.starts, self.ends, self.zone = span.starts, span.ends, span.zone
        self.starts_at, self.ends_at = span.starts_at, span.ends_at

    @property
    def place(self) -> str:
        return ", ".join(part for part in (self.venue, self.city) if part) or (
            gettext("by video") if self.format == self.Format.VIDEO else ""
        )


@pghistory.track()
class CoLocation(Meeting.co_located_with.through):  # type: ignore[misc, name-defined]
    """A link of `Meeting.co_located_with`, named here so that the history of both meetings tells it."""

    class Meta:
        proxy = True


def numbered(name: str, ordinal: int, language: str) -> str:
    """A track's name with a meeting's number, as the language writes it."""
    if language == "zh":
        # Summits and forums are counted by 届, talks and sessions by 次.
        return f"第{ordinal}{'届' if name.endswith(('峰会', '论坛')) else '次'}{name}"
    if language == "ru":
        return f"{name}, № {ordinal}"
    suffix = "th" if ordinal % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(ordinal % 10, "th")
    return f"{ordinal}{suffix} {name}"
