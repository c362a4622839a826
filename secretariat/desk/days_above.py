"""The years, months and days above a list, without reading all of its rows.

Django asks the database which days the rows are of, three times over. Where the list is counted to its end, its rows'
days are read once; where it is not, all days from the first row's to the last's are shown, which an index tells.
"""

from __future__ import annotations

from copy import copy
from datetime import date, datetime
from typing import Any

from django.contrib.admin.templatetags import admin_list
from django.contrib.admin.views.main import ChangeList
from django.db.models import Max, Min
from django.utils import timezone

BEGINS = {"year": {"month": 1, "day": 1}, "month": {"day": 1}, "day": {}}


def date_hierarchy(cl: ChangeList) -> dict[str, Any] | None:
    quick: Any = copy(cl)
    is_cut = getattr(cl, "is_cut", False) and not cl.query  # of a search all hits are at hand
    quick.queryset = _AllDays(cl) if is_cut else _DaysOfRows(cl)
    shown: dict[str, Any] | None = admin_list.date_hierarchy(quick)
    return shown


class _DaysOfRows:
    """Stands for the rows where Django asks them for their days."""

    def __init__(self, cl: ChangeList) -> None:
        rows = cl.queryset.order_by().values_list(cl.date_hierarchy, flat=True)
        self.days = sorted({_day(each) for each in rows if each is not None})

    def aggregate(self, **_ends: Any) -> dict[str, Any]:
        if not self.days:
            return {"first": None, "last": None}
        return {"first": _moment(self.days[0]), "last": _moment(self.days[-1])}

    def dates(self, _name: str, kind: str) -> list[date]:
        return sorted({day.replace(**BEGINS[kind]) for day in self.days})

    datetimes = dates


class _AllDays:
    """The same for more rows than are read."""

    def __init__(self, cl: ChangeList) -> None:
        self.params, name = cl.params, cl.date_hierarchy
        ends = cl.root_queryset.order_by().aggregate(first=Min(name), last=Max(name))
        self.first, self.last = (_day(ends[end]) for end in ("first", "last"))

    def aggregate(self, **_ends: Any) -> dict[str, Any]:
        return {"first": _moment(self.first), "last": _moment(self.last)}

    def dates(self, name: str, kind: str) -> list[date]:
        if kind == "year":
            return [date(year, 1, 1) for year in range(self.first.year, self.last.year + 1)]
        year = int(self.params.get(f"{name}__year", self.first.year))
        if kind == "month":
            begins = (date(year, month, 1) for month in range(1, 13))
            return [day for day in begins if self.first.replace(day=1) <= day <= self.last]
        first = date(year, int(self.params.get(f"{name}__month", self.first.month)), 1)
        days = (date.fromordinal(first.toordinal() + n) for n in range(31))
        return [day for day in days if day.month == first.month and self.first <= day <= self.last]

    datetimes = dates


def _day(value: Any) -> date:
    day: date = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return day


def _moment(day: date) -> datetime:
    """Django reads a moment or a day there."""
    return timezone.make_aware(datetime(day.year, day.month, day.day))
