"""Where cities lie: a meeting names its city in words, calendars want a point on the map beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from meetings.models import Meeting
from rotation.entered import LineField
from rotation.models import State
from rotation.sort_keys import SortKeysField

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


def with_coordinates(meetings: QuerySet[Meeting]) -> QuerySet[Meeting]:
    """Adds `latitude` and `longitude` of the city, None where it is not known."""
    lies = City.objects.filter(country=OuterRef("country"), name__iexact=OuterRef("city"))
    return meetings.annotate(
        latitude=Subquery(lies.values("latitude")[:1]), longitude=Subquery(lies.values("longitude")[:1])
    )


def coordinates_of(meeting: Meeting) -> dict[str, float] | None:
    """What `with_coordinates` found."""
    found = {name: getattr(meeting, name, None) for name in ("latitude", "longitude")}
    known = {name: float(value) for name, value in found.items() if value is not None}
    return known if len(known) == len(found) else None


def load_cities(path: Path = SHIPPED) -> int:
    """Enter the cities of a file whose country is there; one that is there already stays. Returns how many are new.

    The feed is not told: publish it once after.
    """
    rows = json.loads(path.read_text(encoding="utf-8"))["cities"]
    countries = set(State.objects.values_list("code", flat=True))
    known = {(code, name.upper()) for code, name in City.objects.values_list("country_id", "name")}
    new = [
        City(
            country_id=row["country"], name=row["name"], latitude=row["latitude"], longitude=row["longitude"]
        )
        for row in rows
        if row["country"] in countries and (row["country"], row["name"].upper()) not in known
    ]
    return len(City.objects.bulk_create(new))
