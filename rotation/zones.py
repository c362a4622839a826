"""The one check that a text names an IANA time zone."""

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def validate_zone(name: str) -> None:
    """Raises ValidationError unless `name` is an IANA zone such as `Asia/Almaty`."""
    if name not in available_timezones():
        raise ValidationError(
            _("“%(name)s” is not an IANA time zone; write it like Asia/Almaty."),
            params={"name": name},
            code="zone",
        )
