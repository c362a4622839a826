"""Deadlines: a template's lines, a meeting's deadlines, and what is due from each state."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import cast

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rotation.entered import LineField, NoteField, ProseField
from rotation.folding import searched, trigrams
from rotation.models import State
from rotation.translated import TextsField, text_in
from rotation.zone_checks import stands_in_a_zone

from ..days.workdays import Direction
from ..deadlines.rules import Addressees, Calendars, Line
from .meetings import Meeting
from .tracks import Track


class Roll(models.TextChoices):
    EARLIER = "earlier", _("to the working day before")
    LATER = "later", _("to the working day after")
    NONE = "none", _("stays on the day")


class Addressee(models.TextChoices):
    ALL = "all", _("every state")
    HOST = "host", _("the host")
    GUESTS = "guests", _("every state but the host")


class WhoseCalendar(models.TextChoices):
    STATE = "state", _("the responsible state's")
    SECRETARIAT = "secretariat", _("that and the secretariat's")
    HOST = "host", _("that and the host's")
    ALL = "all", _("that, the secretariat's and the host's")


class Purpose(models.TextChoices):
    """What a deadline means to the service itself, beyond its words."""

    ACCREDITATION = "accreditation", _("delegations are communicated")


class DeadlineRule(models.Model):
    """The columns that a template's line and a meeting's deadline share."""

    position = models.PositiveSmallIntegerField(_("position"), default=0)
    key = models.SlugField(
        _("key"),
        blank=True,
        help_text=_("the same word in every set, such as agenda: by it the short-notice set is searched"),
    )
    titles = TextsField(_("what is due"))
    offset_days = models.SmallIntegerField(
        _("days from the meeting"),
        validators=[MinValueValidator(-1000), MaxValueValidator(1000)],
        help_text=_(
            "calendar days from the first day; -60 is sixty days before, 14 is a fortnight after the last"
        ),
    )
    close_at = models.TimeField(
        _("closes at"), default=time(18), help_text=_("local time in each responsible state")
    )
    roll = models.CharField(_("on a closed day"), max_length=8, choices=Roll.choices, default=Roll.EARLIER)
    addressee = models.CharField(
        _("due from"), max_length=8, choices=Addressee.choices, default=Addressee.ALL
    )
    calendars = models.CharField(
        _("whose working days"), max_length=11, choices=WhoseCalendar.choices, default=WhoseCalendar.STATE
    )
    min_notice_days = models.PositiveSmallIntegerField(
        _("minimum notice"),
        default=0,
        validators=[MaxValueValidator(1000)],
        help_text=_("days that a state has at least from being told; less is shown as short notice"),
    )
    chain_place = models.PositiveSmallIntegerField(
        _("place in the chain"),
        null=True,
        blank=True,
        help_text=_("rising numbers for lines that follow one another; none ends after its follower"),
    )
    source = LineField(
        _("source"), max_length=300, blank=True, help_text=_("the convention that the number is from")
    )
    purpose = models.CharField(
        _("met when"),
        max_length=13,
        choices=Purpose.choices,
        blank=True,
        help_text=_("what settles it by itself; empty means that staff settle it"),
    )

    class Meta:
        abstract = True

    @property
    def rule(self) -> Line:
        return Line(
            self.offset_days,
            self.close_at,
            cast(Direction, self.roll),
            cast(Addressees, self.addressee),
            cast(Calendars, self.calendars),
            self.min_notice_days,
            self.chain_place,
        )


# What a meeting's deadline copies from the line that it is taken from.
RULE_FIELDS = tuple(field.name for field in DeadlineRule._meta.local_fields)


@pghistory.track()
class DeadlineTemplate(models.Model):
    name = LineField(_("name"), max_length=200, unique=True)
    note = ProseField(_("note"), blank=True, help_text=_("the convention that it follows"))
    # Of a set that came with the service: it is loaded once, and staff's changes to it stay.
    slug = models.SlugField(unique=True, null=True, blank=True, editable=False)
    short_notice = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("set at short notice"),
        help_text=_("where a day is past when a meeting is set, its line of the same key proposes a new one"),
    )

    class Meta:
        ordering = ["name"]
        verbose_name = _("deadline template")
        verbose_name_plural = _("deadline templates")
        constraints = [
            models.CheckConstraint(
                name="a_set_is_not_its_own_short_notice",
                condition=Q(short_notice__isnull=True) | ~Q(short_notice=F("pk")),
                violation_error_message=_("Choose another set, or none."),
            )
        ]

    def __str__(self) -> str:
        return str(self.name)


@pghistory.track()
class LevelTemplate(models.Model):
    """The template of a level's tracks that name none of their own."""

    level = models.CharField(_("level"), max_length=20, choices=Track.Level.choices)
    template = models.ForeignKey(
        DeadlineTemplate, on_delete=models.CASCADE, related_name="levels", verbose_name=_("deadline template")
    )

    class Meta:
        ordering = ["level"]
        verbose_name = _("level without a template of its own")
        verbose_name_plural = _("levels whose tracks take this template where they name none")
        constraints = [
            models.UniqueConstraint(
                name="a_level_has_one_template",
                fields=["level"],
                violation_error_message=_("Another template is taken at this level already."),
            )
        ]

    def __str__(self) -> str:
        return self.get_level_display()


@pghistory.track()
class TemplateLine(DeadlineRule):
    template = models.ForeignKey(
        DeadlineTemplate, on_delete=models.CASCADE, related_name="lines", verbose_name=_("deadline template")
    )

    class Meta:
        ordering = ["template", "offset_days", "position"]
        verbose_name = _("template line")
        verbose_name_plural = _("template lines")
        constraints = [
            models.UniqueConstraint(
                name="a_key_is_used_once_in_a_set",
                fields=["template", "key"],
                condition=~Q(key=""),
                violation_error_message=_("Another line of this set has this key."),
            )
        ]

    def __str__(self) -> str:
        return text_in(self.titles)


@pghistory.track(exclude=["searched"])
class Deadline(DeadlineRule):
    """A meeting's deadline: the line as it stood when the meeting took it, so that a template may change later."""

    meeting = models.ForeignKey(
        Meeting, on_delete=models.CASCADE, related_name="deadlines", verbose_name=_("meeting")
    )
    line = models.ForeignKey(
        TemplateLine,
        on_delete=models.SET_NULL,
        related_name="deadlines",
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("template line"),
    )
    searched = searched(texts=("titles",))

    class Meta:
        ordering = ["meeting", "offset_days", "position"]
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        constraints = [
            models.UniqueConstraint(name="a_line_is_taken_once_by_a_meeting", fields=["meeting", "line"])
        ]
        indexes = [trigrams("deadline_searched")]

    def __str__(self) -> str:
        return text_in(self.titles)


class DueQuerySet(models.QuerySet["Due"]):
    def open(self) -> DueQuerySet:
        return self.filter(status=Due.Status.OPEN)

    def overdue(self, now: datetime) -> DueQuerySet:
        return self.open().filter(due_at__lte=now)

    def at_short_notice(self) -> DueQuerySet:
        """Open, and past or too near when its day was derived; nobody has taken a new day yet."""
        return self.open().filter(notice=Due.Notice.SHORT, is_pinned=False)

    def coming(self, now: datetime, days: int) -> DueQuerySet:
        """Open, not overdue, and due within so many days from now."""
        return self.open().filter(due_at__gt=now, due_at__lte=now + timedelta(days=days))

    def with_meeting(self) -> DueQuerySet:
        return self.select_related("deadline__meeting__track", "deadline__meeting__host", "state")


@pghistory.track()
class Due(models.Model):
    """What one state owes by when. `due_at` is the first instant that is too late, in UTC."""

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        RECEIVED = "received", _("received")
        WAIVED = "waived", _("waived")
        # The deadline no longer applies: the meeting was cancelled or lost its date.
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Notice(models.TextChoices):
        FULL = "full", _("full notice")
        # Past, or nearer than the line allows, when the day was derived: staff have to look at it.
        SHORT = "short", _("short notice")
        AGREED = "agreed", _("new day at short notice")

    deadline = models.ForeignKey(
        Deadline, on_delete=models.CASCADE, related_name="dues", verbose_name=_("deadline")
    )
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="dues", verbose_name=_("state"))
    target_on = models.DateField(_("target day"))
    due_on = models.DateField(_("due on"))
    due_at = models.DateTimeField(_("due at"))
    zone = models.CharField(_("time zone"), max_length=64)
    # How the day was found, oldest step first: [{"code": "offset", …}, …]; see meetings/deadlines/rules.py.
    trail = models.JSONField(_("how the day was found"), default=list)
    # Up by one whenever the moment changes: reminders are told apart by it.
    sequence = models.PositiveIntegerField(default=0, editable=False)

    is_pinned = models.BooleanField(
        _("set by hand"), default=False, help_text=_("stays where it is when the meeting moves")
    )
    notice = models.CharField(
        _("notice"), max_length=6, choices=Notice.choices, default=Notice.FULL, editable=False
    )
    # Of a day set by hand, and of one agreed at short notice.
    pin_reason = NoteField(_("reason for the date set by hand"), max_length=300, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.OPEN)
    received_at = models.DateTimeField(_("received at"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("recorded by"),
    )
    settle_reason = NoteField(_("note"), max_length=300, blank=True)

    objects = DueQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "state"]
        verbose_name = _("due")
        verbose_name_plural = _("dues")
        constraints = [
            stands_in_a_zone("zone", name="a_due_is_in_a_time_zone"),
            models.UniqueConstraint(name="a_state_owes_a_deadline_once", fields=["deadline", "state"]),
            models.CheckConstraint(
                name="what_is_received_says_when",
                condition=Q(status="received", received_at__isnull=False)
                | (~Q(status="received") & Q(received_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="a_date_set_by_hand_has_its_reason", condition=Q(is_pinned=False) | ~Q(pin_reason="")
            ),
            models.CheckConstraint(
                name="a_day_agreed_at_short_notice_has_its_reason",
                condition=~Q(notice="agreed") | ~Q(pin_reason=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                include=["id", "sequence", "deadline", "state", "due_on"],
                name="due_open",
                condition=Q(status="open"),
            ),
            # As the desk's list stands, and by what it is looked through.
            models.Index(fields=["due_on", "due_at", "state", "id"], name="due_by_day"),
            models.Index(fields=["state", "due_on", "due_at"], name="due_of_state"),
            models.Index(fields=["due_at"], name="due_late", condition=Q(received_at__gte=F("due_at"))),
        ]

    def __str__(self) -> str:
        return f"{self.state_id} · {self.deadline}"

    @property
    def is_extended(self) -> bool:
        """Set by hand to a later day than the one that stood; the last step of its trail says so."""
        return self.is_pinned and bool(self.trail) and self.trail[-1]["code"] == "extended"

    @property
    def is_late(self) -> bool:
        """Received after it was due; what is open yet is judged against a clock by `overdue`."""
        return self.received_at is not None and self.received_at >= self.due_at
