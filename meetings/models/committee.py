"""A committee of organisations: its rule, who sits in it and until when, its sittings and its recommendations."""

from __future__ import annotations

from typing import Any, cast

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeBoundary, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from rotation.entered import LineField, NoteField, ProseField
from rotation.sort_keys import SortKeysField
from rotation.translated import TextsField, text_in

from ..committees.quorum import Kind, QuorumRule, Unit
from ..committees.terms import Term
from .meetings import Meeting
from .parties import Organisation
from .tracks import Track


def default_notice_days() -> list[int]:
    return [90, 30]


@pghistory.track()
class Committee(models.Model):
    """What makes a track a committee: its quorum, and when the end of a term is told. One a track."""

    class QuorumKind(models.TextChoices):
        ALL = "all", _("all of them")
        NUMBER = "number", _("at least so many")
        PERCENT = "percent", _("at least so many per cent")

    class QuorumUnit(models.TextChoices):
        STATES = "states", _("states")
        SEATS = "seats", _("seats")

    track = models.OneToOneField(
        Track, on_delete=models.PROTECT, related_name="committee", verbose_name=_("committee")
    )
    quorum_kind = models.CharField(
        _("quorum"), max_length=7, choices=QuorumKind.choices, default=QuorumKind.ALL
    )
    quorum_number = models.PositiveSmallIntegerField(
        _("how many"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("a number, or per cent; empty for all of them"),
    )
    quorum_unit = models.CharField(
        _("counted are"), max_length=6, choices=QuorumUnit.choices, default=QuorumUnit.STATES
    )
    required_states = ArrayField(
        models.CharField(max_length=8),
        verbose_name=_("never without"),
        default=list,
        blank=True,
        help_text=_("states without which there is no quorum, whatever the number"),
    )
    notice_days = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(1000)]),
        verbose_name=_("end of a term is told, days before"),
        default=default_notice_days,
        blank=True,
        help_text=_("such as 90, 30"),
    )
    basis = LineField(_("source"), max_length=300, blank=True, help_text=_("the paper that sets these rules"))

    class Meta:
        ordering = ["track"]
        verbose_name = _("committee")
        verbose_name_plural = _("committees")
        constraints = [
            models.CheckConstraint(
                name="a_quorum_says_how_many",
                condition=Q(quorum_kind="all", quorum_number__isnull=True)
                | Q(quorum_kind="number", quorum_number__isnull=False, quorum_number__gte=1)
                | Q(quorum_kind="percent", quorum_number__isnull=False, quorum_number__range=(1, 100)),
                violation_error_message=_("Say how many: a number, or 1 to 100 per cent; nothing for all."),
            )
        ]

    def __str__(self) -> str:
        return str(self.track)

    @property
    def rule(self) -> QuorumRule:
        return QuorumRule(
            cast(Kind, self.quorum_kind),
            self.quorum_number or 0,
            cast(Unit, self.quorum_unit),
            tuple(self.required_states),
        )


@pghistory.track()
class Seat(models.Model):
    """The place of an organisation in a committee. Without a term on record it is held until told otherwise."""

    track = models.ForeignKey(
        Track, on_delete=models.PROTECT, related_name="seats", verbose_name=_("committee")
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="seats", verbose_name=_("organisation")
    )
    role = LineField(_("role"), max_length=200)

    class Meta:
        ordering = ["track", "organisation"]
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        constraints = [
            models.UniqueConstraint(name="an_organisation_has_one_seat", fields=["track", "organisation"])
        ]

    def __str__(self) -> str:
        return f"{self.organisation} — {self.track}"


def _do_not_overlap(name: str, office: str, message: Any) -> ExclusionConstraint:
    """No two terms of one seat in one office share a day.

    The seat stands as a range of one number: ranges have GiST operators of their own, so that the constraint needs
    no extension (btree_gist), which not every server may install.
    """
    seat = Func(F("seat"), F("seat"), RangeBoundary(True, True), function="int8range")
    days = Func(F("starts_on"), F("ends_on"), RangeBoundary(), function="daterange")
    return ExclusionConstraint(
        name=name,
        expressions=[(seat, RangeOperators.OVERLAPS), (days, RangeOperators.OVERLAPS)],
        condition=Q(office=office),
        violation_error_message=message,
    )


@pghistory.track()
class SeatTerm(models.Model):
    """A time for which a seat is held, or for which its holder is co-chair. Persons sit in delegations, not here."""

    class Office(models.TextChoices):
        MEMBER = "member", pgettext_lazy("of a committee", "member")
        CO_CHAIR = "co-chair", _("co-chair")

    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="terms", verbose_name=_("seat"))
    office = models.CharField(
        pgettext_lazy("of a committee", "as"), max_length=8, choices=Office.choices, default=Office.MEMBER
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(
        _("over on"), null=True, blank=True, help_text=_("the first day after it; empty while not known")
    )
    basis = LineField(_("source"), max_length=300, help_text=_("the decision, and where it stands"))

    class Meta:
        ordering = ["seat", "starts_on"]
        verbose_name = pgettext_lazy("of office", "term")
        verbose_name_plural = pgettext_lazy("of office", "terms")
        constraints = [
            models.CheckConstraint(
                name="a_term_ends_after_it_begins",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                violation_error_message=_("The term ends before it begins."),
            ),
            models.CheckConstraint(name="a_term_has_a_source", condition=~Q(basis="")),
            _do_not_overlap(
                "terms_of_a_seat_do_not_overlap",
                "member",
                _("This seat has another term on one of these days."),
            ),
            _do_not_overlap(
                "terms_as_co_chair_do_not_overlap",
                "co-chair",
                _("This seat is co-chair on one of these days already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_office_display()}, {self.starts_on} – {self.ends_on or '…'}"

    @property
    def term(self) -> Term:
        return Term(self.pk, self.seat_id, self.office, self.starts_on, self.ends_on)


@pghistory.track(exclude=["sorted_as"])
class WorkingGroup(models.Model):
    track = models.ForeignKey(
        Track, on_delete=models.PROTECT, related_name="working_groups", verbose_name=_("committee")
    )
    names = TextsField(_("name"))
    sorted_as = SortKeysField(of="names")
    mandate = ProseField(_("mandate"), blank=True)
    lead = models.ForeignKey(
        Seat,
        on_delete=models.PROTECT,
        related_name="leads",
        null=True,
        blank=True,
        verbose_name=_("led by"),
    )
    opened_on = models.DateField(_("set up on"))
    closed_on = models.DateField(
        _("dissolved on"), null=True, blank=True, help_text=_("the first day on which it is no more")
    )
    basis = LineField(_("source"), max_length=300, help_text=_("the decision, and where it stands"))

    class Meta:
        ordering = ["track", "opened_on", "pk"]
        verbose_name = _("working group")
        verbose_name_plural = _("working groups")
        constraints = [
            models.CheckConstraint(
                name="a_working_group_is_dissolved_after_it_was_set_up",
                condition=Q(closed_on__isnull=True) | Q(closed_on__gt=F("opened_on")),
                violation_error_message=_("The working group is dissolved before it was set up."),
            )
        ]

    def __str__(self) -> str:
        return text_in(self.names)


@pghistory.track()
class GroupSeat(models.Model):
    """A seat that takes part in a working group."""

    group = models.ForeignKey(
        WorkingGroup, on_delete=models.CASCADE, related_name="members", verbose_name=_("working group")
    )
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="groups", verbose_name=_("seat"))

    class Meta:
        ordering = ["group", "seat"]
        verbose_name = _("member of a working group")
        verbose_name_plural = _("members of working groups")
        constraints = [
            models.UniqueConstraint(name="a_seat_is_once_in_a_working_group", fields=["group", "seat"])
        ]

    def __str__(self) -> str:
        return f"{self.seat} · {self.group}"


@pghistory.track()
class Sitting(models.Model):
    """One sitting of a session; the session is a meeting of the committee's track."""

    meeting = models.ForeignKey(
        Meeting, on_delete=models.CASCADE, related_name="sittings", verbose_name=_("session")
    )
    number = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1)])
    held_on = models.DateField(_("held on"))
    note = NoteField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering = ["meeting", "number"]
        verbose_name = _("sitting")
        verbose_name_plural = _("sittings")
        constraints = [
            models.UniqueConstraint(
                name="a_session_numbers_its_sittings_once",
                fields=["meeting", "number"],
                violation_error_message=_("This session has a sitting with this number already."),
            )
        ]

    def __str__(self) -> str:
        return gettext("Sitting %(number)s of %(meeting)s") % {"number": self.number, "meeting": self.meeting}


@pghistory.track()
class Attendance(models.Model):
    """Whether a seat was taken at a sitting; an alternate takes it as its holder does."""

    class Presence(models.TextChoices):
        PRESENT = "present", _("present")
        ALTERNATE = "alternate", _("by an alternate")
        ABSENT = "absent", _("absent")

    sitting = models.ForeignKey(
        Sitting, on_delete=models.CASCADE, related_name="attendance", verbose_name=_("sitting")
    )
    seat = models.ForeignKey(
        Seat, on_delete=models.PROTECT, related_name="attendance", verbose_name=_("seat")
    )
    presence = models.CharField(_("presence"), max_length=9, choices=Presence.choices)

    class Meta:
        ordering = ["sitting", "seat"]
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")
        constraints = [
            models.UniqueConstraint(name="a_seat_attends_a_sitting_once", fields=["sitting", "seat"])
        ]

    def __str__(self) -> str:
        return f"{self.seat} · {self.get_presence_display()}"
