"""Whose refusal it is, and what follows from it. Pure.

All that our mail server says comes from one machine, but not all of it speaks of one thing. What it says before a
recipient is named speaks of us (RFC 5321 §4.3.2); after that its words and its enhanced code (RFC 3463) tell whether it
speaks of us still, of the address, of the address's domain, or of our text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

# Where in the conversation: how far it got when the answer came. "dot" is the answer to the text itself.
Stage = Literal["greeting", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "dot"]
# relay: our own mail server takes nothing from us. The others are one mail's own.
Whose = Literal["relay", "address", "domain", "text"]
# stop: all waits until our server takes mail again, nothing is lost, staff are told. reconnect: the server ends this
# connection, and takes the mail over a new one. retry: this mail waits, a minute first. fail: this mail has failed.
Then = Literal["stop", "reconnect", "retry", "fail"]

BEFORE_A_CONVERSATION: tuple[Stage, ...] = ("greeting", "ehlo", "starttls", "auth")
ENHANCED = re.compile(r"^[45]\.\d{1,3}\.\d{1,3}\b")

# Basic codes that speak of who asks, wherever they stand: a command unknown or out of order, authentication (RFC 4954 §6),
# encryption (RFC 3207 §4).
OF_WHO_ASKS = (500, 502, 503, 523, 530, 534, 535, 538)
# Bad sender; the system that answers takes none for good; credentials and rights of who asks, as RFC 4954 and Exchange
# number them (RFC 3463 §3). Others of 5.7 are too many things to be told apart by their number.
OF_US = re.compile(r"[45]\.1\.[78]$|5\.3\.[0125]$|[45]\.7\.(8|9|11|12|14|54|57|60)$")
# It is not well just now: a table that it cannot read, a disk that is full. It passes, and each mail waits for itself.
OF_OUR_SERVER_NOW = re.compile(r"4\.3\.\d+$")
# Postfix, Exim, Exchange, sendmail and qmail, who say at RCPT what they know since the greeting.
OF_US_IN_WORDS = re.compile(
    r"relay(ing)? (access |is )*(denied|not (permitted|allowed))|(unable|not (permitted|allowed|authorized)) to relay"
    r"|(do not|cannot|can't|won't) relay|rcpthosts|authentication (is )?required|not authenticated|must (issue|authenticate)"
    r"|sender (address )?(rejected|denied|verify failed)|send as this sender"
    r"|(daily|hourly|sending|outgoing) (\w+ )?(quota|limit)s? (was |has been |is )?(exceeded|reached)"
    r"|(exceeded|over|reached) (\w+ ){0,3}(daily|hourly|sending|outgoing) (\w+ )?(quota|limit)",
    re.IGNORECASE,
)
# Not behind the text, where a link in it may be meant.
OF_OUR_HOST_IN_WORDS = re.compile(
    r"client host|helo command rejected|spamhaus|\b(ip|host|client)\b.* (blocked|blocklisted|blacklisted|banned)",
    re.IGNORECASE,
)
# The domain has no way to it, or none that takes mail.
OF_A_DOMAIN = re.compile(r"[45]\.1\.2$|[45]\.4\.\d+$|5\.1\.10$")
OF_A_DOMAIN_IN_WORDS = re.compile(
    r"(unknown|invalid|no such) (domain|host)|domain (name )?(not found|does not exist|unknown|invalid)|bad destination"
    r"|host (not found|unknown)|null ?mx|unrouteable|no route",
    re.IGNORECASE,
)
OF_AN_ADDRESS = re.compile(r"[45]\.1\.[013456]$|[45]\.2\.\d+$")
OF_AN_ADDRESS_IN_WORDS = re.compile(
    r"(no such|unknown|invalid) (\w+ )?(user|mailbox|recipient|address)|(user|mailbox|recipient|account|address)\b.* "
    r"(unknown|not (found|exist|available)|does(n't| not) exist|disabled|inactive|unavailable|full)",
    re.IGNORECASE,
)
# Too much at once, for the domain or for its server. Greylisting is not: it wants each mail a second time, and whoever
# goes slowly is only later.
OF_HASTE_CODES = (432, 452)
OF_HASTE = re.compile(r"4\.(3\.2|4\.5|5\.3|7\.28|7\.5\d\d)$")
OF_HASTE_IN_WORDS = re.compile(
    r"\brate\b|too (many|much|fast)|throttl|frequen|concurren|\bbusy\b|slow down", re.IGNORECASE
)
OF_A_FULL_MAILBOX = re.compile(r"4\.2\.2$")
# Of a refusal that is called one for good and is none.
OF_HASTE_FOR_GOOD = re.compile(
    r"\brate limit|too (many|frequent|fast)\b.*(mail|message|connection)|throttl|frequency", re.IGNORECASE
)

# How long a mail waits that was put off, by how often it was before; in minutes.
PAUSES = (1, 2, 4, 8, 15, 30, 60)


@dataclass(frozen=True, slots=True)
class Refusal:
    whose: Whose
    then: Then


def refusal_of(stage: Stage, code: int, text: str = "") -> Refusal:
    """What an answer that takes no mail means.

    code: the reply's; one that is no refusal and did not fit is our server's fault. text: what stood behind the code,
    the enhanced code at its head where the server gives one.
    """
    if stage in BEFORE_A_CONVERSATION:
        return Refusal("relay", "stop")
    if code == 421:  # it shuts the connection, whatever was asked (RFC 5321 §3.8)
        return Refusal("relay", "reconnect")
    if stage == "mail" or not 400 <= code < 600 or _speaks_of_us(stage, code, text):
        return Refusal("relay", "stop")
    if code >= 500 and OF_HASTE_FOR_GOOD.search(text):
        return Refusal("domain", "retry")
    return Refusal(_whose(stage, text), "fail" if code >= 500 else "retry")


def asks_for_patience(code: int, text: str) -> bool:
    """Whether a refusal says that mails to its domain come too fast."""
    if code >= 500:
        return bool(OF_HASTE_FOR_GOOD.search(text))
    if OF_A_FULL_MAILBOX.match(_enhanced(text)):
        return False
    return (
        code in OF_HASTE_CODES
        or bool(OF_HASTE.match(_enhanced(text)))
        or bool(OF_HASTE_IN_WORDS.search(text))
    )


def pause_minutes(put_off_before: int) -> int:
    """How long a mail waits that was put off so many times before: a minute first."""
    return PAUSES[min(put_off_before, len(PAUSES) - 1)]


def _speaks_of_us(stage: Stage, code: int, text: str) -> bool:
    if code in OF_WHO_ASKS or OF_US.match(_enhanced(text)) or OF_US_IN_WORDS.search(text):
        return True
    return stage != "dot" and bool(OF_OUR_HOST_IN_WORDS.search(text))


def _whose(stage: Stage, text: str) -> Whose:
    enhanced = _enhanced(text)
    if OF_OUR_SERVER_NOW.match(enhanced):
        return "relay"
    if OF_AN_ADDRESS.match(enhanced):
        return "address"
    if OF_A_DOMAIN.match(enhanced):
        return "domain"
    if stage == "rcpt":
        return "domain" if OF_A_DOMAIN_IN_WORDS.search(text) else "address"
    # The text was read, or is about to be: without a code of its own only words to that effect speak of the address.
    return "address" if not enhanced and OF_AN_ADDRESS_IN_WORDS.search(text) else "text"


def _enhanced(text: str) -> str:
    found = ENHANCED.match(text)
    return found[0] if found else ""
