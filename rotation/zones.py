"""Which time zones there are, for every floor: the one answer to it."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Zones in which people live have the name of an area and a place. What else the tables hold is no answer to where
# a meeting is: "Factory" and "localtime" mean that nobody said, "Etc/GMT+5" is five hours behind UTC and read as
# ahead, "EST" and "PRC" are kept for old programs.
AREAS = frozenset(
    [
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    ]
)


@cache  # reading the tables opens six hundred files
def zone_names() -> frozenset[str]:
    """The zones that may be stored: `Asia/Almaty` and its like, with names that were changed since, and `UTC`."""
    return frozenset(
        name for name in available_timezones() if name == "UTC" or name.partition("/")[0] in AREAS
    )


def is_zone(name: str) -> bool:
    """Whether `name` is exactly the name of a zone; `asia/almaty`, `Almaty` and `UTC+5` are none."""
    return name in zone_names()


def validate_zone(name: str) -> None:
    """Raises ValidationError unless `name` is a zone."""
    if not is_zone(name):
        raise ValidationError(
            _("“%(name)s” is not an IANA time zone; write it like Asia/Almaty."),
            params={"name": name},
            code="zone",
        )
