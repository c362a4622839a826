"""Answers to what ministries said by the links of their mails: staff looked at it, and the moment stays. Pure.

Who is granted more time is told so by the notice of change, and who submitted by the thanks on receipt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from meetings.days.workdays import WorkCalendar

from .dated import Dated
from .hours import Hours
from .policy import Rule, told_to
from .wanted import ContactFact, Wanted, in_hours, notice, while_it_answers

# How long an answer is worth giving once the moment is past.
ANSWER_NEWS = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Answer:
    """reply: the key of what was said, by `contact_id`, in reply to the mail `message_id`; at: when staff decided."""

    reply: int
    moment: Dated
    contact_id: int
    message_id: str
    at: datetime

    def expires_at(self, news_from: datetime) -> datetime:
        """news_from: the moment of the answer, or when it goes where it waits for a working day."""
        return self.moment.at if self.moment.at > self.at else news_from + ANSWER_NEWS


def answer_code(reply: int) -> str:
    """What tells two answers about one moment apart in the ledger."""
    return f"R{reply}"


def reply_of(code: str) -> int:
    return int(code.removeprefix("R"))


def wanted_of_answers(
    answers: Iterable[Answer],
    contacts: Iterable[ContactFact],
    rules: Iterable[Rule],
    now: datetime,
    calendars: Mapping[str, WorkCalendar] = MappingProxyType({}),
) -> Iterator[Wanted]:
    """To who asked, as long as it answers for its state and the moment is open and still the one that was asked about.

    calendars: of the contacts' states, where a rule keeps to working days.
    """
    contacts, rules = list(contacts), list(rules)
    for answer in answers:
        for contact in contacts:
            rule = told_to(rules, "answered", contact.roles)
            if contact.id == answer.contact_id and rule is not None and answer.moment.status == "open":
                hours = rule.hours(calendars.get(contact.state))
                want = _wanted(answer, contact, hours)
                yield from while_it_answers(in_hours(want, hours, now), contact, now)


def _wanted(answer: Answer, contact: ContactFact, hours: Hours) -> Wanted:
    want = notice(
        "answered",
        answer.moment.about,
        answer.moment.sequence or 0,
        contact,
        None,
        at=answer.at,
        expires_at=answer.expires_at(hours.news_from(answer.at, contact.zone)),
        says=answer.moment.at,
    )
    return replace(want, offset_code=answer_code(answer.reply), in_reply_to=answer.message_id)
