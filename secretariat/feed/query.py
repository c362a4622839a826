"""What a reader asks for: query parameters, checked one by one, and the cursor of a page."""

from __future__ import annotations

import hashlib
import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from uuid import UUID

from django.core import signing
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation.trans_real import parse_accept_lang_header

from meetings.models import Meeting, Track
from meetings.schedule.dates import Precision
from rotation.models import State

from .ics_options import DURATION
from .models import FeedItem, FeedItemQuerySet
from .problems import BadParameter
from .words import languages

LIMIT, MOST = 100, 500
ORDERS = {
    "start": ("start_key", "uid"),
    "-start": ("-start_key", "-uid"),
    "updated": ("changed_at", "uid"),
}
# No time stamp in it: the same state of the feed is answered by the same bytes.
SIGNER = signing.Signer(salt="feed.cursor")
NOT_OURS = "This cursor does not belong to this question.", "Take it from `next`, unchanged."
# What programs and people put behind the address of a calendar so that no cache answers, or to know who followed it.
CACHE_BUSTERS = re.compile(
    r"_*(?:t|ts|v|r|rnd|rand|random|time|timestamp|stamp|now|version|ver|rev|seed|nonce|cb|nc|no[-_]?cache|"
    r"cache|cache[-_]?bust(?:er)?|bust|refresh|reload|force|dummy|utm_[a-z]+|[a-z]{2}clid|[0-9.]+)?_*",
    re.IGNORECASE,
)
# A clock or a chance: no value of ours looks so.
BUSTING_VALUE = re.compile(r"[0-9][0-9.]{5,}|0\.[0-9]+|[0-9a-f-]{16,}", re.IGNORECASE)
STATUSES = [status for status in Meeting.Status.values if status != Meeting.Status.IDEA]


def check_names(params: QueryDict, known: Iterable[str]) -> None:
    """Refuse a parameter that does not exist: a typo in a filter must not return the whole calendar."""
    known = sorted(known)
    for name in params:
        if name not in known:
            remedy = f"Use one of: {', '.join(known)}." if known else "This address takes no parameter."
            raise BadParameter(name, "This parameter does not exist here.", remedy)
        if len(params.getlist(name)) > 1:
            raise BadParameter(name, "This parameter is given twice.", "Give it once.")
        if "\x00" in params[name]:
            raise BadParameter(name, "It holds a NUL character.", "Leave the character out.")


def without_cache_busters(params: QueryDict, known: Iterable[str]) -> QueryDict:
    """The question itself, where programs of all kinds ask: what says nothing but "not from a cache" is left out."""
    kept = params.copy()
    for name in set(params) - set(known):
        if CACHE_BUSTERS.fullmatch(name) or all(map(BUSTING_VALUE.fullmatch, params.getlist(name))):
            del kept[name]
    return kept


def language_of(params: QueryDict, accept: str = "") -> str:
    """The language asked for by `lang`, else the first acceptable one, else the fallback."""
    if named := choice(params, "lang", languages()):
        return named
    for wanted, weight in parse_accept_lang_header(accept):
        if wanted == "*":
            break
        if weight and wanted.split("-")[0] in languages():
            return wanted.split("-")[0]
    return languages()[0]


def choice(params: QueryDict, name: str, allowed: Iterable[str]) -> str | None:
    value, allowed = params.get(name), list(allowed)
    if value is not None and value not in allowed:
        raise BadParameter(name, "This value is not known.", f"Use one of: {', '.join(allowed)}.")
    return value


def day(params: QueryDict, name: str) -> date | None:
    text = params.get(name)
    if text is None:
        return None
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise BadParameter(name, "This is not a day.", "Write it like 2027-05-18.") from None


def bound(params: QueryDict, name: str, *, is_last: bool) -> date | None:
    """A day, or the first or last one of the month or year that is given."""
    text = params.get(name)
    if text is None:
        return None
    try:
        if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?", text):
            raise ValueError
        year, *rest = (int(part) for part in text.split("-"))
        month = rest[0] if rest else 12 if is_last else 1
        at = rest[1] if len(rest) == 2 else monthrange(year, month)[1] if is_last else 1
        return date(year, month, at)
    except ValueError:
        raise BadParameter(
            name, "This is not a day, a month or a year.", "Write it like 2027-05-18, 2027-05 or 2027."
        ) from None


def instant(params: QueryDict, name: str) -> datetime | None:
    text = params.get(name)
    if text is None:
        return None
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None or timezone.is_naive(found):
        raise BadParameter(
            name,
            "This is not a moment with its offset.",
            "Write it like 2027-05-18T09:00:00Z; a + is sent as %2B.",
        )
    try:
        return found.astimezone(UTC)  # the database knows no offset of sixteen hours and more
    except OverflowError:
        return (datetime.min if found.year == 1 else datetime.max).replace(tzinfo=UTC)


def duration(params: QueryDict, name: str) -> str:
    """A duration as both calendar formats write it; empty where none is asked for."""
    text = params.get(name)
    if text is None:
        return ""
    if not DURATION.fullmatch(text):
        raise BadParameter(
            name, "This is not a duration in one unit.", "Write it like P1W, P1D, PT2H or PT30M."
        )
    return text


def limit(params: QueryDict) -> int:
    text = params.get("limit", str(LIMIT))
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= MOST:
        raise BadParameter("limit", "This is not a page size.", f"Give a number from 1 to {MOST}.")
    return int(text)


def members(params: QueryDict, allowed: Iterable[str]) -> list[str] | None:
    """The members asked for by `fields`, in the order of the representation."""
    text = params.get("fields")
    if text is None:
        return None
    wanted, allowed = text.split(","), list(allowed)
    for name in wanted:
        if name not in allowed:
            raise BadParameter(
                "fields", f"There is no member “{name}”.", f"Use some of: {', '.join(allowed)}."
            )
    return [name for name in allowed if name in wanted or name == "uid"]


def filtered(items: FeedItemQuerySet, params: QueryDict) -> FeedItemQuerySet:
    """The items that match the filters. `state` hosts, takes part, or has the place in it."""
    if (slug := params.get("track")) is not None:
        items = items.filter(track=track_key(slug))
    if code := state_code(params, "state"):
        items = items.filter(states__contains=[code])
    if code := state_code(params, "host"):
        items = items.filter(meeting__host_id=code)
    if status := choice(params, "status", STATUSES):
        items = items.filter(meeting__status=status)
    if first := bound(params, "from", is_last=False):
        # What ended at the midnight with which that day begins was over before it.
        over = Q(meeting__precision=Precision.TIME, meeting__ends=time(0), meeting__last_on=first)
        items = items.filter(meeting__last_on__gte=first).exclude(over)
    if last := bound(params, "to", is_last=True):
        items = items.filter(meeting__first_on__lte=last)
    if since := instant(params, "updated_since"):
        items = items.filter(changed_at__gte=since)
    words = dict.fromkeys(params.get("q", "").casefold().split())
    # In one call: each of its own copies the whole question.
    return items.filter(*(Q(words__contains=word) for word in words))


def track_key(slug: str) -> int:
    key = Track.objects.filter(slug=slug).values_list("pk", flat=True).first()
    if key is None:
        raise BadParameter("track", "There is no such track.", "See /api/v1/tracks/.")
    return key


def state_code(params: QueryDict, name: str) -> str | None:
    code = params.get(name)
    if code is not None and not State.objects.filter(code=code).exists():
        raise BadParameter(name, "There is no such state.", "See /api/v1/states/.")
    return code


def fingerprint(params: QueryDict) -> str:
    """The question without its page: a cursor continues this question and no other."""
    asked = sorted((name, value) for name, value in params.items() if name not in ("cursor", "limit"))
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:16]


def cursor_after(item: FeedItem, order: str, params: QueryDict) -> str:
    """Opaque and signed. It holds the sort key and the uid of the last item, so rows that come or go between
    two pages neither repeat nor hide another."""
    key = item.changed_at.isoformat() if order == "updated" else item.start_key
    return SIGNER.sign_object([order, key, str(item.uid), fingerprint(params)])


def after_cursor(items: FeedItemQuerySet, order: str, params: QueryDict) -> FeedItemQuerySet:
    cursor = params.get("cursor")
    if cursor is None:
        return items
    try:
        of_order, key, uid, of_question = SIGNER.unsign_object(cursor)
        if (of_order, of_question) != (order, fingerprint(params)):
            raise ValueError
        uid = UUID(uid)
    except (signing.BadSignature, ValueError, TypeError):
        raise BadParameter("cursor", *NOT_OURS) from None
    name = "changed_at" if order == "updated" else "start_key"
    side = "lt" if order.startswith("-") else "gt"
    at = datetime.fromisoformat(key) if order == "updated" else key
    return items.filter(Q(**{f"{name}__{side}": at}) | Q(**{name: at, f"uid__{side}": uid}))
