"""JSCalendar (RFC 8984): the same calendar as JSON objects, made of the API's representation of meetings. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

MEDIA_TYPE = "application/jscalendar+json"
STATUSES = {"cancelled": "cancelled", "confirmed": "confirmed", "held": "confirmed"}
# Meetings that nobody comes to on that day block nobody's time.
FREE = {"cancelled", "postponed"}
Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """alarm: a duration before each meeting, or empty. whole_days: meetings of several days without their hours.
    utc: hours on the clock of UTC, for readers with old zone tables."""

    alarm: str = ""
    whole_days: bool = False
    utc: bool = False


def group_of(
    *,
    uid: str,
    name: str,
    about: str,
    language: str,
    updated: str,
    source: str,
    color: str,
    entries: Iterable[Body],
) -> Body:
    """A calendar, RFC 8984 §5.3. source: where it can be fetched, or empty where that is a secret."""
    return {
        "@type": "Group",
        "uid": uid,
        "prodId": "-//Secretariat//Calendar 1//EN",
        "title": name,
        "description": about,
        "locale": language,
        "updated": updated,
        "color": color,
        **({"source": source} if source else {}),
        "entries": list(entries),
    }


def event_of(body: Body, titles: Mapping[str, str], description: str, asked: Asked) -> Body:
    """One meeting whose date is known to the day or the month; titles by language and description as in iCalendar."""
    return {
        "@type": "Event",
        "uid": body["uid"],
        "created": body["created"],
        "updated": body["updated"],
        "sequence": body["sequence"],
        "title": titles[body["lang"]],
        "description": description,
        "locale": body["lang"],
        **_times(body, asked),
        **_vague(body),
        "status": _status(body),
        "freeBusyStatus": "free" if body["status"] in FREE or body["start"] is None else "busy",
        "keywords": {body["track"]["name"]: True},
        **_places(body),
        "links": _links(body),
        **_localizations(titles, body["lang"]),
        **(_alert(asked.alarm) if asked.alarm and _is_ahead(body) else {}),
    }


def _links(body: Body) -> Body:
    """The page for people where there is one, and the same as data."""
    data = {"@type": "Link", "href": body["url"], "rel": "describedby", "type": "application/json"}
    page = body["links"].get("page")
    return {"1": data, **({"2": {"@type": "Link", "href": page, "rel": "about"}} if page else {})}


def _times(body: Body, asked: Asked) -> Body:
    """A start on the clock of the place, or of UTC, and how long it takes; days are dates at midnight that show no
    hour."""
    first, last = _days(body)
    if body["when"]["precision"] != "time" or (asked.whole_days and first != last):
        days = (last - first).days + 1
        return {"start": f"{first}T00:00:00", "duration": f"P{days}D", "showWithoutTime": True}
    start, end = (datetime.fromisoformat(body[name]) for name in ("start", "end"))
    local = start.astimezone(UTC) if asked.utc else start
    return {
        "start": local.replace(tzinfo=None).isoformat(),
        "timeZone": "Etc/UTC" if asked.utc else body["zone"],
        "duration": _duration(end - start),
    }


def _days(body: Body) -> tuple[date, date]:
    """The first and the last day that it touches: what ends at midnight does not touch the day that begins then."""
    first, last = (date.fromisoformat(body["when"][name]) for name in ("earliest", "latest"))
    if body["when"]["precision"] == "time":
        last = (datetime.fromisoformat(body["end"]) - timedelta(microseconds=1)).date()
    return first, last


def _vague(body: Body) -> Body:
    """A mark where no day is known; a name of our own stands behind our domain (RFC 8984 §3.3)."""
    precision = body["when"]["precision"]
    domain = urlsplit(body["url"]).hostname
    return {} if precision in ("day", "time") else {f"{domain}:datePrecision": precision}


def _duration(length: timedelta) -> str:
    """In hours, which are exact, and not in days, which a change of clocks makes longer."""
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    return f"PT{hours}H" + (f"{minutes}M" if minutes else "")


def _status(body: Body) -> str:
    if body["when"]["precision"] == "month" and body["status"] != "cancelled":
        return "tentative"
    return STATUSES.get(body["status"], "tentative")


def _places(body: Body) -> Body:
    where = body["place"] or {}
    country = (where.get("country") or {}).get("name")
    name = ", ".join(part for part in (where.get("venue"), where.get("city"), country) if part)
    if not name:
        return {}
    location = {"@type": "Location", "name": name, "timeZone": body["zone"]}
    if geo := where.get("geo"):
        location["coordinates"] = f"geo:{geo['latitude']},{geo['longitude']}"
    return {"locations": {"1": location}}


def _localizations(titles: Mapping[str, str], shown: str) -> Body:
    others = {language: {"title": text} for language, text in titles.items() if language != shown}
    return {"localizations": others} if others else {}


def _is_ahead(body: Body) -> bool:
    """Whether somebody is to come, on a day that is known."""
    return body["status"] in ("proposed", "confirmed") and body["start"] is not None


def _alert(before: str) -> Body:
    trigger = {"@type": "OffsetTrigger", "offset": f"-{before}"}
    return {"alerts": {"1": {"@type": "Alert", "trigger": trigger, "action": "display"}}}
