"""Answers to what ministries said by the links of their mails: staff looked at it, and the moment stays. Pure.

Who is granted more time is told so by the notice of change, and who submitted by the thanks on receipt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .dated import Dated
from .policy import Rule, told_to
from .wanted import ContactFact, Wanted, notice, when_awake, while_it_answers

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

    @property
    def expires_at(self) -> datetime:
        return self.moment.at if self.moment.at > self.at else self.at + ANSWER_NEWS


def answer_code(reply: int) -> str:
    """What tells two answers about one moment apart in the ledger."""
    return f"R{reply}"


def reply_of(code: str) -> int:
    return int(code.removeprefix("R"))


def wanted_of_answers(
    answers: Iterable[Answer], contacts: Iterable[ContactFact], rules: Iterable[Rule], now: datetime
) -> Iterator[Wanted]:
    """To who asked, as long as it answers for its state and the moment is open and still the one that was asked about."""
    contacts, rules = list(contacts), list(rules)
    for answer in answers:
        for contact in contacts:
            rule = told_to(rules, "answered", contact.roles)
            if contact.id == answer.contact_id and rule is not None and answer.moment.status == "open":
                want = _wanted(answer, contact)
                yield from while_it_answers(when_awake(want, rule.quiet, now), contact, now)


def _wanted(answer: Answer, contact: ContactFact) -> Wanted:
    want = notice(
        "answered",
        answer.moment.about,
        answer.moment.sequence or 0,
        contact,
        None,
        at=answer.at,
        expires_at=answer.expires_at,
        says=answer.moment.at,
    )
    return replace(want, offset_code=answer_code(answer.reply), in_reply_to=answer.message_id)
