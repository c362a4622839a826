"""The shapes of the answers for OpenAPI; views build the bodies, tests hold them against these."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from meetings.agenda.stages import PUBLIC
from meetings.models import Due, Meeting, Track
from rotation.models import Summit

from .query import STATUSES

EXAMPLES = Path(__file__).parent / "examples"
# 500 as it is entered; before the name of a track may stand a number, and before an example its mark.
MOST_TITLE = 520


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
    city = serializers.CharField(
        allow_null=True,
        help_text="in the language asked for; as the meeting writes it where no name is known",
    )
    country = StateRefSerializer(allow_null=True)
    venue = serializers.CharField(allow_null=True)


class SummitRefSerializer(serializers.Serializer):
    ordinal = serializers.IntegerField()
    period = serializers.CharField()


class MeetingRefSerializer(serializers.Serializer):
    uid = serializers.UUIDField()
    url = serializers.URLField()


class PreparedSerializer(MeetingRefSerializer):
    track = serializers.CharField(help_text="slug")


class LinksSerializer(serializers.Serializer):
    page = serializers.URLField(allow_null=True, help_text="for people; null unless the meeting is public")
    calendar = serializers.URLField(help_text="this meeting as iCalendar")
    agenda = serializers.URLField(help_text="404 until an agenda is issued")
    documents = serializers.URLField()


class StageSerializer(serializers.Serializer):
    """An agenda as it was issued to everybody."""

    stage = serializers.ChoiceField(choices=sorted(PUBLIC), help_text="may grow")
    revision = serializers.IntegerField(help_text="0 is the first of its stage")
    issued = serializers.DateTimeField()


class DocumentsSummarySerializer(serializers.Serializer):
    count = serializers.IntegerField(help_text="papers that this reader is told of")
    updated = serializers.DateTimeField(allow_null=True, help_text="when the last of them changed")


@extend_schema_field(
    {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]}
)
class BoundField(serializers.CharField):
    """A moment with its offset, or a day of a meeting whose hours are not known."""


def example(name: str) -> str:
    """A file of examples/: answers as they were given, which a test gives again and compares."""
    return (EXAMPLES / name).read_text(encoding="utf-8")


@extend_schema_serializer(
    component_name="Meeting",
    examples=[
        OpenApiExample("A meeting with hours", value=json.loads(example("meeting.json"))),
        OpenApiExample("A meeting of whole days", value=json.loads(example("whole_days.json"))),
    ],
)
class MeetingSerializer(serializers.Serializer):
    uid = serializers.UUIDField(help_text="also the UID in iCalendar; never reused")
    url = serializers.URLField()
    track = TrackRefSerializer()
    ordinal = serializers.IntegerField(allow_null=True)
    title = serializers.CharField(max_length=MOST_TITLE, help_text="in the language `lang`")
    lang = serializers.CharField(help_text="the language that the title really is in")
    titles = serializers.DictField(
        child=serializers.CharField(max_length=MOST_TITLE), help_text="every title there is, by language"
    )
    status = serializers.ChoiceField(choices=STATUSES)
    format = serializers.ChoiceField(choices=Meeting.Format.values)
    example = serializers.BooleanField(help_text="made up, for trying the feed out")
    start = BoundField(
        allow_null=True,
        help_text="null unless the day is known; a date, without hour and offset, if `all_day`",
    )
    end = BoundField(
        allow_null=True, help_text="the first instant after the meeting; if `all_day` the first day after it"
    )
    zone = serializers.CharField(help_text="IANA time zone in which the time was decided")
    all_day = serializers.BooleanField(
        help_text="the days are known, the hours are not: `start` and `end` are dates"
    )
    sequence = serializers.IntegerField(help_text="SEQUENCE of RFC 5546")
    when = WhenSerializer()
    place = PlaceSerializer(allow_null=True)
    host = StateRefSerializer(allow_null=True)
    participants = serializers.ListField(
        child=serializers.CharField(),
        help_text="codes of the states that take part, in the order of the codes, which no language changes",
    )
    summit = SummitRefSerializer(allow_null=True)
    prepares = PreparedSerializer(
        allow_null=True, help_text="the meeting that this one prepares, where the reader may see it"
    )
    agenda = StageSerializer(
        allow_null=True, help_text="the stage issued last; a new one changes the meeting"
    )
    documents = DocumentsSummarySerializer()
    visibility = serializers.ChoiceField(choices=["public", "partners"])
    revision = serializers.IntegerField()
    created = serializers.DateTimeField()
    updated = serializers.DateTimeField(help_text="when what this reader sees last changed")
    cancelled_at = serializers.DateTimeField(allow_null=True)
    links = LinksSerializer()


MEETING_MEMBERS = tuple(MeetingSerializer().fields)


@extend_schema_serializer(component_name="MeetingPart")
class MeetingPartSerializer(MeetingSerializer):
    """A meeting; with `fields` only the members that it names, and the uid."""

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for name, member in fields.items():
            member.required = name == "uid"
        return fields


class MeetingPageSerializer(serializers.Serializer):
    items = MeetingPartSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="address of the next page, as in Link rel=next")


class RemovalSerializer(serializers.Serializer):
    id = serializers.UUIDField(help_text="the same as `uid`")
    uid = serializers.UUIDField(help_text="drop your copy of this meeting; ignore one that you never had")
    reason = serializers.CharField(help_text="deleted, or hidden: no longer shown to you; may grow")


class SyncPageSerializer(serializers.Serializer):
    """Apply `removed` and `items` by `uid`; then go on with `page_token`, or keep `sync_token` for the next time."""

    items = MeetingSerializer(many=True)
    removed = RemovalSerializer(many=True)
    has_more = serializers.BooleanField(help_text="an empty page may have more behind it")
    page_token = serializers.CharField(required=False, help_text="while has_more is true")
    sync_token = serializers.CharField(
        required=False, help_text="on the last page; opaque, 512 characters at most"
    )


class AgendaItemSerializer(NameSerializer):
    name = None
    uid = serializers.UUIDField(help_text="the item's identity from stage to stage")
    number = serializers.CharField(help_text="as printed: 1, 2, 2 (a), 2 bis")
    title = serializers.CharField(max_length=MOST_TITLE, help_text="in the language `lang`")
    titles = serializers.DictField(child=serializers.CharField(max_length=MOST_TITLE))
    proposers = serializers.ListField(
        child=serializers.CharField(), help_text="codes of states; none where the secretariat proposes"
    )
    mandate = serializers.CharField(allow_null=True)
    action = serializers.CharField(allow_null=True, help_text="what is expected; may grow")
    minutes = serializers.IntegerField(allow_null=True)
    papers = serializers.ListField(child=serializers.CharField(), help_text="symbols or titles")
    kind = serializers.CharField(help_text="regular, supplementary or urgent; may grow")
    considered_from = serializers.DateField(allow_null=True, help_text="an urgent item waits until then")


class AgendaSerializer(StageSerializer):
    meeting = MeetingRefSerializer()
    stages = StageSerializer(many=True, help_text="all that were issued, oldest first")
    session_minutes = serializers.IntegerField(allow_null=True)
    items = AgendaItemSerializer(many=True)


class VersionSerializer(serializers.Serializer):
    language = serializers.CharField()
    type = serializers.CharField(help_text="media type of the file")
    size = serializers.IntegerField(help_text="bytes")
    sha256 = serializers.CharField()
    issued = serializers.DateTimeField()
    url = serializers.URLField()


class DocumentSerializer(serializers.Serializer):
    id = serializers.IntegerField(help_text="part of the address of its files")
    symbol = serializers.CharField(help_text="shared by all language versions")
    title = serializers.CharField(max_length=MOST_TITLE, help_text="in the language `lang`")
    lang = serializers.CharField()
    titles = serializers.DictField(child=serializers.CharField(max_length=MOST_TITLE))
    status = serializers.ChoiceField(choices=["issued", "withdrawn"])
    distribution = serializers.ChoiceField(choices=["general", "limited"])
    dated = serializers.DateField()
    issued = serializers.DateTimeField()
    withdrawn = serializers.DateTimeField(allow_null=True)
    follows = serializers.CharField(
        allow_null=True, help_text="the paper that it revises, adds to or corrects"
    )
    authentic_languages = serializers.ListField(child=serializers.CharField())
    original_language = serializers.CharField(allow_null=True)
    versions = VersionSerializer(many=True)


class DocumentsSerializer(serializers.Serializer):
    meeting = MeetingRefSerializer()
    items = DocumentSerializer(many=True)


class DueSerializer(serializers.Serializer):
    meeting = MeetingRefSerializer()
    key = serializers.CharField(allow_null=True, help_text="the same for the same kind of deadline")
    title = serializers.CharField(max_length=MOST_TITLE, help_text="what is due, in the language `lang`")
    lang = serializers.CharField()
    titles = serializers.DictField(child=serializers.CharField(max_length=MOST_TITLE))
    state = StateRefSerializer()
    due_on = serializers.DateField(help_text="the last day, on the state's own calendar")
    due = serializers.DateTimeField(help_text="the first instant that is too late")
    zone = serializers.CharField(help_text="IANA time zone of the state")
    status = serializers.ChoiceField(choices=Due.Status.values)
    received = serializers.DateTimeField(allow_null=True)
    late = serializers.BooleanField()
    sequence = serializers.IntegerField(help_text="rises whenever the moment changes")


class DuesSerializer(serializers.Serializer):
    items = DueSerializer(many=True)


class DuePageSerializer(DuesSerializer):
    next = serializers.URLField(allow_null=True, help_text="address of the next page, as in Link rel=next")


class SittingSerializer(serializers.Serializer):
    number = serializers.IntegerField()
    held_on = serializers.DateField()


class RecommendationSerializer(serializers.Serializer):
    number = serializers.IntegerField()
    title = serializers.CharField(max_length=MOST_TITLE, help_text="in the language `lang`")
    lang = serializers.CharField()
    titles = serializers.DictField(child=serializers.CharField(max_length=MOST_TITLE))
    addressee = serializers.CharField(help_text="slug of the track whose ministers are to act")
    reached = serializers.CharField(allow_null=True, help_text="what became of it; may grow")


class SessionSerializer(serializers.Serializer):
    meeting = MeetingRefSerializer()
    track = serializers.CharField(help_text="slug of the committee's track")
    ordinal = serializers.IntegerField(allow_null=True)
    title = serializers.CharField(max_length=MOST_TITLE, help_text="in the language `lang`")
    lang = serializers.CharField()
    status = serializers.ChoiceField(choices=STATUSES)
    sittings = SittingSerializer(many=True)
    recommendations = RecommendationSerializer(many=True, help_text="told to partner systems only")


class SessionsSerializer(serializers.Serializer):
    items = SessionSerializer(many=True)


class NamesSerializer(NameSerializer):
    names = serializers.DictField(child=serializers.CharField())


class CalendarLinksSerializer(serializers.Serializer):
    calendar = serializers.URLField(help_text="these meetings as iCalendar or JSCalendar")
    webcal = serializers.CharField(help_text="the same: calendar applications subscribe when it is opened")


class TrackSerializer(NamesSerializer):
    slug = serializers.CharField()
    mechanism = serializers.CharField()
    level = serializers.ChoiceField(choices=Track.Level.values)
    host_rule = serializers.ChoiceField(choices=Track.HostRule.values)
    basis = serializers.CharField(allow_null=True)
    links = CalendarLinksSerializer()


class TracksSerializer(serializers.Serializer):
    items = TrackSerializer(many=True)


class StateSerializer(NamesSerializer):
    code = serializers.CharField()
    alpha3 = serializers.CharField(allow_null=True)
    capital = serializers.CharField(allow_null=True)
    zone = serializers.CharField()
    links = CalendarLinksSerializer()


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


@extend_schema_serializer(
    component_name="Problem",
    examples=[
        OpenApiExample("A typo in a filter", value=json.loads(example("problem.json")), status_codes=["400"])
    ],
)
class ProblemSerializer(serializers.Serializer):
    """RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = ProblemErrorSerializer(many=True)
    resync = serializers.URLField(
        required=False, help_text="where to begin anew when a sync token is no longer good"
    )
