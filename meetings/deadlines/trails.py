"""A due's trail as sentences in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

WEEKDAYS = [
    gettext_lazy("Monday"),
    gettext_lazy("Tuesday"),
    gettext_lazy("Wednesday"),
    gettext_lazy("Thursday"),
    gettext_lazy("Friday"),
    gettext_lazy("Saturday"),
    gettext_lazy("Sunday"),
]


def trail_text(trail: list[dict[str, Any]], names: Mapping[str, str]) -> list[str]:
    """The steps of a trail as sentences in the active language; `names` has the states' names in it by code."""
    return [_sentence(step, names) for step in trail]


def _sentence(step: Mapping[str, Any], names: Mapping[str, str]) -> str:
    day = date.fromisoformat(step["day"])
    values = {
        "day": date_format(day, "DATE_FORMAT"),
        "weekday": WEEKDAYS[day.weekday()],
        "state": names.get(step.get("state", ""), step.get("state", "")),
        "name": step.get("name", ""),
    }
    match step["code"]:
        case "offset":
            return _offset_sentence(step, values)
        case "weekend":
            return _("%(day)s is a %(weekday)s, not worked in %(state)s.") % values
        case "holiday" if step.get("certainty") == "confirmed":
            return _("%(day)s (%(weekday)s) is closed in %(state)s: %(name)s.") % values
        case "holiday" if step.get("basis") == "provisional":
            return (
                _(
                    "%(day)s (%(weekday)s) is expected to be closed in %(state)s (%(name)s); "
                    "the notice for that year is not in yet."
                )
                % values
            )
        case "holiday":
            return _("%(day)s (%(weekday)s) is expected to be closed in %(state)s: %(name)s.") % values
        case "worked_near_estimate":
            return (
                _(
                    "%(day)s (%(weekday)s) is a working day in %(state)s, unless %(name)s falls on it: "
                    "its date is an estimate."
                )
                % values
            )
        case "worked_before_notice":
            return (
                _(
                    "%(day)s (%(weekday)s) is a working day in %(state)s, as far as is known before its notice."
                )
                % values
            )
        case "shortened":
            return _("%(day)s is shortened in %(state)s (%(name)s): it closes at %(hour)s.") % {
                **values,
                "hour": step.get("hour", ""),
            }
        case "chain":
            return (
                _("That is after a deadline that follows this one, on %(day)s, so it moves earlier.") % values
            )
        case "short_set":
            return _("That is what the set at short notice proposes.")
        case "least_notice":
            proposed = ngettext(
                "Proposed at short notice: %(days)s day from %(today)s is %(day)s, a %(weekday)s.",
                "Proposed at short notice: %(days)s days from %(today)s is %(day)s, a %(weekday)s.",
                step["days"],
            )
            today = date_format(date.fromisoformat(step["today"]), "DATE_FORMAT")
            return proposed % {**values, "days": step["days"], "today": today}
        case "agreed":
            return _("Agreed at short notice on %(day)s: %(reason)s") % {
                **values,
                "reason": step.get("reason", ""),
            }
        case "made_up":
            return _("%(day)s is a %(weekday)s that is worked in %(state)s: %(name)s.") % values
        case "worked_unknown_year":
            return (
                _("%(day)s is a %(weekday)s; the holidays of %(state)s are not known for that year.") % values
            )
        case "stays":
            return _("The deadline stays on that day all the same.")
        case "extended":
            return _("Extended to %(day)s: %(reason)s") % {**values, "reason": step.get("reason", "")}
        case "pinned":
            return _("Set by hand to %(day)s: %(reason)s") % {**values, "reason": step.get("reason", "")}
        case _:
            return _("%(day)s (%(weekday)s) is a working day in %(state)s.") % values


def _offset_sentence(step: Mapping[str, Any], values: dict[str, Any]) -> str:
    days = abs(step["days"])
    texts = {
        **values,
        "days": days,
        "anchor": date_format(date.fromisoformat(step["anchor"]), "DATE_FORMAT"),
    }
    if step["days"] > 0:
        after = ngettext(
            "%(days)s day after %(anchor)s is %(day)s, a %(weekday)s.",
            "%(days)s days after %(anchor)s is %(day)s, a %(weekday)s.",
            days,
        )
        return after % texts
    if step["days"] < 0:
        before = ngettext(
            "%(days)s day before %(anchor)s is %(day)s, a %(weekday)s.",
            "%(days)s days before %(anchor)s is %(day)s, a %(weekday)s.",
            days,
        )
        return before % texts
    return _("The first day of the meeting is %(day)s, a %(weekday)s.") % texts
