"""Whether our own mail server takes our mail: while it does not all waits, nothing is lost, and staff are told.

One row while it lasts. What it refused as an answer is asked again after a pause that grows, since some servers shut
out who asks too often; a server that does not answer at all is looked for at every tick.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=20), timedelta(minutes=5)


class RelayOutage(models.Model):
    """Our mail server refuses us, or is not to be reached."""

    is_only = models.BooleanField(primary_key=True, default=True, editable=False)
    since = models.DateTimeField(_("since"))
    said = models.CharField(_("what the mail server said"), max_length=500)
    pause = models.DurationField(editable=False)
    next_try_at = models.DateTimeField(_("next try"))

    class Meta:
        verbose_name = _("outage of the mail server")
        verbose_name_plural = _("outages of the mail server")
        constraints = [models.CheckConstraint(name="there_is_one_mail_server", condition=Q(is_only=True))]

    def __str__(self) -> str:
        return self.said


def is_waited_for() -> bool:
    """Whether our mail server refused us so lately that it is not asked again yet.

    What was noted by a clock that ran ahead, and was put right, is not waited for.
    """
    return RelayOutage.objects.filter(next_try_at__gt=Now(), next_try_at__lte=Now() + LONGEST_PAUSE).exists()


# Of several workers that meet the same refusal at once only the first makes the pause longer. A pause that ends later
# than any can is of a clock that ran ahead.
NOTE = """
INSERT INTO reminders_relayoutage AS known (is_only, since, said, pause, next_try_at)
VALUES (true, statement_timestamp(), %(said)s, %(first)s, statement_timestamp() + %(first)s)
    ON CONFLICT (is_only) DO UPDATE
       SET said = excluded.said,
           pause = least(greatest(known.pause * 2, %(first)s), %(longest)s),
           next_try_at = statement_timestamp() + least(greatest(known.pause * 2, %(first)s), %(longest)s)
     WHERE known.next_try_at <= statement_timestamp()
        OR known.next_try_at > statement_timestamp() + %(furthest)s
RETURNING xmax = 0
"""


def note_outage(said: str, *, is_answer: bool) -> None:
    """Record that our mail server takes no mail. is_answer: it said so, and is not asked again at once."""
    nought = timedelta(0)
    values: dict[str, Any] = {
        "said": said[:500],
        "first": FIRST_PAUSE if is_answer else nought,
        "longest": LONGEST_PAUSE if is_answer else nought,
        "furthest": LONGEST_PAUSE,
    }
    with connection.cursor() as cursor:
        cursor.execute(NOTE, values)
        is_new = cursor.fetchone() == (True,)
    if is_new:
        log.error("our mail server takes no mail, all waits and nothing is lost: %s", said)


def note_taken() -> None:
    """Record that our mail server takes mail, if it did not."""
    ended, _of_what = RelayOutage.objects.all().delete()
    if ended:
        log.warning("our mail server takes mail again")
