"""The delivery ledger: what is said to whom about what and when, and what became of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

import pgtrigger
from django.db import models
from django.db.models import Case, F, Q, When
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from meetings.models import Agenda, Contact, Due, Meeting, SeatTerm, SilenceProcedure
from meetings.papers.naming import is_hidden
from rotation.folding import searched, trigrams
from rotation.zone_checks import stands_in_a_zone

from .follow import Follow
from .plan.wanted import About, Subject
from .rules import ReminderRule
from .states import Kind, State

__all__ = [
    "ON_PAPERS",
    "TITLED",
    "Delivery",
    "DeliveryEvent",
    "Follow",
    "ReminderRule",
    "append_events",
    "column_of",
]


def _subject(model: type[models.Model], label: Any) -> Any:
    return models.ForeignKey(
        model,
        on_delete=models.PROTECT,
        related_name="deliveries",
        null=True,
        blank=True,
        db_index=False,  # see SPARSE
        verbose_name=label,
    )


# Empty in nearly every row. Each index is written at every step of every delivery, so these hold the filled ones only.
SPARSE = ("silence", "term", "agenda", "digest", "resends")


# A mail goes within seconds of its hour. One that its server puts off is tried again within the hour, which is common.
LATE, PUT_OFF_LONG = timedelta(minutes=10), timedelta(hours=1)
# Longer than any pause between two tries, so that the index of what is due serves.
LONGEST_PAUSE = timedelta(hours=2)

# What the title of a delivery takes.
ON_PAPERS = models.Prefetch(
    "silence", SilenceProcedure.objects.select_related("document__meeting__track", "document__track")
)
TITLED = ("due__deadline", ON_PAPERS, "term__seat__organisation", "agenda__meeting__track")


def _one_of(*columns: str) -> Q:
    """Exactly one of these columns is filled."""
    return reduce(or_, (Q(**{f"{name}__isnull": name != filled for name in columns}) for filled in columns))


def _none_of(*columns: str) -> Q:
    return Q(**{f"{name}__isnull": True for name in columns})


def column_of(about: About) -> str:
    """The column of the ledger that holds what is spoken of."""
    return "agenda" if about[0] == "closing" else about[0]


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def unsettled(self) -> DeliveryQuerySet:
        """What staff must settle: refused for good, not known to have arrived, or not sent in time."""
        return self.filter(state__in=Delivery.UNSETTLED)

    def to_look_at(self, came_back: Iterable[Bounce]) -> DeliveryQuerySet:
        """What staff must look at: what is unsettled, and what was sent but came back and stands."""
        # Few, and named: beside a question of its own the condition on the state would read the whole ledger.
        returned = [bounce.delivery_id for bounce in came_back]
        return self.filter(Q(state__in=Delivery.UNSETTLED) | Q(pk__in=returned))

    def waiting(self) -> DeliveryQuerySet:
        """What goes out by itself when its hour comes, or when it is released."""
        return self.filter(state__in=Delivery.UNSENT)

    def by_itself(self) -> DeliveryQuerySet:
        """What no worker has, staff do not keep back, and no digest carries: it goes when its hour comes."""
        states = [Delivery.State.PENDING, Delivery.State.DEFERRED]
        return self.filter(state__in=states, is_held=False, is_item=False)

    def due(self) -> DeliveryQuerySet:
        """Of that, what is to go now by the database's clock, which is the one that counts."""
        return self.by_itself().filter(next_try_at__lte=Now())

    def late(self, now: datetime) -> DeliveryQuerySet:
        """What should have gone by itself by now: nobody takes it, or its mail server puts it off again and again."""
        untaken = Q(next_try_at__lte=now - LATE)
        put_off = Q(state=Delivery.State.DEFERRED, planned_at__lte=now - PUT_OFF_LONG)
        return self.by_itself().filter(untaken | put_off, next_try_at__lte=now + LONGEST_PAUSE)

    def is_all_taken(self, now: datetime) -> bool:
        """Whether of what goes by itself and whose hour has come a server took each, however short the time."""
        has_come = Q(next_try_at__lte=now) | Q(
            state=Delivery.State.DEFERRED, next_try_at__lte=now + LONGEST_PAUSE
        )
        rows = self.filter(is_held=False, is_item=False)
        # Two questions, each of an index of its own; both in one would read the ledger through.
        waits = rows.filter(
            has_come, state__in=Delivery.UNSENT, next_try_at__lte=now + LONGEST_PAUSE
        ).order_by("next_try_at")
        return not waits.exists() and not rows.filter(state=Delivery.State.SENDING).exists()

    def under_way(self) -> DeliveryQuerySet:
        """What has not ended, or may have arrived."""
        return self.filter(state__in=[*Delivery.UNSENT, Delivery.State.SENDING, Delivery.State.UNCERTAIN])

    def later_than(self, row: Delivery) -> DeliveryQuerySet:
        """Those that say the same later than a row does, or will: told, or still to be and kept back by nobody."""
        same = ("kind", "due_id", "silence_id", "term_id", "agenda_id", "sequence", "contact_id")
        rows = self.filter(**{name: getattr(row, name) for name in same})
        is_said = Q(state__in=Delivery.TOLD) | Q(
            state__in=Delivery.UNSENT, is_held=False, expires_at__gt=Now()
        )
        return rows.filter(is_said, planned_at__gt=row.planned_at, resends=None)

    def waiting_items(self) -> DeliveryQuerySet:
        """What waits for the digest of its day and is kept back by nobody."""
        return self.waiting().filter(is_item=True, is_held=False)

    def in_digest(self, row: Delivery) -> DeliveryQuerySet:
        """What a digest carries, or would carry now, the earliest first."""
        carried = Q(digest=row)
        waits = Q(contact=row.contact_id, planned_on=row.planned_on, state__in=Delivery.UNSENT, is_held=False)
        return self.filter(carried | waits, is_item=True).order_by("says_due_at", "pk")

    def held(self) -> DeliveryQuerySet:
        """What staff keep back, while it is still to be said."""
        return self.waiting().filter(is_held=True)


class Delivery(models.Model):
    """One thing said to one contact about one subject. Once it may have left us it is never edited or deleted."""

    Kind, State = Kind, State

    # What is planned for a day counted from a moment.
    COUNTED = (Kind.REMINDER, Kind.OVERDUE, Kind.ESCALATED)
    OF_AN_AGENDA = (Kind.ISSUED, Kind.MOVED, Kind.OFF)

    # The columns of what is spoken of; each delivery has one of them, or speaks of its meeting itself.
    SUBJECTS: tuple[Subject, ...] = ("due", "silence", "term", "agenda")

    UNSENT = (State.PENDING, State.DEFERRED, State.CLAIMED)
    UNSETTLED = (State.FAILED, State.UNCERTAIN, State.LAPSED)
    # Never left us, and is planned anew when it is wanted again.
    ENDED = (State.CANCELLED, State.LAPSED)
    # What the contact was told, or may have been.
    TOLD = (State.SENDING, State.SENT, State.UNCERTAIN, State.CARRIED)

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    # Of a due and of an agenda, whose meeting it is; else the meeting that is spoken of.
    meeting = _subject(Meeting, _("meeting"))
    due = _subject(Due, _("deadline"))
    silence = _subject(SilenceProcedure, _("silence procedure"))
    term = _subject(SeatTerm, pgettext_lazy("of office", "term"))
    agenda = _subject(Agenda, _("agenda"))
    contact = models.ForeignKey(
        Contact,
        on_delete=models.PROTECT,
        related_name="deliveries",
        db_index=False,  # see delivery_of_contact
        verbose_name=_("contact"),
    )
    sequence = models.PositiveIntegerField(
        _("revision of what it tells of"), help_text=_("another one whenever that moved or changed")
    )
    offset_code = models.CharField(
        _("offset"), max_length=8, blank=True, help_text=_("P7D: seven days before")
    )
    reason = models.CharField(_("why"), max_length=300)
    # What is said: the moment that is told, and the one it was before a change.
    says_due_at = models.DateTimeField(_("moment that is told"))
    was_due_at = models.DateTimeField(_("said before"), null=True, blank=True)

    # The decision is local (day, hour, zone); the instant is derived from it.
    planned_on = models.DateField(_("planned on"))
    planned_hour = models.TimeField(_("at"), help_text=_("local time of the recipient"))
    zone = models.CharField(_("time zone"), max_length=64)
    planned_at = models.DateTimeField(_("planned"))
    expires_at = models.DateTimeField(_("untrue from"))
    state = models.CharField(
        pgettext_lazy("of a delivery", "state"), max_length=10, choices=State.choices, default=State.PENDING
    )
    next_try_at = models.DateTimeField(_("next try"))
    is_item = models.BooleanField(
        _("in a digest"),
        default=False,
        editable=False,
        help_text=_("it stands in a digest and does not go by itself"),
    )
    digest = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="items",
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        verbose_name=_("weekly digest"),
    )
    # Beside the state: one that becomes untrue and is wanted again is still held.
    is_held = models.BooleanField(
        pgettext_lazy("of a mail", "held"), default=False, help_text=_("kept back by staff")
    )
    resends = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="copies",
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        verbose_name=_("sends again"),
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    token = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)

    message_id = models.CharField(_("Message-ID"), max_length=200)
    in_reply_to = models.CharField(max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    recipient = models.EmailField(_("sent to"), blank=True)
    subject = models.CharField(_("subject"), max_length=500, blank=True)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(_("HTML"), blank=True)
    calendar = models.TextField(_("iCalendar"), blank=True, help_text=_("of an invitation"))
    dated_at = models.DateTimeField(null=True, blank=True, editable=False)
    sha256 = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    reply = models.CharField(_("mail server's reply"), max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # When it went; of what waits when it goes, of what never went when it was planned. A column, for lists to follow.
    goes_at = models.GeneratedField(
        expression=Case(
            When(state__in=UNSENT, then=F("next_try_at")), default=Coalesce("sent_at", "planned_at")
        ),
        output_field=models.DateTimeField(_("when")),
        db_persist=True,
    )
    searched = searched("recipient", "subject")

    objects = DeliveryQuerySet.as_manager()

    # Of a digest, the items that its text tells of; set where it is written.
    carries: list[Delivery] | None = None

    class Meta:
        ordering = ["-planned_at", "pk"]
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        permissions = [
            ("settle_delivery", "Can settle deliveries that failed or are not known to have arrived"),
            ("hold_delivery", "Can hold and release deliveries, send one again, and send a test"),
        ]
        constraints = [
            stands_in_a_zone("zone", name="a_delivery_is_planned_in_a_time_zone"),
            # Not `unique=True` on the field, which would add an index for LIKE.
            models.UniqueConstraint(name="a_message_id_is_used_once", fields=["message_id"]),
            models.UniqueConstraint(
                name="one_thing_is_said_once",
                fields=[
                    "kind",
                    "meeting",
                    "due",
                    "silence",
                    "term",
                    "agenda",
                    "sequence",
                    "offset_code",
                    "contact",
                ],
                condition=Q(resends__isnull=True),
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                name="one_copy_is_under_way_at_a_time",
                fields=["resends"],
                condition=Q(state__in=["pending", "deferred", "claimed", "sending", "uncertain"]),
            ),
            models.CheckConstraint(
                name="what_is_held_is_with_no_worker",
                condition=Q(is_held=False) | Q(state__in=["pending", "deferred", "cancelled"]),
            ),
            models.CheckConstraint(
                name="what_a_digest_told_names_it",
                condition=Q(state="carried", digest__isnull=False, is_item=True)
                | (~Q(state="carried") & Q(digest__isnull=True)),
            ),
            models.CheckConstraint(
                name="a_digest_is_of_its_contact_alone",
                condition=~Q(kind="digest")
                | (_none_of("due", "silence", "term", "agenda") & Q(meeting__isnull=True)),
            ),
            models.CheckConstraint(
                name="a_delivery_has_one_subject",
                condition=_one_of("due", "silence", "term", "agenda")
                | _none_of("due", "silence", "term", "agenda"),
            ),
            models.CheckConstraint(
                name="a_delivery_names_the_meeting",
                condition=Q(kind="digest") | (_none_of("silence", "term") ^ Q(meeting__isnull=True)),
            ),
            models.CheckConstraint(
                name="what_was_sent_says_when",
                condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent"),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at", "id"],
                name="delivery_due",
                condition=Q(state__in=["pending", "deferred", "claimed"]),
            ),
            # As the desk's list stands; of what is neither sent nor to come, by what became of it.
            models.Index(fields=["goes_at", "id"], name="delivery_by_moment"),
            models.Index(
                fields=["state", "goes_at"],
                name="delivery_ended",
                condition=Q(state__in=["failed", "uncertain", "lapsed", "cancelled", "carried"]),
            ),
            models.Index(fields=["goes_at"], name="delivery_held", condition=Q(is_held=True)),
            models.Index(fields=["contact", "goes_at"], name="delivery_of_contact"),
            trigrams("delivery_searched"),
            # What is common is met in the order of the search without reading the mails themselves.
            models.Index(
                fields=["id"], name="delivery_looked_through", include=["searched", "message_id", "contact"]
            ),
            models.Index(
                fields=["lease_until"], name="delivery_leased", condition=Q(state__in=["claimed", "sending"])
            ),
            models.Index(fields=["meeting", "state"], name="delivery_of_meeting"),
            models.Index(fields=["due"], name="delivery_of_due"),
            *(
                models.Index(
                    fields=[name], name=f"delivery_of_{name}", condition=Q(**{f"{name}__isnull": False})
                )
                for name in SPARSE
            ),
            models.Index(fields=["id"], name="delivery_uncertain", condition=Q(state="uncertain")),
            models.Index(
                fields=["contact", "planned_on"],
                name="delivery_in_digest",
                condition=Q(is_item=True) | Q(kind="digest"),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="what_was_sent_stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state="sent"),
            ),
            pgtrigger.Protect(name="the_ledger_forgets_nothing", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.title} · {self.contact}"

    @property
    def about(self) -> About:
        """What it speaks of, as the plan names it: the last day for items of an agenda is a moment of its own."""
        if self.kind == self.Kind.DIGEST:
            return ("digest", self.contact_id)
        filled = (name for name in self.SUBJECTS if getattr(self, f"{name}_id") is not None)
        column: Subject = next(filled, "meeting")
        key: int = getattr(self, f"{column}_id")
        return ("closing" if column == "agenda" and self.kind not in self.OF_AN_AGENDA else column, key)

    @property
    def topic(self) -> models.Model:
        """The row that it speaks of; of a digest the contact whose week it is."""
        if self.kind == self.Kind.DIGEST:
            return self.contact
        found: models.Model = getattr(self, column_of(self.about))
        return found

    @property
    def title(self) -> str:
        """What it speaks of, in words; `TITLED` reads that ahead."""
        if self.kind == self.Kind.DIGEST:
            return gettext("the week from %(day)s") % {"day": self.planned_on.isoformat()}
        return str(self.due.deadline if self.due else self.topic)

    @property
    def is_withheld(self) -> bool:
        """Whether what it says is not for who reads, since it speaks of a paper that they may not; `TITLED` too."""
        return self.silence is not None and is_hidden(self.silence.document)

    @property
    def heading(self) -> str:
        """Its subject where it was written and may be read, else what it speaks of."""
        return self.title if self.is_withheld else self.subject or self.title


# Models of this app that have files of their own; last, since theirs speak of those above.
from .bounces.models import Bounce as Bounce  # noqa: E402
from .domains import MailDomain as MailDomain  # noqa: E402
from .home import LedgerHome as LedgerHome  # noqa: E402
from .record import DeliveryEvent as DeliveryEvent  # noqa: E402
from .record import append_events as append_events  # noqa: E402
from .relay import RelayOutage as RelayOutage  # noqa: E402
from .replies.models import Reply as Reply  # noqa: E402
from .replies.models import SettingAside as SettingAside  # noqa: E402
from .replies.models import Unsubscription as Unsubscription  # noqa: E402
