"""What the pinned `holidays` library says of a state's days, and what is expected where it cannot know yet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import holidays

from .halo import Around, Between, HaloRule, expected_days
from .workdays import SpecialDay

HOLIDAYS = f"holidays {version('holidays')}"  # named beside each day that comes from it
EXPECTED = "expected; the yearly notice is not in"
NOTICES = Path(__file__).resolve().parents[1] / "data" / "notices.json"


def library_days(
    code: str, years: Iterable[int], weekend: frozenset[int], noticed: Iterable[int] = ()
) -> dict[tuple[date, str], SpecialDay]:
    """The library's layer of a state's table: by day and basis, closed days and weekend days that are worked.

    noticed: years whose notice the desk has recorded; nothing of them is provisional. Names are asked for in
    English, since the library marks estimated days only in the name, in its language. A state that the library
    does not know has none.
    """
    years, noticed = list(years), set(noticed)
    if not years or code not in holidays.list_supported_countries():
        return {}
    rule = halo_rules().get(code)
    open_years = {year for year in years if rule and year > rule.known_until} - noticed
    table = holidays.country_holidays(code, years=years, language="en_US")
    closed = {day: name for day, name in table.items() if day.year in years}
    found = {
        (day, "library"): SpecialDay(True, name, _certainty(name, day.year in open_years))
        for day, name in closed.items()
    }
    for year in years:
        for day in _weekend_days(year, weekend):
            if day not in closed and table.is_working_day(day):
                found[day, "library"] = SpecialDay(False, "Make-up working day")
        if rule and year in open_years:
            for day, name in expected_days(rule, year, closed, weekend).items():
                found[day, "provisional"] = SpecialDay(True, name, "provisional", "provisional")
    return found


def source_of(entry: SpecialDay) -> str:
    return HOLIDAYS if entry.basis == "library" else EXPECTED


def _certainty(name: str, is_open: bool) -> str:
    if "estimated" in name:
        return "estimated"
    return "provisional" if is_open else "confirmed"


def _weekend_days(year: int, weekend: frozenset[int]) -> Iterable[date]:
    day = date(year, 1, 1)
    while day.year == year:
        if day.isoweekday() in weekend:
            yield day
        day += timedelta(days=1)


@cache
def halo_rules() -> Mapping[str, HaloRule]:
    """The rules for states with yearly notices, by code; what the installed library knows decides from which year."""
    shipped = json.loads(NOTICES.read_text(encoding="utf-8"))
    return {
        code: HaloRule(
            # A library that was not looked through yet may know more; a notice too few is the safe mistake.
            rule["known_until"].get(HOLIDAYS, max(rule["known_until"].values())),
            tuple(_run(run) for run in rule["runs"]),
            rule["bridges"],
        )
        for code, rule in shipped.items()
    }


def _run(run: dict[str, Any]) -> Around | Between:
    if "before" in run:
        return Around(run["name"], run["before"], run["after"])
    return Between(run["name"], _month_and_day(run["first"]), _month_and_day(run["last"]))


def _month_and_day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)
