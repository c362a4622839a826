"""What meets: the open list of bodies, and which ministry of each state answers for them."""

from __future__ import annotations

from datetime import date

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateRangeField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from rotation.entered import LineField
from rotation.models import Mechanism, State
from rotation.translated import TextsField, text_in

from .parties import Ministry


def one_of(column: str) -> Func:
    """A key as a range that holds just it."""
    return Func(F(column), F(column), Value("[]"), function="int8range", output_field=BigIntegerRangeField())


@pghistory.track()
class Track(models.Model):
    class Level(models.TextChoices):
        HEADS_OF_STATE = "heads of state", _("heads of state")
        MINISTERS = "ministers", _("ministers")
        HEADS_OF_AGENCY = "heads of agency", _("heads of agency")
        SENIOR_OFFICIALS = "senior officials", _("senior officials")
        WORKING_GROUP = "working group", _("working group")
        DIALOGUE = "dialogue", _("dialogue")
        FORUM = "forum", _("forum")
        COMMITTEE = "committee", _("committee")
        PROGRAMME = "programme", _("programme")

    class HostRule(models.TextChoices):
        FOLLOWS_SUMMIT = "follows_summit", _("follows the summit")
        OWN_ROTATION = "own_rotation", _("own rotation")
        BY_OFFER = "by_offer", _("by offer")
        FIXED = "fixed", _("fixed")

    mechanism = models.ForeignKey(
        Mechanism, on_delete=models.PROTECT, related_name="tracks", verbose_name=_("mechanism")
    )
    slug = models.SlugField(
        _("slug"), unique=True, help_text=_("stands in the feed's addresses; do not change it")
    )
    names = TextsField(_("name"))
    level = models.CharField(_("level"), max_length=20, choices=Level.choices)
    basis = LineField(_("founding paper"), max_length=300, blank=True)
    host_rule = models.CharField(
        _("host rule"), max_length=16, choices=HostRule.choices, default=HostRule.BY_OFFER
    )
    rotation = models.OneToOneField(
        Mechanism,
        on_delete=models.PROTECT,
        related_name="turn_track",
        null=True,
        blank=True,
        verbose_name=_("rotation"),
        help_text=_("the meetings of this track are the turns of this rotation; other tracks leave it empty"),
    )
    fixed_host = models.ForeignKey(
        State,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("fixed host"),
        help_text=_("for the host rule “fixed”"),
    )
    deadline_template = models.ForeignKey(
        "meetings.DeadlineTemplate",
        on_delete=models.PROTECT,
        related_name="tracks",
        null=True,
        blank=True,
        verbose_name=_("deadline template"),
        help_text=_("new meetings of this track take their deadlines from it"),
    )
    cadence_months = models.PositiveSmallIntegerField(
        _("meets every so many months"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(240)],
        help_text=_("12 is every year; empty where it is irregular or not laid down"),
    )
    cadence_note = LineField(
        _("cadence in words"),
        max_length=200,
        blank=True,
        help_text=_("where no number of months says it, such as “before each summit”"),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "slug"]
        verbose_name = _("track")
        verbose_name_plural = _("tracks")
        constraints = [
            models.CheckConstraint(
                name="a_cadence_is_a_month_at_least",
                condition=Q(cadence_months__isnull=True) | Q(cadence_months__gte=1),
            ),
            models.CheckConstraint(
                name="a_cadence_is_told_in_one_way",
                condition=Q(cadence_months__isnull=True) | Q(cadence_note=""),
                violation_error_message=_(
                    "Give the months between meetings, or the cadence in words; not both."
                ),
            ),
        ]

    def __str__(self) -> str:
        return text_in(self.names) or self.slug


class ResponsibilityQuerySet(models.QuerySet["Responsibility"]):
    def on(self, first: date, last: date | None = None) -> ResponsibilityQuerySet:
        """Those that hold on a day, or on some day from `first` to `last`, both inclusive."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=last or first),
            Q(valid_until__isnull=True) | Q(valid_until__gte=first),
        )


@pghistory.track()
class Responsibility(models.Model):
    """The ministry that answers for a track in its state; its contacts get the track's reminders.

    Both days inclusive, on each contact's own calendar: from the day after nothing more is sent to it.
    """

    track = models.ForeignKey(
        Track, on_delete=models.CASCADE, related_name="responsibilities", verbose_name=_("track")
    )
    ministry = models.ForeignKey(
        Ministry, on_delete=models.PROTECT, related_name="responsibilities", verbose_name=_("ministry")
    )
    valid_from = models.DateField(
        _("answers from"), null=True, blank=True, help_text=_("empty means from the beginning")
    )
    valid_until = models.DateField(
        _("answers until"),
        null=True,
        blank=True,
        help_text=_("last day, inclusive; empty means without an end"),
    )
    is_example = models.BooleanField(_("example"), default=False, editable=False)

    entered_at = models.DateTimeField(auto_now_add=True, null=True, editable=False)  # as of a contact

    objects = ResponsibilityQuerySet.as_manager()

    class Meta:
        ordering = ["track", "ministry", "pk"]
        verbose_name = _("responsible ministry")
        verbose_name_plural = _("responsible ministries")
        constraints = [
            # Ranges of one number each, since GiST compares numbers only with an extension that not every
            # server may create.
            ExclusionConstraint(
                name="a_ministry_answers_once_for_a_track",
                expressions=[
                    (one_of("track"), "&&"),
                    (one_of("ministry"), "&&"),
                    (
                        Func(
                            F("valid_from"),
                            F("valid_until"),
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        "&&",
                    ),
                ],
                violation_error_message=_(
                    "This ministry answers for the track on some of these days already."
                ),
            ),
            models.CheckConstraint(
                name="a_responsibility_ends_after_it_begins",
                condition=Q(valid_until__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                violation_error_message=_("The last day lies before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ministry} — {self.track}"


@pghistory.track()
class HostOffer(models.Model):
    """A state's offer to host a track's meeting in a year; it binds nobody until it is agreed."""

    class Status(models.TextChoices):
        OFFERED = "offered", _("offered")
        AGREED = "agreed", _("agreed")
        WITHDRAWN = "withdrawn", _("withdrawn")

    track = models.ForeignKey(Track, on_delete=models.PROTECT, related_name="offers", verbose_name=_("track"))
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="+", verbose_name=_("state"))
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(1990), MaxValueValidator(2200)]
    )
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.OFFERED)
    offered_on = models.DateField(
        _("offered on"), null=True, blank=True, help_text=_("empty where the day is not known")
    )
    basis = LineField(
        _("source"), max_length=500, help_text=_("the note or the paper in which it was offered")
    )

    class Meta:
        ordering = ["track", "year", "pk"]
        verbose_name = _("offer to host")
        verbose_name_plural = _("offers to host")
        constraints = [
            models.UniqueConstraint(
                name="a_state_offers_once_for_a_year",
                fields=["track", "state", "year"],
                violation_error_message=_("This state's offer for that year is recorded already."),
            ),
            models.CheckConstraint(name="an_offer_has_a_source", condition=~Q(basis="")),
        ]

    def __str__(self) -> str:
        return f"{self.state}, {self.year}"
