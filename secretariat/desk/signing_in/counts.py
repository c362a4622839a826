"""Tries at passwords, counted by the broker's server for all processes; where it is away, by the record of sign-ins.

A try is counted before its password is looked at and given back if that was right, so that fifty tries at one moment
are not all taken for the first.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

import redis
from django.db.models import Count, Q
from django.utils import timezone

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
        # A password typed into the wrong field must not stand in a key.
        return hashlib.sha256(self.account.encode("utf-8", "surrogatepass")).hexdigest()[:32]

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
        since = {limit: now - timedelta(seconds=limit.seconds) for limit in LIMITS}
        let_in = SignIn.objects.filter(
            account=self.account, outcome=SignIn.Outcome.LET_IN, at__gte=since[PAIR]
        )
        last = let_in.order_by("-at").values_list("at", flat=True).first()
        own, here = Q(account=self.account, user__isnull=False), Q(network=self.network)
        found = SignIn.objects.filter(outcome=SignIn.Outcome.WRONG, at__gte=min(since.values())).aggregate(
            pair=Count("pk", filter=own & here & Q(at__gte=last or since[PAIR])),
            address=Count("pk", filter=here & Q(at__gte=since[ADDRESS])),
            account=Count("pk", filter=own & Q(at__gte=since[ACCOUNT])),
        )
        limit = refusing(Wrong(**found), is_known=last is not None)
        if limit and limit is not PAIR and self._is_known():
            limit = refusing(Wrong(**found), is_known=True)
        return Refusal(limit.seconds, is_first=False) if limit else None


def let_in_again(account: str) -> None:
    """Forget the wrong passwords of an account, and bind it by the strict count alone for a while."""
    key = _let_in(Tried(account, "").digest)
    with server().pipeline() as pipe:
        pipe.incr(key)
        pipe.expire(key, PAIR.seconds)
        pipe.execute()


def _let_in(digest: str) -> str:
    return f"sign_in.let_in.{digest}"
