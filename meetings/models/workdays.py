"""The table of days that are not what their weekday says, per state, and the years whose notice is in."""

from __future__ import annotations

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rotation.entered import LineField
from rotation.models import State

from ..days.workdays import BASES, STAFFS_BASES


@pghistory.track()
class CalendarDay(models.Model):
    """A day that is closed, worked on a weekend, or closes early. One row a basis; the strongest counts.

    Which basis wins stands in workdays.BASES: a decree or a notice, then what else staff entered, then the
    library, then what is only expected.
    """

    class Status(models.TextChoices):
        CLOSED = "closed", _("closed")
        WORKING = "working", _("working")
        SHORTENED = "shortened", _("shortened")

    class EnteredBy(models.TextChoices):
        LIBRARY = "library", _("library")
        STAFF = "staff", _("secretariat")
        SHIPPED = "shipped", _("shipped, with its source")

    class Basis(models.TextChoices):
        DECREE = "decree", _("decree")
        NOTICE = "notice", _("government notice")
        LAW = "law", _("law")
        WORD = "word", _("word of the state")
        LIBRARY = "library", _("holiday library")
        PROVISIONAL = "provisional", _("expected, no notice yet")

    class Certainty(models.TextChoices):
        CONFIRMED = "confirmed", _("confirmed")
        ESTIMATED = "estimated", _("estimated")
        PROVISIONAL = "provisional", _("provisional")

    state = models.ForeignKey(
        State, on_delete=models.PROTECT, related_name="calendar_days", verbose_name=_("state")
    )
    day = models.DateField(_("day"))
    status = models.CharField(_("status"), max_length=9, choices=Status.choices, default=Status.CLOSED)
    closes_at = models.TimeField(
        _("closes at"),
        null=True,
        blank=True,
        help_text=_("local time, for a shortened day: deadlines of that day close no later"),
    )
    entered_by = models.CharField(
        _("entered by"), max_length=8, choices=EnteredBy.choices, default=EnteredBy.STAFF, editable=False
    )
    basis = models.CharField(_("basis"), max_length=11, choices=Basis.choices, default=Basis.WORD)
    certainty = models.CharField(
        _("certainty"), max_length=12, choices=Certainty.choices, default=Certainty.CONFIRMED
    )
    name = LineField(_("name"), max_length=300)
    source = LineField(
        _("source"), max_length=300, blank=True, help_text=_("the paper and its number, or who said so")
    )

    class Meta:
        ordering = ["day", "state", "basis"]
        verbose_name = _("special day")
        verbose_name_plural = _("special days")
        constraints = [
            models.UniqueConstraint(
                name="a_day_is_entered_once_a_basis",
                fields=["state", "day", "basis"],
                violation_error_message=_("This day is already entered for this state on this basis."),
            ),
            models.CheckConstraint(
                name="a_shortened_day_says_when_it_closes",
                condition=Q(status="shortened", closes_at__isnull=False)
                | (~Q(status="shortened") & Q(closes_at__isnull=True)),
                violation_error_message=_("Give the hour for a shortened day, and for no other."),
            ),
            models.CheckConstraint(
                name="what_staff_enter_rests_on_more_than_the_library",
                condition=Q(entered_by__in=["staff", "shipped"], basis__in=STAFFS_BASES)
                | Q(entered_by="library", basis__in=[basis for basis in BASES if basis not in STAFFS_BASES]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state_id} {self.day}: {self.name}"


@pghistory.track()
class YearNotice(models.Model):
    """That a state's yearly notice is in: from then on nothing of that year is merely expected."""

    state = models.ForeignKey(
        State, on_delete=models.PROTECT, related_name="year_notices", verbose_name=_("state")
    )
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(1990), MaxValueValidator(2200)]
    )
    source = LineField(_("source"), max_length=300, help_text=_("the notice, its number and its day"))

    class Meta:
        ordering = ["-year", "state"]
        verbose_name = _("yearly notice")
        verbose_name_plural = _("yearly notices")
        constraints = [
            models.UniqueConstraint(
                name="a_years_notice_comes_once",
                fields=["state", "year"],
                violation_error_message=_("The notice of that year is recorded already."),
            ),
            models.CheckConstraint(name="a_years_notice_has_a_source", condition=~Q(source="")),
        ]

    def __str__(self) -> str:
        return f"{self.state}, {self.year}"
