"""Choosing a zone on the desk: a list by city, in the reader's language, each with its offset now."""

from __future__ import annotations

from datetime import datetime
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location
from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .collation import sort_key
from .offsets import offset_text
from .translated import content_language
from .zones import validate_zone, zone_names

AREAS = {
    "Asia": _("Asia"),
    "Europe": _("Europe"),
    "Africa": _("Africa"),
    "America": _("America"),
    "Australia": _("Australia"),
    "Pacific": _("Pacific"),
    "Indian": _("Indian Ocean"),
    "Atlantic": _("Atlantic"),
    "Antarctica": _("Antarctica"),
    "Arctic": _("Arctic"),
}
Group = tuple[str, list[tuple[str, str]]]


class ZoneSelect(forms.Select):
    """Made when it is drawn: the offsets are those of now, the names the reader's."""

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> Any:
        self.choices = zone_choices(value[0] if value else "")
        return super().optgroups(name, value, attrs)


class ZoneField(forms.CharField):
    """A zone; what is sent is checked before anything is computed with it."""

    widget = ZoneSelect
    default_validators = [validate_zone]

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}  # a list has no length that is typed


def zone_choices(chosen: str = "") -> list[Any]:
    """Nothing, the zones by area and city, and the one that is chosen where no list names it any more."""
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    groups = _groups(get_language() or "", hour)
    known = {zone for _area, zones in groups for zone, _label in zones}
    former = [] if chosen in known or not chosen else [(chosen, chosen)]
    return [("", "—"), *former, *groups]


@lru_cache(maxsize=8)  # four hundred names and offsets; a page may ask several times
def _groups(language: str, now: datetime) -> list[Group]:
    groups: list[Group] = []
    for area, label in AREAS.items():
        found = [(zone, _label(zone, language, now)) for zone in _listed() if zone.startswith(f"{area}/")]
        groups.append(
            (str(label), sorted(found, key=lambda row: sort_key(row[1], content_language(language))))
        )
    return [*groups, ("UTC", [("UTC", "UTC")])]


@cache
def _listed() -> tuple[str, ...]:
    """One name a zone, as the tables list them to choose from; not those that were changed since."""
    lines = (files("tzdata.zoneinfo") / "zone.tab").read_text("utf-8").splitlines()
    names = {line.split("\t")[2] for line in lines if line and not line.startswith("#")}
    return tuple(sorted(names & zone_names()))


def _label(zone: str, language: str, now: datetime) -> str:
    locale = {"zh": "zh_Hans"}.get(language.partition("-")[0], language.partition("-")[0])
    city = get_timezone_location(ZoneInfo(zone), locale=locale, return_city=True).rpartition("/")[2]
    return f"{city} · {zone} · {offset_text(now.astimezone(ZoneInfo(zone)))}"
