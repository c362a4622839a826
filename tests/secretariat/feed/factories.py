"""Meetings and readers for the feed's tests: fixed, minimal and valid."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any
from uuid import UUID

from meetings.changes import announce
from meetings.models import Meeting, Track
from meetings.schedule.dates import Precision, Span
from rotation.models import Mechanism, State
from secretariat.feed.models import Feed, PartnerSystem
from secretariat.feed.tokens import make_token

numbers = count(1)
MARK = datetime(2026, 3, 1, 12, tzinfo=UTC)


def kazakhstan() -> State:
    return State.objects.get_or_create(
        code="KZ",
        defaults={
            "names": {"en": "Kazakhstan", "zh": "哈萨克斯坦", "ru": "Казахстан"},
            "zone": "Asia/Almaty",
            "capital": "Astana",
            "alpha3": "KAZ",
        },
    )[0]


def china() -> State:
    return State.objects.get_or_create(
        code="CN", defaults={"names": {"en": "China", "zh": "中国"}, "zone": "Asia/Shanghai"}
    )[0]


def health() -> Track:
    mechanism = Mechanism.objects.get_or_create(
        slug="c5", defaults={"names": {"en": "Mechanism"}, "basis": "Declaration", "first_period": "2023"}
    )[0]
    return Track.objects.get_or_create(
        slug="health",
        defaults={
            "mechanism": mechanism,
            "names": {"en": "Health ministers", "zh": "卫生部长会议", "ru": "Министры здравоохранения"},
            "level": "ministers",
        },
    )[0]


def hours(first: str = "2027-05-18", last: str = "2027-05-19", zone: str = "Asia/Almaty") -> Span:
    return Span(
        Precision.TIME, date.fromisoformat(first), date.fromisoformat(last), zone, time(9), time(13, 30)
    )


def days(first: str, last: str, zone: str = "Asia/Almaty") -> Span:
    return Span(Precision.DAY, date.fromisoformat(first), date.fromisoformat(last), zone)


def meeting(span: Span | None = None, *, published: bool = True, **values: Any) -> Meeting:
    """A public, confirmed meeting at Almaty on 18-19 May 2027, told to the feed like the services do."""
    number = next(numbers)
    made = Meeting(
        **{
            "track": values.pop("track", None) or health(),
            "ordinal": number,
            "status": Meeting.Status.CONFIRMED,
            "visibility": Meeting.Visibility.PUBLIC,
            "city": "Almaty",
            "country": kazakhstan(),
            "host": kazakhstan(),
            "uid": UUID(int=number),
            "zone": "Asia/Almaty",
            **values,
        }
    )
    made.take_span(span or hours())
    made.save()
    Meeting.objects.filter(pk=made.pk).update(created_at=MARK, updated_at=MARK)
    made.refresh_from_db()
    if published:
        announce([made.pk])
    return made


def system(audience: str = "partners", **values: Any) -> PartnerSystem:
    """A partner system of its own name, of some tracks and some states' deadlines where they are given."""
    tracks, states = values.pop("tracks", []), values.pop("states", [])
    feed = Feed.objects.get_or_create(audience=audience)[0]
    made = PartnerSystem.objects.create(
        **{"name": f"System {next(numbers)}", "operator": "MFA", "contact": "it@mfa.example", "feed": feed}
        | values
    )
    made.tracks.set(tracks)
    made.states.set(states)
    return made


def token(
    of: PartnerSystem | None = None,
    *,
    expires_at: datetime = datetime(2099, 1, 1, tzinfo=UTC),
    scopes: list[str] | None = None,
) -> str:
    """The secret of a partner system that reads the partners' feed."""
    return make_token(of or system(), expires_at=expires_at, actor=None, scopes=scopes)[1]


def bearer(secret: str) -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
