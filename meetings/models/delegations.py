"""Delegations to meetings, the people in them, and the lists of participants as they were issued.

What is personal, a delegate's name and office, stands in one table only, `Particulars`. The history and the issued
lists point to its rows and hold no copies: erasing there erases everywhere, and all else stays as it was.
"""

from __future__ import annotations

import pghistory
import pgtrigger
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rotation.entered import LineField, NoteField
from rotation.models import Recorded, State
from rotation.translated import TextsField, text_in

from ..people.participants import ListStage
from ..people.retention import Category
from .meetings import Meeting
from .parties import Contact, Organisation


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def with_people(self) -> DelegationQuerySet:
        """With its party and its delegates and all that is known of them."""
        return self.select_related("meeting__track", "state", "organisation__state").prefetch_related(
            "delegates__particulars__erasure"
        )


@pghistory.track()
class Delegation(models.Model):
    """Those whom a state, or an organisation, sends to a meeting."""

    meeting = models.ForeignKey(
        Meeting, on_delete=models.CASCADE, related_name="delegations", verbose_name=_("meeting")
    )
    state = models.ForeignKey(
        State,
        on_delete=models.PROTECT,
        related_name="delegations",
        null=True,
        blank=True,
        verbose_name=_("state"),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="delegations",
        null=True,
        blank=True,
        verbose_name=_("organisation"),
    )
    received_at = models.DateTimeField(_("communicated at"), null=True, blank=True)
    source = LineField(_("source"), max_length=500, blank=True, help_text=_("such as a note verbale"))

    objects = DelegationQuerySet.as_manager()

    class Meta:
        ordering = ["meeting", "state", "organisation"]
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        constraints = [
            models.CheckConstraint(
                name="a_delegation_speaks_for_a_state_or_an_organisation",
                condition=Q(state__isnull=False, organisation__isnull=True)
                | Q(state__isnull=True, organisation__isnull=False),
                violation_error_message=_("A delegation is that of a state or of an organisation."),
            ),
            models.UniqueConstraint(
                name="a_state_sends_one_delegation",
                fields=["meeting", "state"],
                violation_error_message=_("This state has a delegation to this meeting already."),
            ),
            models.UniqueConstraint(
                name="an_organisation_sends_one_delegation",
                fields=["meeting", "organisation"],
                violation_error_message=_("This organisation has a delegation to this meeting already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{text_in(self.party_names)} — {self.meeting}"

    @property
    def party(self) -> str:
        """What the delegation is known by within its meeting: "KZ" of a state, "KZ/12" of an organisation there."""
        if self.organisation is not None:
            return f"{self.organisation.state_id}/{self.organisation_id}"
        return str(self.state_id)

    @property
    def party_names(self) -> dict[str, str]:
        return dict((self.state or self.organisation).names)  # type: ignore[union-attr]

    @property
    def listed(self) -> list[Delegate]:
        """Those who come, the head first; uses what `with_people` fetched."""
        rows = [row for row in self.delegates.all() if not row.is_withdrawn]
        return sorted(rows, key=lambda row: (row.role != Delegate.Role.HEAD, row.number))

    @property
    def head(self) -> Delegate | None:
        return next((row for row in self.listed if row.role == Delegate.Role.HEAD), None)


@pghistory.track()
class Delegate(models.Model):
    """One person of a delegation as far as that is nobody's secret; by its number it is called when the name is gone."""

    class Role(models.TextChoices):
        HEAD = "head", _("head of delegation")
        MEMBER = "member", pgettext_lazy("of a delegation", "member")
        ADVISER = "adviser", _("adviser")
        INTERPRETER = "interpreter", _("interpreter")

    class Rank(models.TextChoices):
        HEAD_OF_STATE = "head of state", _("head of state")
        HEAD_OF_GOVERNMENT = "head of government", _("head of government")
        DEPUTY_HEAD_OF_GOVERNMENT = "deputy head of government", _("deputy head of government")
        MINISTER = "minister", _("minister")
        DEPUTY_MINISTER = "deputy minister", _("deputy minister")
        HEAD_OF_AGENCY = "head of agency", _("head of agency or organisation")
        AMBASSADOR = "ambassador", _("ambassador")
        SENIOR_OFFICIAL = "senior official", _("senior official")
        OFFICIAL = "official", _("official")
        OTHER = "other", _("other")

    delegation = models.ForeignKey(
        Delegation, on_delete=models.CASCADE, related_name="delegates", verbose_name=_("delegation")
    )
    number = models.PositiveSmallIntegerField(
        _("number"), editable=False, help_text=_("within the delegation; never given again")
    )
    role = models.CharField(_("role"), max_length=11, choices=Role.choices, default=Role.MEMBER)
    rank = models.CharField(_("rank"), max_length=25, choices=Rank.choices)
    substitute_for = TextsField(
        _("substitute for"), blank=True, help_text=_("the office that is represented, not a person's name")
    )
    is_withdrawn = models.BooleanField(_("does not come"), default=False, editable=False)
    # The number of the particulars that hold now; a new one is an event of the history, which names no person.
    version = models.PositiveSmallIntegerField(_("version of name and office"), default=0, editable=False)

    class Meta:
        ordering = ["delegation", "is_withdrawn", "number"]
        verbose_name = _("delegate")
        verbose_name_plural = _("delegates")
        constraints = [
            models.UniqueConstraint(
                name="delegates_are_numbered_once_in_a_delegation", fields=["delegation", "number"]
            ),
            models.UniqueConstraint(
                name="a_delegation_has_one_head",
                fields=["delegation"],
                condition=Q(role="head", is_withdrawn=False),
                violation_error_message=_("This delegation has a head already."),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """What the delegate is called where no name is: "TJ-3"."""
        return f"{self.delegation.party}-{self.number}"

    @property
    def current(self) -> Particulars | None:
        """The name and office that hold now; uses what `with_people` fetched."""
        return next((row for row in self.particulars.all() if row.number == self.version), None)


class Erasure(Recorded):
    """That personal data were erased: when, by whom, under which rule. Append-only, and names nobody."""

    meeting = models.ForeignKey(
        Meeting,
        on_delete=models.PROTECT,
        related_name="erasures",
        null=True,
        blank=True,
        verbose_name=_("meeting"),
    )
    contact = models.OneToOneField(
        Contact,
        on_delete=models.PROTECT,
        related_name="erasure",
        null=True,
        blank=True,
        verbose_name=_("contact"),
    )
    rule = models.CharField(_("rule"), max_length=100, help_text=_("as it was on that day"))
    reason = NoteField(_("reason"), max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        constraints = [
            models.CheckConstraint(name="an_erasure_names_its_rule", condition=~Q(rule="")),
            models.CheckConstraint(
                name="an_erasure_is_of_a_meetings_delegates_or_of_a_contact",
                condition=Q(meeting__isnull=True) ^ Q(contact__isnull=True),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="erasures_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return self.rule


class Particulars(Recorded):
    """A delegate's name and office as they were communicated; a correction is the next number.

    The one change that the database lets through is the erasure.
    """

    delegate = models.ForeignKey(
        Delegate, on_delete=models.PROTECT, related_name="particulars", verbose_name=_("delegate")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    names = TextsField(pgettext_lazy("of a person", "name"), blank=True)
    offices = TextsField(_("office"), blank=True)
    erasure = models.ForeignKey(
        Erasure,
        on_delete=models.PROTECT,
        related_name="particulars",
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("erasure"),
    )

    class Meta:
        ordering = ["delegate", "number"]
        verbose_name = _("name and office")
        verbose_name_plural = _("names and offices")
        default_permissions = ()
        permissions = [("view_personal_data", "Can see names and offices of all delegates")]
        constraints = [
            models.UniqueConstraint(name="particulars_are_numbered_once", fields=["delegate", "number"]),
            models.CheckConstraint(
                name="particulars_say_something_until_they_are_erased",
                condition=Q(erasure__isnull=True) & (~Q(names={}) | ~Q(offices={}))
                | Q(erasure__isnull=False, names={}, offices={}),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="particulars_are_only_erased",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=(
                    "IF TG_OP = 'UPDATE' AND OLD.erasure_id IS NULL AND NEW.erasure_id IS NOT NULL"
                    " AND (NEW.id, NEW.delegate_id, NEW.number, NEW.recorded_at, NEW.recorded_by_id)"
                    " IS NOT DISTINCT FROM"
                    " (OLD.id, OLD.delegate_id, OLD.number, OLD.recorded_at, OLD.recorded_by_id)"
                    " THEN RETURN NEW; END IF;"
                    " RAISE EXCEPTION 'particulars are only erased, never changed or deleted';"
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.delegate_id}.{self.number}"

    def shown(self, language: str | None = None) -> tuple[str, str]:
        """Name and office in a language; both empty once erased."""
        return text_in(self.names, language), text_in(self.offices, language)


class ParticipantList(Recorded):
    """The list of participants as it was issued at a stage. Append-only: a correction is a later list."""

    class Stage(models.TextChoices):
        PROVISIONAL = ListStage.PROVISIONAL.value, _("provisional list")
        CORRECTED = ListStage.CORRECTED.value, _("corrected list")
        FINAL = ListStage.FINAL.value, _("final list")

    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, related_name="participant_lists", verbose_name=_("meeting")
    )
    number = models.PositiveSmallIntegerField(_("number"), help_text=_("in the order of issue, from 1"))
    stage = models.CharField(_("stage"), max_length=11, choices=Stage.choices)
    # Names of mechanism, meeting and parties in every language, time and place; see meetings/people/participant_lists.py.
    heading = models.JSONField(_("heading"))
    note = NoteField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering = ["meeting", "number"]
        verbose_name = _("list of participants")
        verbose_name_plural = _("lists of participants")
        constraints = [
            models.UniqueConstraint(
                name="lists_of_participants_are_numbered_once", fields=["meeting", "number"]
            ),
            models.CheckConstraint(name="lists_of_participants_count_from_one", condition=Q(number__gte=1)),
        ]
        triggers = [
            pgtrigger.Protect(
                name="lists_of_participants_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} ({self.number})"


class ListedParticipant(models.Model):
    """One line of an issued list. Name and office stand where it points to, so that they can be erased there."""

    listing = models.ForeignKey(ParticipantList, on_delete=models.PROTECT, related_name="lines")
    party = models.CharField(max_length=30)
    position = models.PositiveSmallIntegerField()
    delegate = models.ForeignKey(Delegate, on_delete=models.PROTECT, related_name="listings")
    particulars = models.ForeignKey(
        Particulars, on_delete=models.PROTECT, related_name="listings", null=True, blank=True
    )
    code = models.CharField(max_length=40)
    role = models.CharField(_("role"), max_length=11, choices=Delegate.Role.choices)
    rank = models.CharField(_("rank"), max_length=25, choices=Delegate.Rank.choices)
    substitute_for = TextsField(_("substitute for"), blank=True)

    class Meta:
        ordering = ["listing", "position"]
        verbose_name = _("line of a list of participants")
        verbose_name_plural = _("lines of lists of participants")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(name="a_delegate_stands_once_in_a_list", fields=["listing", "delegate"])
        ]
        triggers = [
            pgtrigger.Protect(
                name="lines_of_lists_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return self.code


@pghistory.track()
class RetentionRule(models.Model):
    """How long names and offices are kept; a category without a rule goes by retention.DEFAULT_DAYS."""

    class Kind(models.TextChoices):
        HEADS = Category.HEADS.value, _("heads of delegation")
        OTHERS = Category.OTHERS.value, _("all other delegates")
        CONTACTS = Category.CONTACTS.value, _("contacts who have left")

    category = models.CharField(_("whose"), max_length=8, choices=Kind.choices, unique=True)
    days = models.PositiveIntegerField(
        _("days after the meeting, or after leaving office"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(36500)],
        help_text=_(
            "names and offices are erased after so many days; empty means that they are kept for good"
        ),
    )
    basis = LineField(_("source"), max_length=300, blank=True)

    class Meta:
        ordering = ["category"]
        verbose_name = _("retention rule")
        verbose_name_plural = _("retention rules")

    def __str__(self) -> str:
        return self.get_category_display()
