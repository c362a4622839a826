"""Tries at passwords, counted by the broker's server for all processes; where it is away, by the record of sign-ins.

A try is counted before its password is looked at and given back if that was right, so that fifty tries at one moment
are not all taken for the first.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

import redis
from django.db.models import Count, Min, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from ...broker import server
from ..models import SignIn
from .rules import ACCOUNT, ADDRESS, KNOWN_DAYS, PAIR, Wrong, refusing

logger = logging.getLogger(__name__)

# Keys: the pair, the address, the account; each with its limit and its seconds. ARGV[7]: 1 where only the pair binds.
# Answers the number of the key that refuses, how many seconds it still does, and whether it did not before; or counts.
COUNT = """
local bound = ARGV[7] == '1' and 1 or 3
for n = 1, bound do
  if tonumber(redis.call('GET', KEYS[n]) or '0') >= tonumber(ARGV[2 * n - 1]) then
    local told = KEYS[n] .. '.told'
    local left = math.max(redis.call('TTL', KEYS[n]), 1)
    return {n, left, redis.call('SET', told, 1, 'EX', left, 'NX') and 1 or 0}
  end
end
for n = 1, 3 do
  if redis.call('INCR', KEYS[n]) == 1 then redis.call('EXPIRE', KEYS[n], ARGV[2 * n]) end
end
return {0, 0, 0}
"""
GIVE_BACK = """
redis.call('DEL', KEYS[1])
for n = 2, 3 do if redis.call('EXISTS', KEYS[n]) == 1 then redis.call('DECR', KEYS[n]) end end
"""
LIMITS = (PAIR, ADDRESS, ACCOUNT)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A try that is not looked at. is_first: of its window, the one that is written down."""

    seconds: int
    is_first: bool


@dataclass(frozen=True, slots=True)
class Tried:
    """Whose password is tried from where. account: the name as it was typed."""

    account: str
    network: str

    @property
    def digest(self) -> str:
        # A password typed into the wrong field must not stand in a key, nor be guessed from one.
        return salted_hmac("sign-in", self.account.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    @property
    def keys(self) -> list[str]:
        let_in = server().get(_let_in(self.digest)) or b"0"
        pair = f"sign_in.pair.{self.digest}.{self.network}.{let_in.decode()}"
        return [pair, f"sign_in.address.{self.network}", f"sign_in.account.{self.digest}"]

    def count(self) -> Refusal | None:
        """Count this try, or say that it is not looked at."""
        try:
            keys = self.keys
            found = self._counted(keys, is_known=not keys[0].endswith(".0"))
            if found and found[0] > 1 and self._is_known():
                found = self._counted(keys, is_known=True)
        except redis.RedisError as error:
            logger.warning("Sign-ins are counted from their record: %s", type(error).__name__)
            return self._counted_by_record(timezone.now())
        return Refusal(found[1], bool(found[2])) if found else None

    def give_back(self) -> None:
        """The password was right."""
        try:
            server().eval(GIVE_BACK, 3, *self.keys)
        except redis.RedisError:
            return

    def _counted(self, keys: list[str], *, is_known: bool) -> list[int] | None:
        values = [value for limit in LIMITS for value in (limit.tries, limit.seconds)]
        found = server().eval(COUNT, 3, *keys, *values, int(is_known))
        return found if found[0] else None

    def _is_known(self) -> bool:
        since = timezone.now() - timedelta(days=KNOWN_DAYS)
        right = SignIn.objects.filter(outcome=SignIn.Outcome.RIGHT, network=self.network, at__gte=since)
        return right.filter(account=self.account).exists()

    def _counted_by_record(self, now: datetime) -> Refusal | None:
        """The same from the rows of the last minutes; here windows slide."""
        since = {limit: now - timedelta(seconds=limit.seconds) for limit in LIMITS}
        own = SignIn.objects.filter(typed=self.digest, at__gte=since[PAIR]).order_by("-at")
        moments = own.values_list("at", flat=True)
        let_in = moments.filter(outcome=SignIn.Outcome.LET_IN).first()
        right = moments.filter(outcome=SignIn.Outcome.RIGHT, network=self.network).first()
        here = Q(network=self.network)
        counted = {
            PAIR: Q(typed=self.digest)
            & here
            & Q(at__gt=max(filter(None, (let_in, right)), default=since[PAIR])),
            ADDRESS: here & Q(at__gte=since[ADDRESS]),
            ACCOUNT: Q(typed=self.digest, at__gte=since[ACCOUNT]),
        }
        wrong = SignIn.objects.filter(outcome=SignIn.Outcome.WRONG, at__gte=min(since.values()))
        found = wrong.aggregate(
            **{f"n{n}": Count("pk", filter=counted[limit]) for n, limit in enumerate(LIMITS)}
        )
        counts = Wrong(*(found[f"n{n}"] for n, _limit in enumerate(LIMITS)))
        limit = refusing(counts, is_known=let_in is not None)
        if limit and limit is not PAIR and self._is_known():
            limit = refusing(counts, is_known=True)
        if limit is None:
            return None
        first = wrong.filter(counted[limit]).aggregate(first=Min("at"))["first"]
        left = timedelta(seconds=limit.seconds) - (now - first)
        return Refusal(max(1, round(left.total_seconds())), is_first=False)


def let_in_again(account: str) -> None:
    """Forget the wrong passwords of an account, and bind it by the strict count alone for a while.

    Where the broker's server is away, what is written down of it does: tries are then counted from that record.
    """
    key = _let_in(Tried(account, "").digest)
    try:
        with server().pipeline() as pipe:
            pipe.incr(key)
            pipe.expire(key, PAIR.seconds)
            pipe.execute()
    except redis.RedisError as error:
        logger.warning("%s is let in by the record alone: %s", account, type(error).__name__)


def _let_in(digest: str) -> str:
    return f"sign_in.let_in.{digest}"
