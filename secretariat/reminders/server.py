"""What our own mail server is seen to do in one run: staff are told when it takes no mail, and when it does again.

It may bar one recipient, or all of a domain, as where it asks the recipient's own server before it takes a mail, and
that one denies it. Nobody else waits for those: they come last and are few, until one of their domain is taken.
"""

from __future__ import annotations

import logging

from .claiming import barred_domains
from .models import RelayOutage
from .relay import note_outage, note_taken
from .smtp import Connection, Outcome

log = logging.getLogger(__name__)

# So many in a row whom our own server bars, and none taken between: it is not they. As many are tried of a domain.
BARS_US = 2


class Server:
    """One lane's view of it."""

    def __init__(self) -> None:
        self.taken = 0
        self._was_out = RelayOutage.objects.exists()
        self._known = barred_domains()
        self._in_row: list[str] = []  # the domains of those barred since one was taken
        self._said = ""
        # How many more are tried of each domain that is barred.
        self.trials = dict.fromkeys(self._known, BARS_US)

    def is_reached(self, smtp: Connection) -> bool:
        barrier = smtp.reach()
        return barrier is None or self.takes_on(barrier)

    def tries(self, domain: str) -> bool:
        """Whether to try one more of this domain."""
        return self.trials.get(domain, BARS_US) > 0

    def takes_on(self, outcome: Outcome, domain: str = "") -> bool:
        """Whether to go on after this outcome of a mail to this domain."""
        match outcome.fate:
            case "accepted":
                self.taken += 1
                self._in_row.clear()
                self.trials.pop(domain, None)
                if self._was_out:
                    note_taken()
                    self._was_out = False
            case "unreachable":
                log.warning("mail server unreachable, all waits: %s", outcome.reply)
                note_outage(outcome.reply, is_answer=outcome.is_answer)
                return False
            case "barred":
                self._said = outcome.reply
                self.trials[domain] = self.trials.get(domain, BARS_US) - 1
                # That a domain is still barred is no news of our server, unless it is known to be out.
                if self._was_out or domain not in self._known:
                    self._in_row.append(domain)
                if self._bars_us():
                    note_outage(outcome.reply, is_answer=True)
                    return False
        return True

    def _bars_us(self) -> bool:
        """Whether those barred in a row tell of us; once others were taken, those of one domain tell of it alone."""
        return len(self._in_row) >= BARS_US and (not self.taken or len(set(self._in_row)) > 1)

    def end(self) -> None:
        """Who was barred alone may have been the only one to write to: staff are told, but nobody else waits for it."""
        if self._said and not self.taken:
            note_outage(self._said, is_answer=False)
