"""The shapes of the answers for OpenAPI; views build the bodies, tests hold them against these."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema_serializer
from rest_framework import serializers

from meetings.models import Meeting, Track
from rotation.models import Summit

from .query import LIMIT, MOST, ORDERS, STATUSES
from .words import languages


class NameSerializer(serializers.Serializer):
    name = serializers.CharField(help_text="in the language `lang`")
    lang = serializers.CharField(help_text="the language that the name really is in")


class StateRefSerializer(NameSerializer):
    code = serializers.CharField(help_text="ISO 3166-1 alpha-2")


class TrackRefSerializer(NameSerializer):
    slug = serializers.CharField()


class WhenSerializer(serializers.Serializer):
    """The date as far as it is known. It is never padded to a day that nobody decided."""

    precision = serializers.ChoiceField(choices=["time", "day", "month", "year", "none"])
    value = serializers.CharField(allow_null=True, help_text="ISO 8601, reduced: 2027, 2027-05 or 2027-05-18")
    earliest = serializers.DateField(allow_null=True, help_text="first possible day")
    latest = serializers.DateField(allow_null=True, help_text="last possible day, inclusive")


class PlaceSerializer(serializers.Serializer):
    city = serializers.CharField(allow_null=True)
    country = StateRefSerializer(allow_null=True)
    venue = serializers.CharField(allow_null=True)


class SummitRefSerializer(serializers.Serializer):
    ordinal = serializers.IntegerField()
    period = serializers.CharField()


class MeetingRefSerializer(serializers.Serializer):
    uid = serializers.UUIDField()
    url = serializers.URLField()


class LinksSerializer(serializers.Serializer):
    calendar = serializers.URLField(help_text="this meeting as iCalendar")


EXAMPLE_MEETING = {
    "uid": "0b2f6c7e-1f7a-4b0e-9c53-2d1f0a6e9b11",
    "url": "https://calendar.example.org/api/v1/meetings/0b2f6c7e-1f7a-4b0e-9c53-2d1f0a6e9b11/",
    "track": {"slug": "health-ministers", "name": "Meeting of ministers of health", "lang": "en"},
    "ordinal": 2,
    "title": "2nd Meeting of ministers of health",
    "lang": "en",
    "titles": {"en": "2nd Meeting of ministers of health", "zh": "第2次卫生部长会议"},
    "status": "confirmed",
    "format": "in person",
    "example": False,
    "start": "2027-05-18T09:00:00+05:00",
    "end": "2027-05-19T13:00:00+05:00",
    "zone": "Asia/Almaty",
    "all_day": False,
    "sequence": 1,
    "when": {"precision": "time", "value": "2027-05-18", "earliest": "2027-05-18", "latest": "2027-05-19"},
    "place": {"city": "Almaty", "country": {"code": "KZ", "name": "Kazakhstan", "lang": "en"}, "venue": None},
    "host": {"code": "KZ", "name": "Kazakhstan", "lang": "en"},
    "summit": None,
    "prepares": None,
    "visibility": "public",
    "revision": 3,
    "created": "2026-10-01T08:00:00Z",
    "updated": "2026-11-03T08:15:00Z",
    "cancelled_at": None,
    "links": {
        "calendar": "https://calendar.example.org/api/v1/meetings/0b2f6c7e-1f7a-4b0e-9c53-2d1f0a6e9b11.ics"
    },
}


@extend_schema_serializer(
    component_name="Meeting", examples=[OpenApiExample("A meeting with hours", value=EXAMPLE_MEETING)]
)
class MeetingSerializer(serializers.Serializer):
    uid = serializers.UUIDField(help_text="also the UID in iCalendar; never reused")
    url = serializers.URLField()
    track = TrackRefSerializer()
    ordinal = serializers.IntegerField(allow_null=True)
    title = serializers.CharField(help_text="in the language `lang`")
    lang = serializers.CharField(help_text="the language that the title really is in")
    titles = serializers.DictField(
        child=serializers.CharField(), help_text="every title there is, by language"
    )
    status = serializers.ChoiceField(choices=STATUSES)
    format = serializers.ChoiceField(choices=Meeting.Format.values)
    example = serializers.BooleanField(help_text="made up, for trying the feed out")
    start = serializers.DateTimeField(allow_null=True, help_text="null unless the day is known")
    end = serializers.DateTimeField(allow_null=True, help_text="the first instant after the meeting")
    zone = serializers.CharField(help_text="IANA time zone in which the time was decided")
    all_day = serializers.BooleanField(help_text="the days are known, the hours are not")
    sequence = serializers.IntegerField(help_text="SEQUENCE of RFC 5546")
    when = WhenSerializer()
    place = PlaceSerializer(allow_null=True)
    host = StateRefSerializer(allow_null=True)
    summit = SummitRefSerializer(allow_null=True)
    prepares = MeetingRefSerializer(allow_null=True)
    visibility = serializers.ChoiceField(choices=["public", "partners"])
    revision = serializers.IntegerField()
    created = serializers.DateTimeField()
    updated = serializers.DateTimeField(help_text="when what this reader sees last changed")
    cancelled_at = serializers.DateTimeField(allow_null=True)
    links = LinksSerializer()


MEETING_MEMBERS = tuple(MeetingSerializer().fields)


class MeetingPageSerializer(serializers.Serializer):
    items = MeetingSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="address of the next page, as in Link rel=next")


class NamesSerializer(NameSerializer):
    names = serializers.DictField(child=serializers.CharField())


class TrackSerializer(NamesSerializer):
    slug = serializers.CharField()
    mechanism = serializers.CharField()
    level = serializers.ChoiceField(choices=Track.Level.values)
    host_rule = serializers.ChoiceField(choices=Track.HostRule.values)
    basis = serializers.CharField(allow_null=True)


class TracksSerializer(serializers.Serializer):
    items = TrackSerializer(many=True)


class StateSerializer(NamesSerializer):
    code = serializers.CharField()
    alpha3 = serializers.CharField(allow_null=True)
    capital = serializers.CharField(allow_null=True)
    zone = serializers.CharField()


class StatesSerializer(serializers.Serializer):
    items = StateSerializer(many=True)


class SummitSerializer(serializers.Serializer):
    mechanism = serializers.CharField()
    ordinal = serializers.IntegerField()
    period = serializers.CharField()
    host = StateRefSerializer()
    status = serializers.ChoiceField(choices=Summit.Status.values)
    source = serializers.CharField(allow_null=True)


class SummitsSerializer(serializers.Serializer):
    items = SummitSerializer(many=True)


class TurnSerializer(serializers.Serializer):
    ordinal = serializers.IntegerField()
    period = serializers.CharField()
    holder = StateRefSerializer(allow_null=True)
    side = serializers.CharField(allow_null=True)
    status = serializers.CharField(help_text="held, announced or projected; may grow")
    why = serializers.ListField(child=serializers.CharField(), help_text="the reasons, in order")


class TurnsSerializer(serializers.Serializer):
    mechanism = serializers.CharField(allow_null=True)
    known_on = serializers.DateField(allow_null=True, help_text="the day asked for; null means today")
    items = TurnSerializer(many=True)


class ProblemErrorSerializer(serializers.Serializer):
    parameter = serializers.CharField()
    message = serializers.CharField()
    remedy = serializers.CharField()


class ProblemSerializer(serializers.Serializer):
    """RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = ProblemErrorSerializer(many=True)


DESCRIPTIONS: dict[str, tuple[Any, dict[str, Any]]] = {
    "track": (str, {"description": "slug of a track"}),
    "state": (str, {"description": "code of the host or of the country of the place"}),
    "status": (str, {"enum": STATUSES}),
    "from": (OpenApiTypes.DATE, {"description": "meetings that are not over before this day"}),
    "to": (OpenApiTypes.DATE, {"description": "meetings that begin no later than this day"}),
    "updated_since": (
        OpenApiTypes.DATETIME,
        {"description": "changed at or after; removals are not told here"},
    ),
    "q": (str, {"description": "words in any title, track name, host, city or venue; all must occur"}),
    "order": (str, {"enum": list(ORDERS), "default": "start"}),
    "fields": (str, {"description": "members to return, with commas between; `uid` always"}),
    "lang": (str, {"enum": languages(), "description": "beats Accept-Language"}),
    "limit": (int, {"default": LIMIT, "description": f"1 to {MOST}"}),
    "cursor": (str, {"description": "from `next`; opaque"}),
    "tz": (str, {"enum": ["utc"], "description": "instants in UTC, for readers with old zone tables"}),
    "partial": (str, {"enum": ["span"], "description": "show what is known to the month as a span of days"}),
    "until": (str, {"required": True, "description": "last period, such as 2043"}),
    "known_on": (OpenApiTypes.DATE, {"description": "with the decisions made up to and on this day only"}),
    "mechanism": (str, {"description": "slug; the first mechanism when left out"}),
}


def parameters(*names: str) -> list[OpenApiParameter]:
    return [OpenApiParameter(name, DESCRIPTIONS[name][0], **DESCRIPTIONS[name][1]) for name in names]


def responses(success: Any, *more: int) -> dict[Any, Any]:
    """The answer, and the problems that any address may give."""
    body, media = success if isinstance(success, tuple) else (success, "application/json")
    found: dict[Any, Any] = {
        (200, media): body,
        304: OpenApiResponse(description="Unchanged since the ETag in If-None-Match"),
    }
    for status in (400, 401, 403, *more, 406, 429, 500, 503):
        found[(status, "application/problem+json")] = ProblemSerializer
    return found
