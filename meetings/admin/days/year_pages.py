"""The year of all states at a glance, and the page of a day: who works, why not, on which basis."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.dates import MONTHS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rotation.models import State
from rotation.numbers import number_in

from ...days.state_calendars import calendars_of, entry_of
from ...days.workdays import BASES, strongest
from ...days.workyear import StateDay, YearDay, state_day, year_days
from ...models import CalendarDay, Due, Meeting
from ..schedule.when import days_text

FIRST_YEAR, LAST_YEAR = 1990, 2200
# A mark that is told apart without colour, the same in every language; and what it says.
MARKS: dict[str, tuple[str, Any]] = {
    "worked": ("·", gettext_lazy("worked")),
    "weekend": ("–", gettext_lazy("weekend")),
    "closed": ("■", gettext_lazy("closed")),
    "estimated": ("≈", gettext_lazy("closed, the date is an estimate")),
    "provisional": ("?", gettext_lazy("expected to be closed, no notice yet")),
    "near_estimate": ("~", gettext_lazy("worked, beside a feast whose date is an estimate")),
    "made_up": ("+", gettext_lazy("worked on a weekend")),
    "shortened": ("◐", gettext_lazy("shortened")),
}


class YearPages:
    """The pages, mixed into the special days' admin."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("year/", view(self.this_year_view), name="meetings_calendarday_this_year"),
            path("year/<int:year>/", view(self.year_view), name="meetings_calendarday_year"),
            path(
                "day/<int:year>/<int:month>/<int:day>/", view(self.day_view), name="meetings_calendarday_day"
            ),
            *super().get_urls(),
        ]

    def this_year_view(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(
            reverse("admin:meetings_calendarday_year", args=[timezone.localdate().year])
        )

    def year_view(self, request: HttpRequest, year: int) -> HttpResponse:
        self._require_view(request)
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise Http404
        today = timezone.localdate()
        states = _members()
        books = calendars_of(states)
        days = list(year_days(year, [books[state.code] for state in states]))
        here = _month_of(request, today.month if today.year == year else 1)
        context = {
            "title": _("Working days of %(year)s") % {"year": year},
            "year": year,
            "states": states,
            "months": [_month(number, days, here, today, states) for number in range(1, 13)],
            "previous": _link(year, here - 1),
            "following": _link(year, here + 1),
            "here": {"name": MONTHS[here], "year": year},
            "legend": [{"kind": kind, "mark": mark, "text": text} for kind, (mark, text) in MARKS.items()],
            "expected": [str(state) for state in states if year in books[state.code].expected_years],
            "unknown": [str(state) for state in states if year not in books[state.code].known_years],
            "in_all": sum(day.working == len(states) for day in days) if states else 0,
        }
        return self._page(request, "year.html", context)

    def day_view(self, request: HttpRequest, year: int, month: int, day: int) -> HttpResponse:
        self._require_view(request)
        try:
            on = date(year, month, day)
        except ValueError as error:
            raise Http404 from error
        states = _members()
        books = calendars_of(states)
        rows = CalendarDay.objects.filter(day=on, state__in=states)
        by_state: dict[str, list[CalendarDay]] = {state.code: [] for state in states}
        for row in sorted(rows, key=lambda row: BASES.index(row.basis)):
            by_state[row.state_id].append(row)
        context = {
            "title": days_text(on, on),
            "weekday": WEEKDAYS_ABBR[on.weekday()],
            "day": on,
            "year": year,
            "states": [
                {
                    "state": state,
                    "stands": _stands(state_day(on, books[state.code])),
                    "rows": [
                        {
                            "row": row,
                            "counts": entry_of(row) == strongest(map(entry_of, by_state[state.code])),
                        }
                        for row in by_state[state.code]
                    ],
                }
                for state in states
            ],
            "meetings": Meeting.objects.with_parties()
            .filter(first_on__lte=on, last_on__gte=on, precision__in=["day", "time"])
            .exclude(status=Meeting.Status.CANCELLED),
            "dues": Due.objects.open().with_meeting().filter(due_on=on),
        }
        return self._page(request, "day.html", context)

    def _require_view(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        shared = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "can_add": self.has_add_permission(request),
        }
        return TemplateResponse(request, f"admin/meetings/calendarday/{template}", shared | context)


def _members() -> list[State]:
    """The states that take part in a mechanism today."""
    return list(State.objects.filter(memberships__until_period="").distinct())


def _month_of(request: HttpRequest, default: int) -> int:
    month = number_in(request.GET.get("month"))
    return month if month and month <= 12 else default


def _link(year: int, month: int) -> dict[str, Any]:
    """The month before or after, over the turn of the year."""
    year, month = (year - 1, 12) if month < 1 else (year + 1, 1) if month > 12 else (year, month)
    url = reverse("admin:meetings_calendarday_year", args=[year])
    return {"url": f"{url}?month={month}", "name": MONTHS[month], "year": year}


def _month(number: int, days: list[YearDay], here: int, today: date, states: list[State]) -> dict[str, Any]:
    own = [day for day in days if day.day.month == number]
    return {
        "name": MONTHS[number],
        "number": number,
        "is_here": number == here,
        "in_all": sum(day.working == len(states) for day in own),
        "days": [_day(day, today, states) for day in own],
    }


def _day(day: YearDay, today: date, states: list[State]) -> dict[str, Any]:
    on = day.day
    return {
        "number": on.day,
        "weekday": WEEKDAYS_ABBR[on.weekday()],
        "url": reverse("admin:meetings_calendarday_day", args=[on.year, on.month, on.day]),
        "is_today": on == today,
        "working": day.working,
        "shade": _shade(day),
        "cells": [
            {**_stands(stands), "state": state} for state, stands in zip(states, day.states, strict=True)
        ],
    }


def _shade(day: YearDay) -> str:
    """Six shades, whatever the number of states; none for a weekend of all."""
    if all(stands.kind == "weekend" for stands in day.states):
        return "weekend"
    return str(round(6 * day.working / len(day.states)))


def _stands(stands: StateDay) -> dict[str, Any]:
    mark, text = MARKS[stands.kind]
    hour = f"{stands.closes_at:%H:%M}" if stands.closes_at else ""
    return {"kind": stands.kind, "mark": mark, "text": text, "name": stands.name, "hour": hour}
