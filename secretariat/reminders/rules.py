"""The lines of the policy as staff keep them: what is told of what, when, and to which roles."""

from __future__ import annotations

from datetime import time
from functools import reduce
from operator import or_
from typing import cast

import pghistory
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from meetings.models import Contact, Track
from rotation.ticked import TickedField

from .plan.policy import AFTER, COUNTED, DAYS_OF_THEIR_OWN, OCCASIONS, Occasion, Rule
from .plan.quiet import Quiet
from .spoken import offset_words

POSSIBLE = reduce(or_, (Q(about=about, occasion__in=occasions) for about, occasions in OCCASIONS.items()))
IN_DAYS = Q(occasion__in=COUNTED) & ~Q(about__in=DAYS_OF_THEIR_OWN)


@pghistory.track()
class ReminderRule(models.Model):
    """One line of the policy. For each occasion the lines of the nearest scope count: see `plan.policy.chosen`."""

    class About(models.TextChoices):
        DUE = "due", _("deadlines")
        CLOSING = "closing", _("last day for items of an agenda")
        AGENDA = "agenda", _("agendas issued")
        SILENCE = "silence", _("silence procedures")
        TERM = "term", _("ends of terms")
        MEETING = "meeting", _("invitations to meetings")

    class Occasion(models.TextChoices):
        FIRST = "first", _("at once, when it is set or happens")
        BEFORE = "before", pgettext_lazy("of a reminder", "days before")
        OVERDUE = "overdue", _("days after, while it is open")
        ESCALATED = "escalated", _("escalation, days after, while it is open")
        CHANGED = "changed", _("at once, when it moved")
        WITHDRAWN = "withdrawn", _("at once, when it no longer applies")
        RECEIVED = "received", _("thanks on receipt")
        ANSWERED = "answered", _("answer to a reply that changed nothing")

    track = models.ForeignKey(
        Track,
        on_delete=models.CASCADE,
        related_name="reminder_rules",
        null=True,
        blank=True,
        verbose_name=_("track"),
        help_text=_("empty means every track that has no line of its own for this"),
    )
    about = models.CharField(_("of what"), max_length=7, choices=About.choices, default=About.DUE)
    key = models.SlugField(
        _("key of the deadline"),
        blank=True,
        help_text=_("the key of a template line, such as agenda; empty means every deadline"),
    )
    occasion = models.CharField(_("when"), max_length=9, choices=Occasion.choices, default=Occasion.BEFORE)
    days = models.PositiveSmallIntegerField(
        _("days"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(365)],
        help_text=_(
            "calendar days before or after; 0 is the day itself. Empty for what goes at once, and for silence and "
            "terms, which have their own"
        ),
    )
    at = models.TimeField(_("at"), default=time(9), help_text=_("local time of the recipient"))
    roles = TickedField(
        models.CharField(max_length=20, choices=Contact.Role.choices),
        verbose_name=_("to whom"),
        default=list,
        blank=True,
        help_text=_("none ticked means everybody who answers for the track"),
    )
    on_working_days = models.BooleanField(
        _("on working days only"),
        default=False,
        help_text=_(
            "in the calendar of the recipient's state: a reminder moves to the working day before, what comes after "
            "a deadline or goes at once to the one after. What speaks of a moment less than three days from that day "
            "is not put off"
        ),
    )
    quiet_from = models.TimeField(
        _("quiet from"),
        null=True,
        blank=True,
        help_text=_(
            "local time of the recipient; what goes at once waits until they end, unless it would be too late then"
        ),
    )
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    is_on = models.BooleanField(
        pgettext_lazy("of a rule", "on"),
        default=True,
        help_text=_("off: nothing is sent for this, also where a line of every track would"),
    )

    class Meta:
        ordering = [F("track__position").asc(nulls_first=True), "about", "key", "occasion", "-days"]
        verbose_name = _("reminder rule")
        verbose_name_plural = _("reminder rules")
        constraints = [
            models.UniqueConstraint(
                name="a_reminder_is_ruled_once",
                fields=["track", "about", "key", "occasion", "days"],
                nulls_distinct=False,
                violation_error_message=_("There is such a line already."),
            ),
            models.CheckConstraint(
                name="a_rule_is_of_what_can_happen",
                condition=POSSIBLE,
                violation_error_message=_("This does not happen to what the line is about."),
            ),
            models.CheckConstraint(
                name="a_rule_in_days_says_how_many",
                condition=(IN_DAYS & Q(days__isnull=False)) | (~IN_DAYS & Q(days__isnull=True)),
                violation_error_message=_(
                    "Say how many days; none for what goes at once, for silence and for terms."
                ),
            ),
            models.CheckConstraint(
                name="what_is_overdue_is_so_for_a_day",
                condition=~Q(occasion__in=AFTER) | Q(days__gte=1),
                violation_error_message=_("A day after at the earliest."),
            ),
            models.CheckConstraint(
                name="an_invitation_is_for_who_follows",
                condition=~Q(about="meeting") | Q(is_on=True, roles=[]),
                violation_error_message=_(
                    "Who is invited to meetings is said by who follows them: tick no role and leave the line on; it "
                    "says the quiet hours and working days."
                ),
            ),
            models.CheckConstraint(
                name="a_key_is_that_of_a_deadline",
                condition=Q(key="") | Q(about="due"),
                violation_error_message=_("Only deadlines have a key."),
            ),
            models.CheckConstraint(
                name="quiet_hours_begin_and_end",
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False) & ~Q(quiet_from=F("quiet_until")),
                violation_error_message=_(
                    "Quiet hours need a beginning and another hour as their end, or neither."
                ),
            ),
        ]

    def __str__(self) -> str:
        offset = "" if self.days is None else offset_words(f"P{self.days}D", is_after=self.occasion in AFTER)
        # How many days before says the occasion as well.
        occasion = "" if self.occasion == self.Occasion.BEFORE and offset else self.get_occasion_display()
        return " · ".join(filter(None, [self.get_about_display(), str(occasion), offset]))

    @property
    def rule(self) -> Rule:
        since, until = self.quiet_from, self.quiet_until
        return Rule(
            cast(Occasion, self.occasion),
            self.days or 0,
            self.at,
            frozenset(self.roles),
            self.on_working_days,
            Quiet(since, until) if since is not None and until is not None else None,
            self.about,
            self.track_id,
            self.key,
            self.is_on,
        )
