"""Dates as a person writes them, as far as they are known: "2027", "May 2025", "18–19 May 2023"."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from rotation.offsets import offset_text

from ...schedule.dates import Precision, Span


def when_text(span: Span) -> str:
    """The span in the active language; it never names a day that is not known."""
    if span.first_on is None or span.last_on is None:
        return _("no date yet")
    match span.precision:
        case Precision.YEAR:
            return _range(
                *(date_format(day, pgettext("a year", "Y")) for day in (span.first_on, span.last_on))
            )
        case Precision.MONTH:
            return _range(*(date_format(day, "YEAR_MONTH_FORMAT") for day in (span.first_on, span.last_on)))
        case _:
            return days_text(span.first_on, span.last_on)


def days_text(first: date, last: date) -> str:
    """One day or several, without saying month and year twice."""
    return _days_text(first, last, get_language())


@lru_cache(maxsize=4096)  # a list says the same days for every state
def _days_text(first: date, last: date, _language: str | None) -> str:
    if first == last:
        return date_format(first)
    if first.year != last.year:
        return f"{date_format(first)} – {date_format(last)}"
    if first.month != last.month:
        start = date_format(first, pgettext("first of several days in one year", "j E"))
        end = date_format(last, pgettext("last of several days in one year", "j E Y"))
        return f"{start} – {end}"
    start = date_format(first, pgettext("first of several days in one month", "j"))
    end = date_format(last, pgettext("last of several days in one month", "j E Y"))
    return f"{start}–{end}"


def hours_text(span: Span) -> str:
    """The hours with the zone they are told in; empty where none are known."""
    if span.starts is None:
        return ""
    hours = f"{span.starts:%H:%M}–{span.ends:%H:%M}" if span.ends else f"{span.starts:%H:%M}"
    return f"{hours} {span.zone}"


def moment_text(at: datetime, zone: str) -> str:
    """An instant on the clock of `zone`: "18:00, Asia/Almaty (UTC+5)"."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%H:%M}, {zone} ({offset_text(local)})"


def instant_text(at: datetime, zone: str) -> str:
    """An instant with its day: "16 April 2027, 18:00, Asia/Almaty (UTC+5)"."""
    day = at.astimezone(ZoneInfo(zone)).date()
    return f"{days_text(day, day)}, {moment_text(at, zone)}"


def moment_shown(day: date | None, at: datetime | None, zone: str) -> dict[str, str]:
    """The day and the clock of a moment, each for its own line of a cell; empty where there is none."""
    return {"day": days_text(day, day), "clock": moment_text(at, zone)} if day and at else {}


def _range(first: str, last: str) -> str:
    return first if first == last else f"{first} – {last}"
