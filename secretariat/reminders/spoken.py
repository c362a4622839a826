"""What the ledger says why and what became of a mail, in the reader's language.

The rows keep it in English, as it was written. What is known is matched here and said anew; the words of people and
of mail servers are left as they are.
"""

from __future__ import annotations

import re
from functools import cache

from django.utils.translation import gettext, gettext_noop, ngettext

# As it is written, and as it is shown: {before} and {after} are offsets, {no} counts from nought, {why} is a person's.
WORDS = (
    ("reminder rule {before}", gettext_noop("reminder rule: %(before)s")),
    ("it moved after this contact was told", gettext_noop("it moved after this contact was told")),
    (
        "it was withdrawn after this contact was told",
        gettext_noop("it was withdrawn after this contact was told"),
    ),
    ("the first notice of it", gettext_noop("the first notice of it")),
    (
        "overdue by {after}, told to who answers for it",
        gettext_noop("overdue: %(after)s; told to who answers for it"),
    ),
    ("overdue by {after}", gettext_noop("overdue: %(after)s")),
    ("thanks for what was received", gettext_noop("thanks for what was received")),
    (
        "what this contact said was set aside, and staff let it know",
        gettext_noop("what this contact said was set aside, and staff let it know"),
    ),
    ("stage {no} of the agenda was issued", gettext_noop("stage %(no)s of the agenda was issued")),
    (
        "the meeting moved after this contact had its agenda",
        gettext_noop("the meeting moved after this contact had its agenda"),
    ),
    (
        "the meeting was called off after this contact had its agenda",
        gettext_noop("the meeting was called off after this contact had its agenda"),
    ),
    ("the contact follows it", gettext_noop("the contact follows it")),
    ("act {no} upon the silence procedure", gettext_noop("act no. %(no)s of the silence procedure")),
    ("weekly digest of this contact", gettext_noop("weekly digest of this contact")),
    ("planned", gettext_noop("entered in the plan")),
    ("planned anew", gettext_noop("planned anew")),
    ("planned, after its items", gettext_noop("entered in the plan, since something is to be told in it")),
    ("planned anew, after its items", gettext_noop("planned anew, since something is to be told in it")),
    ("changed, after its items", gettext_noop("changed with what is to be told in it")),
    ("cancelled, after its items", gettext_noop("cancelled, since nothing is left to be told in it")),
    ("no longer true", gettext_noop("no longer true")),
    ("its time passed before it could be sent", gettext_noop("its time passed before it could be sent")),
    ("held: {why}", gettext_noop("held: %(why)s")),
    ("released: {why}", gettext_noop("released: %(why)s")),
    ("sent again as {id}: {why}", gettext_noop("sent again as %(id)s: %(why)s")),
    ("sent again: {why}", gettext_noop("sent again: %(why)s")),
    ("test sent to {to}:", gettext_noop("test sent to %(to)s")),
    ("test sent to {to}: {why}", gettext_noop("test sent to %(to)s: %(why)s")),
    ("test not sent ({reply}) to {to}:", gettext_noop("test not sent to %(to)s: %(reply)s")),
    ("test not sent ({reply}) to {to}: {why}", gettext_noop("test not sent to %(to)s: %(reply)s; %(why)s")),
    ("settled: {why}", gettext_noop("settled: %(why)s")),
    ("it came back", gettext_noop("it came back")),
    ("to be tried again: {why}", gettext_noop("to be tried again: %(why)s")),
    ("not sent in time: {why}", gettext_noop("not sent in time: %(why)s")),
    ("told in the digest {id}", gettext_noop("told in the digest %(id)s")),
    ("the digest did not arrive", gettext_noop("the digest did not arrive")),
    ("given back", gettext_noop("put back into the queue")),
    ("its worker is gone", gettext_noop("the sending process stopped before it was sent")),
    ("its worker is gone while sending", gettext_noop("the sending process stopped while it was being sent")),
    (
        "the database was lost before it was written",
        gettext_noop("the database did not answer before it was written"),
    ),
    (
        "the database was lost before the text: {error}",
        gettext_noop("the database did not answer before the text was sent: %(error)s"),
    ),
    (
        "its contact was edited, it is written anew",
        gettext_noop("the contact was edited meanwhile: it is written anew"),
    ),
    (
        "its lease ended before it was sent",
        gettext_noop("the time for sending ran out before it was sent"),
    ),
    (
        "refused by our own mail server: {reply}",
        gettext_noop("refused by our own mail server, all such mail waits: %(reply)s"),
    ),
    ("cannot be sent: {error}", gettext_noop("cannot be sent: %(error)s")),
    (
        "cannot be recorded: {error}",
        gettext_noop("what became of it cannot be recorded: %(error)s"),
    ),
    ("cannot be written: {error}", gettext_noop("cannot be written: %(error)s")),
    (
        "lost before the text: {error}",
        gettext_noop("the connection was lost before the text was sent: %(error)s"),
    ),
    (
        "the lease ran out before the text",
        gettext_noop("the time for sending ran out before the text was sent"),
    ),
    (
        "no answer after the text: {error}",
        gettext_noop("the mail server gave no answer after the text: %(error)s"),
    ),
    ("no answer after the text", gettext_noop("the mail server gave no answer after the text")),
    (
        "the database was restored from a backup: this may have been sent since the backup was made",
        gettext_noop(
            "the database was restored from a backup: this may have been sent since the backup was made"
        ),
    ),
)
OFFSET = re.compile(r"P(?:(\d+)D|T(\d+)H)")
# As RFC 5321 §4.2 and RFC 3463 have them.
CODES = re.compile(r"(?:\d{3}\b)?[ -]?(?:\d\.\d{1,3}\.\d{1,3}\b)?")
CODE = r"P\d+D|PT\d+H"
PATTERNS = {"before": CODE, "after": CODE, "no": r"\d+", "id": r"<\S+>", "to": r"\S+@\S+?"}


def said(text: str, *, is_withheld: bool = False) -> str:
    """A reason or a detail of the ledger in the active language; one that is not known as it is.

    is_withheld: the words of people and of mail servers are not for who reads; of servers' their codes are.
    """
    for pattern, shown in _known():
        if found := pattern.fullmatch(text.strip()):
            values = {
                name: _part(name, value, is_withheld=is_withheld) for name, value in found.groupdict().items()
            }
            return gettext(shown) % values
    return codes_of(text) if is_withheld else text


def codes_of(text: str) -> str:
    """What may be shown of words that may quote a mail: of a server's, the codes that they begin with."""
    found = CODES.match(text.strip())
    codes = found[0].strip(" -") if found else ""
    return codes if codes == text.strip() else f"{codes} …".strip()


def _part(name: str, value: str, *, is_withheld: bool) -> str:
    match name:
        case "before":
            return offset_words(value, is_after=False)
        case "after":
            return offset_words(value, is_after=True)
        case "no":
            return str(int(value) + 1)
        case "why":
            return said(value, is_withheld=is_withheld)
        case "reply" | "error" if is_withheld:
            return codes_of(value)
    return value


def offset_words(code: str, *, is_after: bool) -> str:
    """ "P7D" as "7 days before", or after; as it is where it is no offset."""
    found = OFFSET.fullmatch(code)
    if found is None:
        return code
    days, hours = found.groups()
    count = int(days or hours)
    if hours:
        text = ngettext("%(count)d hour before", "%(count)d hours before", count)
    elif count == 0:
        return gettext("on the day itself")
    elif is_after:
        text = ngettext("%(count)d day after", "%(count)d days after", count)
    else:
        text = ngettext("%(count)d day before", "%(count)d days before", count)
    return text % {"count": count}


@cache
def _known() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((_pattern(written), shown) for written, shown in WORDS)


def _pattern(written: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", written)
    made = [
        f"(?P<{part}>{PATTERNS.get(part, '.+')})" if odd % 2 else re.escape(part)
        for odd, part in enumerate(parts)
    ]
    return re.compile("".join(made), re.DOTALL)
