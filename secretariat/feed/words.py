"""The feed's own words, and the languages in which it speaks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

CANCELLED = _("Cancelled: %(title)s")
POSTPONED = _("Postponed: %(title)s")
DATE_TO_BE_SET = _("Date to be set: %(title)s")
BY_VIDEO = _("by video")
LOCAL_TIME = _("Local time: %(start)s to %(end)s (%(zone)s)")
DETAILS = _("Details: %(url)s")
ABOUT = _("Meetings as the secretariat announces them; what changes there changes here.")
REMINDER = _("Meeting ahead")
SECRETARIAT = _("Secretariat")
# The same in every language, so that a script finds it too.
EXAMPLE = "[EXAMPLE] "


def languages() -> list[str]:
    """The content languages; the first is the fallback."""
    return [code for code, _name in settings.CONTENT_LANGUAGES]


def in_language(code: str) -> override:
    """Speak content language `code`: the interface calls `zh` by the name of its script."""
    found = [name for name, _title in settings.LANGUAGES if name.split("-")[0] == code]
    return override(found[0] if found else settings.LANGUAGE_CODE)


def text_and_language(texts: Mapping[str, str], wanted: str) -> tuple[str, str]:
    """The text in the language wanted, else in the first that has one; and which language it really is."""
    for code in (wanted, *languages()):
        if texts.get(code):
            return texts[code], code
    return "", wanted


def moment(at: datetime) -> str:
    """RFC 3339, UTC, whole seconds: as fine as iCalendar says it."""
    return at.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
