"""How often a password may be tried, and who is asked to wait. Pure.

Three counts stop guessing, and none lets a stranger keep an officer out for long:

- an account from one address: few tries. Whoever guesses from elsewhere has a count of his own;
- an address, whatever the accounts: many tries, since a whole secretariat may stand behind one;
- an account from everywhere: many tries within a minute, against guessing from a thousand addresses. It ends with that
  minute, and does not hold for an address from which the account signed in before, nor after staff let it in again.

A right password is given back, so that only wrong ones count.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `tries` wrong passwords within `seconds` of the first one."""

    tries: int
    seconds: int


PAIR = Limit(5, 900)
ADDRESS = Limit(100, 900)
ACCOUNT = Limit(30, 60)
# An account that signed in from an address within so many days is known there.
KNOWN_DAYS = 90


@dataclass(frozen=True, slots=True)
class Wrong:
    """Wrong passwords within their windows, this try not counted."""

    pair: int = 0
    address: int = 0
    account: int = 0


def refusing(wrong: Wrong, *, is_known: bool) -> Limit | None:
    """The limit that a further try would break; None where it may be looked at."""
    if wrong.pair >= PAIR.tries:
        return PAIR
    if is_known:
        return None
    if wrong.address >= ADDRESS.tries:
        return ADDRESS
    return ACCOUNT if wrong.account >= ACCOUNT.tries else None
