"""How fast mail goes to each domain: as fast as we can, unless the settings or its server ask for patience.

To a slow domain only so many are claimed as have a slot; the others stay in the ledger, the most urgent first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .plan.pace import slots

if TYPE_CHECKING:
    from .models import Delivery

SLOW_HOURS = 1
LEAST_SECONDS, MOST_SECONDS = 1, 60
# What a tick slept through is made up for.
SLEPT = timedelta(seconds=settings.TICK_SECONDS)


class MailDomain(models.Model):
    """A domain that is not served as fast as we can. Not a record: when it has been good for an hour it means nothing."""

    name = models.CharField(_("domain"), max_length=253, primary_key=True)
    pause_seconds = models.FloatField(_("seconds between two mails"), default=0)
    slow_until = models.DateTimeField(_("slow until"), null=True, blank=True)
    next_slot_at = models.DateTimeField(_("next mail"))
    said = models.CharField(_("what its server said"), max_length=500, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("mail domain")
        verbose_name_plural = _("mail domains")
        constraints = [
            models.CheckConstraint(name="a_domain_is_written_small", condition=Q(name=Lower("name"))),
            models.CheckConstraint(name="a_pause_is_not_negative", condition=Q(pause_seconds__gte=0)),
        ]

    def __str__(self) -> str:
        return self.name


def domain_of(row: Delivery) -> str:
    address: str = row.contact.email
    return address.rpartition("@")[2].lower()


def waiting_domains() -> list[str]:
    """Those whose next slot has not come: nothing to them is claimed."""
    return list(_limited().filter(next_slot_at__gt=Now()).values_list("name", flat=True))


def in_pace(rows: Sequence[Delivery]) -> list[Delivery]:
    """Those of the rows that have a slot, in their order; takes the slots. To be called in a transaction.

    One query where no domain is slow, else two more, however many rows.
    """
    wanted = Counter(domain_of(row) for row in rows)
    if settings.DOMAIN_PAUSE_SECONDS:
        first = [MailDomain(name=name, next_slot_at=timezone.now()) for name in sorted(wanted)]
        MailDomain.objects.bulk_create(first, ignore_conflicts=True)
    # In one order, so that two who claim at once do not wait for each other in a ring. The clock is the database's.
    slow = _limited().filter(name__in=wanted).select_for_update().annotate(clock=Now()).order_by("name")
    domains, left = list(slow), {}
    for domain in domains:
        now: datetime = domain.clock
        taken, domain.next_slot_at = slots(
            domain.next_slot_at, now, _pause(domain, now), SLEPT, wanted[domain.name]
        )
        left[domain.name] = taken
    if domains:
        MailDomain.objects.bulk_update(domains, ["next_slot_at"])
    kept = []
    for row in rows:
        name = domain_of(row)
        if left.get(name, 1) > 0:
            kept.append(row)
            left.update({name: left[name] - 1} if name in left else {})
    return kept


def _limited() -> Any:
    domains = MailDomain.objects.all()
    return domains if settings.DOMAIN_PAUSE_SECONDS else domains.filter(slow_until__gt=Now())


def _pause(domain: MailDomain, now: datetime) -> timedelta:
    is_slow = domain.slow_until is not None and domain.slow_until > now
    return timedelta(seconds=max(domain.pause_seconds * is_slow, settings.DOMAIN_PAUSE_SECONDS))


# The first complaint sets the pace, of which a tick is left over to begin with; each further one halves it.
SLOW = """
INSERT INTO reminders_maildomain AS domain (name, pause_seconds, slow_until, next_slot_at, said)
VALUES (%(name)s, %(least)s, statement_timestamp() + %(hour)s, statement_timestamp() - %(slept)s, %(said)s)
    ON CONFLICT (name) DO UPDATE SET
       pause_seconds = CASE WHEN domain.slow_until > statement_timestamp()
                            THEN least(domain.pause_seconds * 2, %(most)s) ELSE %(least)s END,
       slow_until = excluded.slow_until, said = excluded.said,
       next_slot_at = CASE WHEN domain.slow_until > statement_timestamp()
                           THEN statement_timestamp() + make_interval(secs => least(domain.pause_seconds * 2, %(most)s))
                           ELSE greatest(domain.next_slot_at, excluded.next_slot_at) END
RETURNING pause_seconds
"""


def slow_down(name: str, said: str) -> bool:
    """Serve a domain slowly for an hour, since its server asked for patience; whether it was slow before."""
    values: dict[str, Any] = {
        "name": name,
        "said": said[:500],
        "hour": timedelta(hours=SLOW_HOURS),
        "slept": SLEPT,
        "least": LEAST_SECONDS,
        "most": MOST_SECONDS,
    }
    with connection.cursor() as cursor:
        cursor.execute(SLOW, values)
        [pause] = cursor.fetchone() or [LEAST_SECONDS]
    return bool(pause > LEAST_SECONDS)
