"""Who may see which meeting: the one rule that every exit of the feed goes through."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from meetings.models import Meeting


class Audience(models.TextChoices):
    """A fixed class of readers, not a user; each has its own ordered log."""

    PUBLIC = "public", _("public")
    PARTNERS = "partners", _("partner systems")


SEEN = {
    Audience.PUBLIC: frozenset({Meeting.Visibility.PUBLIC}),
    Audience.PARTNERS: frozenset({Meeting.Visibility.PUBLIC, Meeting.Visibility.PARTNERS}),
}


def visible_to(audience: str, prefix: str = "") -> Q:
    """The meetings that `audience` may see: an idea is nobody's yet, `internal` never leaves the house.

    prefix: the path to the meeting from the model that is filtered, such as "meeting__".
    """
    return Q(**{f"{prefix}visibility__in": sorted(SEEN[Audience(audience)])}) & ~Q(
        **{f"{prefix}status": Meeting.Status.IDEA}
    )


def is_visible(meeting: Meeting, audience: str) -> bool:
    """`visible_to`, of a meeting in hand."""
    return meeting.visibility in SEEN[Audience(audience)] and meeting.status != Meeting.Status.IDEA
