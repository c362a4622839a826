"""Moments and days as a mail writes them, in the language of its reader, which is the active one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_timezone_location
from django.utils.translation import gettext as _

from meetings.models import Meeting
from rotation.offsets import offset_text

# Content language → the locale of Babel's tables.
BABEL_LOCALE = {"en": "en_GB", "zh": "zh_Hans_CN", "ru": "ru_RU"}


@lru_cache(maxsize=1024)
def moment(at: datetime, zone: str, language: str) -> str:
    """A moment on the clock of `zone`, the zone named with its offset, as `language`, the active one, writes it.

    Remembered, since the fifty contacts of a deadline are told the same moment.
    """
    local = at.astimezone(ZoneInfo(zone))
    locale = BABEL_LOCALE.get(language, language)
    day = format_date(local.date(), "full", locale=locale)
    hour = format_time(local.time(), "HH:mm", locale=locale)
    return _("%(day)s, %(hour)s (%(zone)s, %(offset)s)") % {
        "day": day,
        "hour": hour,
        "zone": zone_name(zone, language),
        "offset": offset_text(local),
    }


@lru_cache(maxsize=256)
def zone_name(zone: str, language: str) -> str:
    """The city that a zone is named after."""
    locale = BABEL_LOCALE.get(language, language)
    return get_timezone_location(ZoneInfo(zone), locale=locale, return_city=True)


@lru_cache(maxsize=1024)
def short_day(at: datetime, zone: str, language: str) -> str:
    return day_text(at.astimezone(ZoneInfo(zone)).date(), language)


def day_text(day: date, language: str) -> str:
    return format_date(day, "long", locale=BABEL_LOCALE.get(language, language))


def meeting_days(meeting: Meeting, language: str) -> str:
    """The meeting's date as far as it is known, in words; empty when it is not."""
    locale = BABEL_LOCALE.get(language, language)
    first, last = meeting.first_on, meeting.last_on
    match meeting.precision:
        case "none":
            return ""
        case "year":
            return format_date(first, "yyyy", locale=locale)
        case "month":
            return format_date(first, "LLLL yyyy" if language != "zh" else "y年M月", locale=locale)
    if first == last:
        return format_date(first, "full", locale=locale)
    return f"{format_date(first, 'long', locale=locale)} – {format_date(last, 'long', locale=locale)}"


def clocks(
    at: datetime, first: str, others: Iterable[tuple[str, str]], language: str
) -> list[tuple[str, str]]:
    """The moment on the clocks of `others`, each a label and a zone, where they show another hour than `first`'s."""
    shown = {at.astimezone(ZoneInfo(first)).utcoffset()}
    found = []
    for label, zone in others:
        offset = at.astimezone(ZoneInfo(zone)).utcoffset()
        if offset not in shown:
            shown.add(offset)
            found.append((label, moment(at, zone, language)))
    return found
