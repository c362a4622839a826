"""Mails about a deadline of a state: that it comes, moved, no longer stands, is overdue, was met."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.models import Due, Meeting
from rotation.translated import text_in

from ..models import Delivery, Reply
from ..plan.answers import reply_of
from ..replies.links import reply_link
from .letter import Letter, clocks_beside, facts_of
from .moments import clocks, day_text, moment, short_day

Kind, Status = Delivery.Kind, Meeting.Status
# After these nothing is due: there is nothing to answer.
OVER = (Kind.WITHDRAWN, Kind.RECEIVED)


def letter(row: Delivery) -> Letter:
    language, zone = row.contact.language, row.due.zone
    values = {
        "deadline": text_in(row.due.deadline.titles),
        "meeting": row.meeting.title(),
        "state": str(row.due.state),
        "day": short_day(row.says_due_at, zone, language),
        "now": moment(row.says_due_at, zone, language),
        "was": moment(row.was_due_at, zone, language) if row.was_due_at else "",
        "was_day": short_day(row.was_due_at, zone, language) if row.was_due_at else "",
    }
    still_open = _still_open(row) if row.kind == Kind.RECEIVED else []
    note = ""
    match row.kind:
        case Kind.CHANGED if row.was_due_at == row.says_due_at:
            subject = _("Due after all %(day)s: %(deadline)s — %(meeting)s")
            lead = _("The deadline “%(deadline)s” stands again, as it was: it is due by %(now)s.")
        case Kind.CHANGED if values["was_day"] == values["day"]:
            subject = _("Deadline at another hour, %(day)s: %(deadline)s — %(meeting)s")
            lead = _(
                "The deadline “%(deadline)s” stays on its day, at another hour. It was %(was)s; it is now %(now)s."
            )
        case Kind.CHANGED:
            subject = _("Deadline moved: %(deadline)s, now due %(day)s — %(meeting)s")
            lead = _("The deadline “%(deadline)s” has moved. It was %(was)s; it is now %(now)s.")
        case Kind.WITHDRAWN if row.due.status == Due.Status.WAIVED:
            subject = _("No longer required: %(deadline)s — %(meeting)s")
            lead = _("“%(deadline)s”, which was due from %(state)s by %(was)s, is no longer required.")
        case Kind.WITHDRAWN if row.meeting.status == Status.CANCELLED:
            subject = _("Meeting cancelled: %(meeting)s — no longer due: %(deadline)s")
            lead = _(
                "“%(meeting)s” has been cancelled. The deadline “%(deadline)s” of %(was)s no longer applies; nothing "
                "is due."
            )
        case Kind.WITHDRAWN if row.meeting.status == Status.POSTPONED:
            subject = _("Meeting postponed: %(meeting)s — no longer due: %(deadline)s")
            lead = _(
                "“%(meeting)s” has been postponed; its new date is not known yet. The deadline “%(deadline)s” of "
                "%(was)s no longer applies; a new one follows with the new date."
            )
        case Kind.WITHDRAWN:
            subject = _("No longer due: %(deadline)s — %(meeting)s")
            lead = _("The deadline “%(deadline)s” of %(was)s no longer applies. Nothing is due.")
        case Kind.FIRST:
            subject = _("New deadline, due %(day)s: %(deadline)s — %(meeting)s")
            lead = _("A deadline has been set: “%(deadline)s” is due from %(state)s by %(now)s.")
        case Kind.OVERDUE:
            subject = _("Overdue since %(day)s: %(deadline)s — %(meeting)s")
            lead = _(
                "“%(deadline)s” was due from %(state)s by %(now)s. The secretariat has no record of having received "
                "it. If it is on its way, please reply to say so."
            )
        case Kind.ESCALATED:
            subject = _("Still outstanding: %(deadline)s — %(meeting)s")
            lead = _(
                "“%(deadline)s” was due from %(state)s by %(now)s and has not been received, although your ministry "
                "was reminded. Please see to it that it reaches the secretariat."
            )
            if not _was_reminded(row):
                lead = _(
                    "“%(deadline)s” was due from %(state)s by %(now)s and has not been received. Please see to it "
                    "that it reaches the secretariat."
                )
        case Kind.ANSWERED:
            reply = Reply.objects.select_related("setting_aside").get(pk=reply_of(row.offset_code))
            if reply.until is not None:
                values["until"] = day_text(reply.until, language)
                subject = _("Deadline stays %(day)s: %(deadline)s — %(meeting)s")
                lead = _(
                    "Your ministry asked for more time for “%(deadline)s”, until %(until)s. The secretariat has looked "
                    "at this. The deadline stays as it is: %(now)s."
                )
            else:
                subject = _("Not received so far: %(deadline)s — %(meeting)s")
                lead = _(
                    "Your ministry wrote that “%(deadline)s” was submitted. The secretariat has looked for it and has "
                    "not received it. Please send it again, or say how it was sent. It is due by %(now)s."
                )
            note = reply.setting_aside.note
        case Kind.RECEIVED:
            subject = _("Received with thanks: %(deadline)s — %(meeting)s")
            lead = _("The secretariat has received “%(deadline)s” from %(state)s. Nothing more is due.")
            if still_open:
                lead = _(
                    "The secretariat has received “%(deadline)s” from %(state)s. Still to come is what follows."
                )
        case _other:
            subject = _("Due %(day)s: %(deadline)s — %(meeting)s")
            lead = _("“%(deadline)s” is due from %(state)s by %(now)s.")
    facts = [*facts_of(row.meeting, language), (_("Due from"), values["state"])]
    if note:
        facts.insert(0, (_("The secretariat adds"), note))
    if row.kind == Kind.RECEIVED:
        if row.due.received_at:
            facts.append((_("Received"), moment(row.due.received_at, zone, language)))
        facts += [
            (
                text_in(due.deadline.titles),
                _("by %(moment)s") % {"moment": moment(due.due_at, due.zone, language)},
            )
            for due in still_open
        ]
    elif row.kind != Kind.WITHDRAWN:
        facts += [(_("What is due"), values["deadline"]), (_("By"), values["now"])]
        facts += clocks(row.says_due_at, zone, clocks_beside(row), language)
    signature = text_in(row.meeting.track.mechanism.names)
    links = [] if row.kind in OVER else _links(row)
    return Letter(subject % values, lead % values, facts, signature, row.meeting.is_example, links)


def _still_open(row: Delivery) -> list[Due]:
    """What the same state still owes for the same meeting, the earliest first."""
    rows = Due.objects.open().filter(deadline__meeting=row.meeting_id, state=row.due.state_id)
    return list(rows.select_related("deadline").order_by("due_at", "pk"))


def _was_reminded(row: Delivery) -> bool:
    """Whether the contact's ministry was told of this due as it stands; in a preview, whether it will have been."""
    about_it = Delivery.objects.filter(
        due=row.due_id,
        sequence=row.sequence,
        kind__in=[Kind.REMINDER, Kind.OVERDUE],
        contact__ministry=row.contact.ministry_id,
    )
    told = Q(state__in=[Delivery.State.SENT, Delivery.State.CARRIED])
    if row.planned_at > timezone.now():
        told |= Q(state__in=Delivery.UNSENT, planned_at__lt=row.planned_at, is_held=False)
    return about_it.filter(told).exists()


def _links(row: Delivery) -> list[tuple[str, str]]:
    labels = {
        Reply.What.RECEIVED: _("We have received this mail"),
        Reply.What.SUBMITTED: _("We have submitted it"),
        Reply.What.EXTENSION: _("We need more time"),
    }
    return [(label, reply_link(row.uid, what)) for what, label in labels.items()]
