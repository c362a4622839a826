"""Only a zone in which people live may be stored."""

import pytest
from django.core.exceptions import ValidationError

from rotation.zones import is_zone, validate_zone, zone_names


@pytest.mark.parametrize(
    "name",
    [
        "Asia/Almaty",
        "Asia/Ashgabat",
        "America/Argentina/Buenos_Aires",
        "Asia/Calcutta",  # another name since 1993, which calendars still write
        "UTC",
    ],
)
def test_a_zone_with_a_place_may_be_stored(name):
    validate_zone(name)


@pytest.mark.parametrize(
    "name",
    [
        *[
            "Almaty",
            "UTC+5",
            "asia/almaty",
            "ASIA/ALMATY",
            "Asia/",
            "Asia",
            "",
            " Asia/Almaty",
            "Asia/Almaty\n",
        ],
        *["Factory", "localtime", "posixrules", "posix/Asia/Almaty", "Etc/GMT+5", "EST", "PRC", "US/Pacific"],
        *["../UTC", "\0"],
    ],
)
def test_what_is_no_zone_is_refused(name):
    assert not is_zone(name)
    with pytest.raises(ValidationError):
        validate_zone(name)


def test_there_are_the_zones_of_all_parts_of_the_world():
    assert len(zone_names()) > 400
