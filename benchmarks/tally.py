"""What was to arrive beside what arrived: the count after every disturbance."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

# What a delivery may end in; all else is still on its way.
ENDED = ("sent", "failed", "cancelled", "lapsed")


@dataclass(frozen=True)
class Tally:
    """expected: deliveries that were due and stayed true. lost: sent by the ledger and not arrived, or arrived and
    said to have failed. uncertain: those whose answer was lost, which somebody had to look up."""

    expected: int
    received: int
    doubled: int
    lost: int
    uncertain: int
    refused: int
    open: int

    @property
    def is_whole(self) -> bool:
        return not (self.doubled or self.lost or self.open)


def arrived(log: Path) -> Counter[str]:
    """How often each Message-ID was accepted."""
    return Counter(message_id for what, message_id in _lines(log) if what == "=")


def _lines(log: Path) -> list[list[str]]:
    return [line.split() for line in log.read_text().splitlines()] if log.exists() else []


def settle_by(log: Path, *, hurries: bool = True) -> None:
    """Do what a person does with uncertain deliveries, and with what waits for its next try: look, and not wait."""
    from django.utils import timezone

    from secretariat.reminders.models import Delivery
    from secretariat.reminders.settling import settle

    uncertain = list(Delivery.objects.filter(state="uncertain").values_list("pk", "message_id"))
    # Read after the ledger: what was accepted is in the log before anybody can be uncertain of it.
    found, last = arrived(log), {message_id: what for what, message_id in _lines(log)}
    for pk, message_id in uncertain:
        if last.get(message_id) == "?":  # the server has yet to decide
            continue
        settle([pk], arrived=message_id in found, actor=None, reason="looked up in the server's log")
    if not hurries:
        return
    Delivery.objects.filter(state__in=["deferred", "pending"], planned_at__lte=timezone.now()).update(
        next_try_at=timezone.now()
    )


def tally(log: Path, expected: set[str]) -> Tally:
    """The count of the deliveries with these Message-IDs."""
    from secretariat.reminders.models import Delivery, DeliveryEvent

    rows = Delivery.objects.filter(message_id__in=expected)
    states = dict(rows.values_list("message_id", "state"))
    found = arrived(log)
    return Tally(
        expected=sum(state != "cancelled" for state in states.values()),
        received=sum(message_id in found for message_id in expected),
        doubled=sum(found[message_id] > 1 for message_id in expected),
        lost=sum(
            state in ENDED and (state == "sent") != (message_id in found)
            for message_id, state in states.items()
        ),
        uncertain=DeliveryEvent.objects.filter(delivery__in=rows, state="uncertain").count(),
        refused=sum(state == "failed" for state in states.values()),
        open=sum(state not in ENDED for state in states.values()),
    )
