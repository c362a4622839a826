"""Recording what is said by the links, and what staff decide about it. Nothing here settles or moves a due."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from meetings.models import Agenda, Contact, Due, Meeting, Responsibility

from ..following import reconcile_followed
from ..ledger import reconcile_deliveries
from ..models import Delivery, Reply, SettingAside, Unsubscription
from ..plan.answers import answer_code
from ..plan.replying import Bar, Link, bar
from ..subjects import agendas, dues
from .topics import topic_of


class LinkBarred(Exception):
    """The link may not be used any more; `bar` says why. Nothing was recorded."""

    def __init__(self, bar: Bar) -> None:
        super().__init__(bar)
        self.bar = bar


class SettingAsideRefused(Exception):
    """It does not wait for anybody any more."""


def delivery_of_link(uid: UUID) -> Delivery | None:
    """What a link about a due was sent with, and all that its page takes."""
    rows = Delivery.objects.filter(uid=uid, due__isnull=False).exclude(kind=Delivery.Kind.WITHDRAWN)
    return (
        rows.select_related(
            "contact__ministry__state",
            "due__state",
            "due__deadline",
            "meeting__track__mechanism",
            "meeting__host",
        )
        .prefetch_related("replies")
        .first()
    )


def bar_of(row: Delivery, now: datetime) -> Bar | None:
    """What stands against using a link of this mail now."""
    link = Link(
        says_due_at=row.says_due_at,
        due_at=row.due.due_at,
        due_status=row.due.status,
        answers=row.contact.ministry.state_id == row.due.state_id
        and answers_for(row.contact, row.meeting.track_id, now),
    )
    return bar(link, now)


def answers_for(contact: Contact, track_id: int, now: datetime) -> bool:
    """Whether the contact is in office and its ministry answers for the track; a mail that came back is no matter."""
    today = contact.day_at(now)
    in_office = (contact.valid_from is None or contact.valid_from <= today) and (
        contact.valid_until is None or contact.valid_until >= today
    )
    answered = Responsibility.objects.on(today).filter(track=track_id, ministry=contact.ministry_id)
    return in_office and answered.exists()


@transaction.atomic
def record_reply(row: Delivery, what: str, *, until: date | None = None, text: str = "") -> bool:
    """Record what was said by a link; False when it had been used before, which changes nothing.

    Raises LinkBarred.
    """
    # Locked, so that a due that is being moved or settled is seen as it is afterwards.
    row.due = (
        Due.objects.select_for_update(of=("self",)).select_related("deadline", "state").get(deliveries=row.pk)
    )
    if row.replies.filter(what=what).exists():
        return False
    barred = bar_of(row, timezone.now())
    if barred:
        raise LinkBarred(barred)
    Reply.objects.create(delivery=row, what=what, until=until, text=text)
    return True


@transaction.atomic
def set_aside(
    reply_id: int, *, actor: Any, reason: str, is_told: bool = False, note: str = ""
) -> SettingAside:
    """Record that staff looked at a claim or a request and leave the deadline as it is.

    is_told: whether who said it is told so by mail, with `note` in it. Raises SettingAsideRefused.
    """
    reply = Reply.objects.select_for_update(of=("self",)).select_related("delivery__meeting").get(pk=reply_id)
    if not Reply.objects.waiting().filter(pk=reply_id).exists():
        raise SettingAsideRefused
    aside = SettingAside.objects.create(reply=reply, by=actor, reason=reason, is_told=is_told, note=note)
    if is_told:
        meeting: Meeting = reply.delivery.meeting
        reconcile_deliveries(dues, [meeting.pk])
    return aside


def answer_to(reply: Reply) -> Delivery | None:
    """The mail by which who said it is told that it was set aside; None where nobody is told."""
    answers = Delivery.objects.filter(due=reply.delivery.due_id, offset_code=answer_code(reply.pk))
    return answers.filter(kind=Delivery.Kind.ANSWERED, resends=None).exclude(state__in=Delivery.ENDED).first()


@transaction.atomic
def unsubscribe(row: Delivery) -> bool:
    """End the notices of this mail's topic for its contact; False when they had ended. What is planned is cancelled.

    Who was invited to a meeting gets the CANCEL, since no change of it would reach the calendar any more.
    """
    contact = Contact.objects.select_for_update(of=("self",)).get(pk=row.contact_id)
    _refusal, is_new = Unsubscription.objects.get_or_create(
        contact=contact, topic=topic_of(row), ended_at=None, defaults={"delivery": row}
    )
    if is_new:
        _follow(contact, topic_of(row))
    return is_new


@transaction.atomic
def end_unsubscription(pk: int, *, actor: Any, reason: str) -> bool:
    """Send again what a contact had unsubscribed from; False when that was ended before."""
    row = Unsubscription.objects.select_for_update(of=("self",)).select_related("contact").get(pk=pk)
    if row.ended_at is not None:
        return False
    row.ended_at, row.ended_by, row.ended_reason = timezone.now(), actor, reason
    row.save(update_fields=["ended_at", "ended_by", "ended_reason"])
    _follow(row.contact, row.topic)
    return True


def _follow(contact: Contact, topic: str) -> None:
    """Let the ledger follow what a contact takes."""
    if topic == Unsubscription.Topic.FOLLOWED:
        reconcile_followed(contact)
        return
    tracks = Responsibility.objects.filter(ministry=contact.ministry_id).values("track")
    followed = Meeting.objects.filter(track__in=tracks, pk__in=Agenda.objects.values("meeting"))
    reconcile_deliveries(agendas, list(followed.values_list("pk", flat=True)))
