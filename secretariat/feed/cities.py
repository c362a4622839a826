"""Where cities lie and what they are called: a meeting names its city in one word, calendars want a point on the map
beside it, and readers its name in their own language."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from meetings.models import Meeting
from rotation.entered import LineField
from rotation.models import State
from rotation.sort_keys import SortKeysField
from rotation.translated import TextsField

SHIPPED = Path(__file__).parent / "data" / "cities.json"


def _degrees(label: Any, most: int) -> Any:
    return models.DecimalField(
        label,
        max_digits=8,
        decimal_places=5,
        validators=[MinValueValidator(-most), MaxValueValidator(most)],
        help_text=_("degrees, WGS 84; south and west are negative"),
    )


@pghistory.track(exclude=["sorted_as"])
class City(models.Model):
    country = models.ForeignKey(State, on_delete=models.PROTECT, related_name="+", verbose_name=_("country"))
    name = LineField(
        _("name"), max_length=100, help_text=_("as meetings write it; capitals or small is the same")
    )
    sorted_as = SortKeysField()
    names = TextsField(
        _("name by language"),
        blank=True,
        help_text=_(
            "as it is officially written; in a language left empty it is called as meetings write it"
        ),
    )
    latitude = _degrees(_("latitude"), 90)
    longitude = _degrees(_("longitude"), 180)

    class Meta:
        ordering = ["country", "name"]
        verbose_name = _("city")
        verbose_name_plural = _("cities")
        constraints = [
            models.UniqueConstraint(
                "country",
                models.functions.Upper("name"),
                name="a_city_lies_in_one_place",
                violation_error_message=_("This city of this country is there already."),
            ),
            models.CheckConstraint(
                name="a_city_lies_on_the_globe",
                condition=Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)


def with_cities(meetings: QuerySet[Meeting]) -> QuerySet[Meeting]:
    """Adds `latitude`, `longitude` and `city_names` of the city, None where it is not known."""
    lies = City.objects.filter(country=OuterRef("country"), name__iexact=OuterRef("city"))
    return meetings.annotate(
        latitude=Subquery(lies.values("latitude")[:1]),
        longitude=Subquery(lies.values("longitude")[:1]),
        city_names=Subquery(lies.values("names")[:1]),
    )


def names_of(meeting: Meeting) -> dict[str, str]:
    """What the meeting's city is called, by language; one query unless `with_cities` asked for it, or who wrote an
    earlier one of several mails about the meeting."""
    if not hasattr(meeting, "city_names"):
        meeting.city_names = _names(meeting.country_id, meeting.city)  # type: ignore[attr-defined]
    found: dict[str, str] | None = meeting.city_names  # type: ignore[attr-defined]
    return found or {}


def _names(country: str | None, city: str) -> dict[str, str]:
    found = (
        City.objects.filter(country=country, name__iexact=city) if country and city else City.objects.none()
    )
    return found.values_list("names", flat=True).first() or {}


def spoken_city(country: str | None, city: str, language: str) -> str:
    """A city in a content language, or as meetings write it where no name in that one is known."""
    return _names(country, city).get(language) or city


def city_in(meeting: Meeting, language: str) -> str:
    return names_of(meeting).get(language) or meeting.city


def place_in(meeting: Meeting, language: str) -> str:
    """Venue and city as the reader calls it; that it is held by video where there is neither."""
    if not meeting.city:
        return meeting.place
    return ", ".join(part for part in (meeting.venue, city_in(meeting, language)) if part)


def coordinates_of(meeting: Meeting) -> dict[str, float] | None:
    """What `with_cities` found."""
    found = {name: getattr(meeting, name, None) for name in ("latitude", "longitude")}
    known = {name: float(value) for name, value in found.items() if value is not None}
    return known if len(known) == len(found) else None


@dataclass(frozen=True, slots=True)
class Loaded:
    """entered: how many cities are new. named: how many that were there got names. nameless: cities of the file by the
    language in which it has no name for them."""

    entered: int
    named: int
    nameless: dict[str, list[str]]


@transaction.atomic
def load_cities(path: Path = SHIPPED) -> Loaded:
    """Enter the cities of a file whose country is there. One that is there already stays; it takes the file's names
    where it has none yet.

    The feed is not told: publish it once after.
    """
    countries = set(State.objects.values_list("code", flat=True))
    rows = [row for row in json.loads(path.read_text("utf-8"))["cities"] if row["country"] in countries]
    known = {(city.country_id, city.name.upper()): city for city in City.objects.select_for_update()}
    new, named = [], []
    for row in rows:
        city = known.get((row["country"], row["name"].upper()))
        names = row.get("names", {})
        if city is None:
            values = {name: row[name] for name in ("name", "latitude", "longitude")}
            new.append(City(country_id=row["country"], names=names, **values))
        elif names and not city.names:
            city.names = names
            named.append(city)
    City.objects.bulk_update(named, ["names"])
    City.objects.bulk_create(new)
    languages = [code for code, _name in settings.CONTENT_LANGUAGES]
    nameless = {
        code: [row["name"] for row in rows if not row.get("names", {}).get(code)] for code in languages
    }
    return Loaded(len(new), len(named), nameless)
