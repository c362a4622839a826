"""The mechanism as data: its states, the sides that take turns, and the turns that are settled."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .entered import LineField, ProseField
from .sort_keys import ByAlphabet, ByProtocol, SortKeysField
from .ticked import TickedField
from .translated import TextsField, text_in
from .zone_checks import stands_in_a_zone
from .zones import validate_zone


@pghistory.track(exclude=["sorted_as"])
class State(models.Model):
    """A state that takes part. Its code is its key: it is what people write, and it does not change."""

    code = models.CharField(
        _("code"),
        max_length=8,
        primary_key=True,
        validators=[RegexValidator(r"^[A-Z][A-Z0-9-]*$", _("Capital letters, such as KZ."))],
        help_text=_("ISO 3166-1 alpha-2, such as KZ"),
    )
    alpha3 = LineField(_("three-letter code"), max_length=3, blank=True)
    names = TextsField(_("name"))
    sorted_as = SortKeysField(of="names")
    formal_names = TextsField(_("formal name"), blank=True)
    capital = LineField(_("capital"), max_length=100, blank=True)
    zone = models.CharField(
        _("time zone"), max_length=64, validators=[validate_zone], help_text=_("IANA name")
    )
    languages = TickedField(
        models.CharField(max_length=8, choices=settings.PAPER_LANGUAGES),
        verbose_name=_("languages"),
        default=list,
        blank=True,
    )
    weekend = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(7)]),
        verbose_name=_("weekend"),
        default=list,
        blank=True,
        help_text=_("ISO weekdays that are not worked, Monday is 1: 6,7"),
    )

    class Meta:
        # The order of protocol, as `state_key` has it where a list is at hand; so `ordering = ["state"]` elsewhere.
        ordering = [ByProtocol("code"), ByAlphabet("sorted_as"), "code"]
        verbose_name = _("state")
        verbose_name_plural = _("states")
        constraints = [
            stands_in_a_zone("zone", name="a_state_is_in_a_time_zone"),
            models.CheckConstraint(
                name="a_state_speaks_known_languages",
                condition=Q(languages__contained_by=[code for code, _name in settings.PAPER_LANGUAGES]),
                violation_error_message=_("A language is one of those in which papers may appear."),
            ),
        ]

    def __str__(self) -> str:
        return text_in(self.names) or self.code


@pghistory.track()
class Mechanism(models.Model):
    """A body whose meetings rotate, and the rule by which they do."""

    slug = models.SlugField(_("slug"), unique=True)
    names = TextsField(_("name"))
    basis = LineField(_("legal basis"), max_length=300, help_text=_("document and article"))
    first_period = LineField(_("first period"), max_length=10, help_text=_("such as 2023"))
    step_months = models.PositiveSmallIntegerField(
        _("step in months"), validators=[MinValueValidator(1), MaxValueValidator(1200)], default=24
    )
    first_holder = models.ForeignKey(
        State,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("first holder"),
    )
    seat = models.ForeignKey(
        State,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("seat of the secretariat"),
        help_text=_("the state whose working days are the secretariat's; empty where none is set"),
    )

    class Meta:
        ordering = ["slug"]
        verbose_name = _("mechanism")
        verbose_name_plural = _("mechanisms")

    def __str__(self) -> str:
        return text_in(self.names)


@pghistory.track()
class Side(models.Model):
    """One of the sides that take turns, in their order."""

    class Order(models.TextChoices):
        ALPHABETICAL = "alphabetical", _("alphabetical")
        LISTED = "listed", _("as listed")

    mechanism = models.ForeignKey(
        Mechanism, on_delete=models.CASCADE, related_name="sides", verbose_name=_("mechanism")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    names = TextsField(_("name"))
    order = models.CharField(
        _("order inside"), max_length=12, choices=Order.choices, default=Order.ALPHABETICAL
    )
    locale = models.CharField(
        _("language of the alphabet"),
        max_length=16,
        choices=settings.CONTENT_LANGUAGES,
        default="en",
        help_text=_("in an alphabetical side members go by their names in this language"),
    )

    class Meta:
        ordering = ["mechanism", "position"]
        verbose_name = _("side")
        verbose_name_plural = _("sides")
        constraints = [
            models.UniqueConstraint(name="sides_take_turns_in_one_order", fields=["mechanism", "position"]),
            models.CheckConstraint(
                name="a_side_goes_by_a_known_alphabet",
                condition=Q(locale__in=[code for code, _name in settings.CONTENT_LANGUAGES]),
                violation_error_message=_(
                    "Names are kept in Chinese, English and Russian: choose one of these."
                ),
            ),
        ]

    def __str__(self) -> str:
        return text_in(self.names)


@pghistory.track()
class Membership(models.Model):
    """A state's place in a side, in the periods in which it belongs (inclusive; empty means open)."""

    side = models.ForeignKey(
        Side, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("side")
    )
    state = models.ForeignKey(
        State, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("state")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    from_period = LineField(_("from period"), max_length=10, blank=True)
    until_period = LineField(_("until period"), max_length=10, blank=True)

    class Meta:
        ordering = ["side", "position", "state"]
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")

    def __str__(self) -> str:
        return f"{self.state} — {self.side}"


@pghistory.track()
class Summit(models.Model):
    """A turn that is held or announced. Projected turns are computed, not stored."""

    class Status(models.TextChoices):
        ANNOUNCED = "announced", _("announced")
        HELD = "held", _("held")

    mechanism = models.ForeignKey(
        Mechanism, on_delete=models.PROTECT, related_name="summits", verbose_name=_("mechanism")
    )
    ordinal = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1)])
    period = LineField(_("period"), max_length=10)
    host = models.ForeignKey(State, on_delete=models.PROTECT, related_name="summits", verbose_name=_("host"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.ANNOUNCED)
    source = LineField(_("source"), max_length=500, blank=True)

    class Meta:
        ordering = ["mechanism", "ordinal"]
        verbose_name = _("summit")
        verbose_name_plural = _("summits")
        constraints = [
            models.UniqueConstraint(name="a_turn_is_held_once", fields=["mechanism", "ordinal"]),
            models.UniqueConstraint(
                name="a_period_has_one_summit",
                fields=["mechanism", "period"],
                # Checked when a statement ends: a decision moves several summits at once.
                deferrable=models.Deferrable.IMMEDIATE,
            ),
            models.CheckConstraint(name="summits_count_from_one", condition=Q(ordinal__gte=1)),
        ]
        triggers = [
            pgtrigger.Protect(
                name="a_held_summit_stays",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__status="held"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.mechanism} {self.ordinal} ({self.period})"


class Recorded(models.Model):
    """A row that somebody appended for good; it is superseded by a later one, never edited."""

    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("recorded by"),
        help_text=_("empty means the service itself, from the record"),
    )

    class Meta:
        abstract = True


class RotationDecision(Recorded):
    """What the parties decided about the turns on a day. Append-only: a later decision revokes it.

    `kind` says which of the other fields count, and rotation-spec's words for each: see rule.Decision.
    """

    class Kind(models.TextChoices):
        SWAP = "swap", _("swap")
        SUBSTITUTE = "substitute", _("substitution")
        SKIP = "skip", _("turn given up")
        ASSIGN = "assign", _("turn agreed")
        POSTPONE = "postpone", _("postponement")
        VACATE = "vacate", _("no meeting")
        ADVANCE = "advance", _("turn brought forward")
        ACCEDE = "accede", _("accession")
        WITHDRAW = "withdraw", _("withdrawal")
        ANNOUNCE = "announce", _("announcement")
        REVOKE = "revoke", _("revocation")

    mechanism = models.ForeignKey(
        Mechanism, on_delete=models.PROTECT, related_name="decisions", verbose_name=_("mechanism")
    )
    number = models.PositiveIntegerField(_("number"), help_text=_("in the order of entry, from 1"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    decided_on = models.DateField(_("decided on"))
    basis = LineField(
        _("legal basis"),
        max_length=300,
        help_text=_("the paper and its paragraph, such as Astana Declaration, art. 3"),
    )
    note = ProseField(_("note"), blank=True)
    period = LineField(_("period"), max_length=10, blank=True)
    other_period = LineField(_("other period"), max_length=10, blank=True)
    to = LineField(_("held in"), max_length=10, blank=True)
    from_period = LineField(_("from period"), max_length=10, blank=True)
    member = models.ForeignKey(
        State, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("state")
    )
    side = models.ForeignKey(
        Side, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("side")
    )
    after = models.ForeignKey(
        State, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("after")
    )
    turn_kept = models.BooleanField(_("the displaced state's turn is kept"), default=False)
    shift = models.BooleanField(_("later turns move too"), default=False)
    revokes = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="revocations",
        null=True,
        blank=True,
        verbose_name=_("revokes"),
    )

    class Meta:
        ordering = ["mechanism", "number"]
        verbose_name = _("decision on the rotation")
        verbose_name_plural = _("decisions on the rotation")
        constraints = [
            models.UniqueConstraint(name="decisions_are_numbered_once", fields=["mechanism", "number"]),
            models.CheckConstraint(name="decisions_count_from_one", condition=Q(number__gte=1)),
            models.CheckConstraint(name="a_decision_has_a_legal_basis", condition=~Q(basis="")),
            models.CheckConstraint(
                name="a_decision_says_what_its_kind_needs",
                condition=Q(kind="swap", period__gt="", other_period__gt="")
                | Q(kind__in=["substitute", "assign"], period__gt="", member__isnull=False)
                | Q(kind__in=["postpone", "advance"], period__gt="", to__gt="")
                | Q(kind="accede", member__isnull=False, side__isnull=False, from_period__gt="")
                | Q(kind="withdraw", member__isnull=False, from_period__gt="")
                | Q(kind__in=["skip", "vacate", "announce"], period__gt="")
                | Q(kind="revoke", revokes__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="decisions_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.get_kind_display()}"
