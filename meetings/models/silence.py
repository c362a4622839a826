"""Silence procedures: what was put to the parties, until when, and every act upon it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pgtrigger
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rotation.entered import LineField, ProseField
from rotation.models import Recorded, State
from rotation.zone_checks import stands_in_a_zone
from rotation.zones import validate_zone

from ..silence.rules import Act, Closing, Kind, Stage, Standing, standing
from .documents import Document


class SilenceQuerySet(models.QuerySet["SilenceProcedure"]):
    def closing(self, now: datetime, days: int) -> SilenceQuerySet:
        """Open, and closing within so many days from now; what has closed and is not yet adopted is among them."""
        return self.filter(
            status=SilenceProcedure.Status.OPEN, closing_at__lte=now + timedelta(days=days)
        ).order_by("closing_at", "pk")

    def without_sequel(self) -> SilenceQuerySet:
        """Broken, or its adoption set aside, and nothing has followed: no silence anew, no revision, no withdrawal."""
        anew = SilenceProcedure.objects.filter(
            document=OuterRef("document"), opened_at__gt=OuterRef("opened_at")
        )
        revised = Document.objects.filter(parent=OuterRef("document"), suffix="Rev")
        return self.filter(
            ~Exists(anew),
            ~Exists(revised.exclude(status=Document.Status.WITHDRAWN)),
            status__in=[SilenceProcedure.Status.BROKEN, SilenceProcedure.Status.SET_ASIDE],
            document__status=Document.Status.ISSUED,
        )

    def with_acts(self) -> SilenceQuerySet:
        return self.select_related("document__symbol", "document__track").prefetch_related(
            "parties__state", "events__state", "events__recorded_by"
        )


class SilenceProcedure(models.Model):
    """Silence on an issued paper. `status` and the closing follow from the acts; the clock is the database's."""

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("of a silence procedure", "open")
        BROKEN = "broken", _("broken")
        WITHDRAWN = "withdrawn", _("withdrawn")
        ADOPTED = "adopted", _("adopted")
        SET_ASIDE = "set aside", pgettext_lazy("of an adoption by silence", "adoption set aside")

    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, related_name="silences", verbose_name=_("paper")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.OPEN)
    opened_at = models.DateTimeField(_("opened"))
    # The closing that stands: the local decision, and the instant derived from it.
    closes_on = models.DateField(_("closes on"))
    closes_at = models.TimeField(_("at"))
    zone = models.CharField(_("time zone"), max_length=64, validators=[validate_zone])
    closing_at = models.DateTimeField(_("closing instant"), help_text=_("UTC; the first that is too late"))
    # Of a broken one, when the objection was received; of one set aside, when it was adopted: that stays true.
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = SilenceQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        verbose_name = _("silence procedure")
        verbose_name_plural = _("silence procedures")
        constraints = [
            stands_in_a_zone("zone", name="silence_closes_in_a_time_zone"),
            models.UniqueConstraint(
                name="a_paper_is_under_one_silence_at_a_time", fields=["document"], condition=Q(status="open")
            ),
            models.CheckConstraint(
                name="silence_closes_after_it_opens", condition=Q(closing_at__gt=F("opened_at"))
            ),
            models.CheckConstraint(
                name="silence_that_is_over_says_when",
                condition=Q(status="open", ended_at__isnull=True)
                | ~Q(status="open") & Q(ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="nothing_is_adopted_before_silence_closes",
                condition=~Q(status__in=["adopted", "set aside"]) | Q(ended_at__gte=F("closing_at")),
            ),
            models.CheckConstraint(
                name="silence_is_broken_or_withdrawn_before_it_closes",
                condition=~Q(status__in=["broken", "withdrawn"]) | Q(ended_at__lt=F("closing_at")),
            ),
        ]
        indexes = [models.Index(fields=["closing_at"], name="silence_to_close", condition=Q(status="open"))]
        triggers = [
            pgtrigger.Protect(name="silence_procedures_are_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="silence_that_is_over_stays_so",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__status="open")
                & ~pgtrigger.Q(
                    old__status="adopted",
                    new__status="set aside",
                    new__document=pgtrigger.F("old__document"),
                    new__opened_at=pgtrigger.F("old__opened_at"),
                    new__closing_at=pgtrigger.F("old__closing_at"),
                    new__ended_at=pgtrigger.F("old__ended_at"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return str(self.document)

    @property
    def closing(self) -> Closing:
        return Closing(self.closes_on, self.closes_at, self.zone)

    def take_closing(self, closing: Closing) -> None:
        """Write a closing into the columns, the instant included; saves nothing."""
        self.closes_on, self.closes_at, self.zone = closing.on, closing.at, closing.zone
        self.closing_at = closing.instant

    def take_standing(self, stands: Standing, at: datetime) -> None:
        """Write where the procedure stands after an act that counts from `at`; saves nothing."""
        self.take_closing(stands.closing)
        if stands.stage not in (Stage.OPEN, Stage.EXPIRED):
            self.status, self.ended_at = stands.stage.value, self.ended_at or at

    @property
    def party_codes(self) -> tuple[str, ...]:
        return tuple(sorted(party.state_id for party in self.parties.all()))

    @property
    def acts(self) -> tuple[Act, ...]:
        return tuple(event.act for event in self.events.all())

    def standing(self, now: datetime) -> Standing:
        return standing(self.party_codes, self.acts, now)


class SilenceParty(models.Model):
    """A state whose silence is asked for: fixed when silence is opened."""

    procedure = models.ForeignKey(SilenceProcedure, on_delete=models.PROTECT, related_name="parties")
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["procedure", "state"]
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        constraints = [
            models.UniqueConstraint(name="a_state_is_asked_once", fields=["procedure", "state"]),
        ]
        triggers = [
            pgtrigger.Protect(name="parties_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return self.state_id


class SilenceEvent(Recorded):
    """One act upon a procedure, in the order in which they were recorded. Append-only."""

    class Label(models.TextChoices):
        OPENED = Kind.OPENED.value, _("silence opened")
        OBJECTED = Kind.OBJECTED.value, _("objection")
        STOOD_ASIDE = Kind.STOOD_ASIDE.value, _("stands aside")
        EXPLAINED = Kind.EXPLAINED.value, _("explanation of position")
        EXTENDED = Kind.EXTENDED.value, _("extension")
        WITHDRAWN = Kind.WITHDRAWN.value, pgettext_lazy("of a silence procedure", "withdrawal")
        ADOPTED = Kind.ADOPTED.value, _("adoption")

    OF_A_STATE = (Label.OBJECTED, Label.STOOD_ASIDE, Label.EXPLAINED)

    procedure = models.ForeignKey(SilenceProcedure, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(_("act"), max_length=12, choices=Label.choices)
    at = models.DateTimeField(_("at"), help_text=_("on the database's clock, while the procedure was locked"))
    state = models.ForeignKey(
        State, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("state")
    )
    text = ProseField(_("text"), blank=True, help_text=_("the source, the reason, or what the state said"))
    amendment = ProseField(_("amendment"), blank=True, help_text=_("the words that an objection proposes"))
    received_at = models.DateTimeField(
        _("received"),
        null=True,
        blank=True,
        help_text=_("UTC; empty where it was recorded on the spot"),
    )
    received_zone = models.CharField(_("time zone of the receipt"), max_length=64, blank=True)
    evidence = LineField(
        _("evidence of the receipt"),
        max_length=500,
        blank=True,
        help_text=_("how the moment is known: the number in the register, the head of the mail"),
    )
    closes_on = models.DateField(_("closes on"), null=True, blank=True)
    closes_at = models.TimeField(_("closes at"), null=True, blank=True)
    zone = models.CharField(_("time zone"), max_length=64, blank=True)

    class Meta:
        ordering = ["procedure", "pk"]
        verbose_name = _("act on silence")
        verbose_name_plural = _("acts on silence")
        constraints = [
            stands_in_a_zone("received_zone", name="words_are_received_in_a_time_zone", may_be_empty=True),
            stands_in_a_zone("zone", name="an_act_on_silence_names_a_time_zone", may_be_empty=True),
            models.UniqueConstraint(
                name="a_text_is_adopted_once", fields=["procedure"], condition=Q(kind="adopted")
            ),
            models.UniqueConstraint(
                name="silence_is_opened_once", fields=["procedure"], condition=Q(kind="opened")
            ),
            # An objection recorded as late may be recorded again with the moment at which it was received.
            models.UniqueConstraint(
                name="a_state_objects_once_at_a_moment",
                fields=["procedure", "state", "received_at"],
                condition=Q(kind="objected"),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="what_was_received_before_says_where_and_how_it_is_known",
                condition=Q(received_at__isnull=True, received_zone="", evidence="")
                | Q(received_at__isnull=False) & ~Q(received_zone="") & ~Q(evidence=""),
            ),
            models.CheckConstraint(
                name="only_a_states_word_is_received_before_it_is_recorded",
                condition=Q(received_at__isnull=True)
                | Q(kind__in=["objected", "stood aside", "explained"], received_at__lte=F("at")),
            ),
            models.CheckConstraint(
                name="a_state_speaks_for_itself",
                condition=Q(kind__in=["objected", "stood aside", "explained"], state__isnull=False)
                | ~Q(kind__in=["objected", "stood aside", "explained"]) & Q(state__isnull=True),
            ),
            models.CheckConstraint(
                name="who_opens_or_extends_says_until_when",
                condition=Q(kind__in=["opened", "extended"], closes_on__isnull=False, closes_at__isnull=False)
                & ~Q(zone="")
                | ~Q(kind__in=["opened", "extended"])
                & Q(closes_on__isnull=True, closes_at__isnull=True, zone=""),
            ),
            models.CheckConstraint(
                name="only_an_objection_proposes_other_words", condition=Q(amendment="") | Q(kind="objected")
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="acts_on_silence_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.at:%Y-%m-%d %H:%M}"

    @property
    def act(self) -> Act:
        closing = (
            Closing(self.closes_on, self.closes_at, self.zone) if self.closes_on and self.closes_at else None
        )
        return Act(
            Kind(self.kind), self.at, self.state_id or "", closing, bool(self.amendment), self.received_at
        )


class SilenceBinding(models.Model):
    """A state that an adoption binds; as append-only as the act.

    Where a state stood aside in time and that was recorded after the adoption, that act holds those who are left.
    """

    event = models.ForeignKey(SilenceEvent, on_delete=models.PROTECT, related_name="bindings")
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["event", "state"]
        verbose_name = _("bound state")
        verbose_name_plural = _("bound states")
        constraints = [models.UniqueConstraint(name="a_state_is_bound_once", fields=["event", "state"])]
        triggers = [
            pgtrigger.Protect(name="bindings_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return self.state_id
