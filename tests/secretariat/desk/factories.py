"""What the desk's tests look at: small, whole and the same every time."""

from __future__ import annotations

from datetime import date, time

from django.contrib.auth.models import User

from meetings.changes import announced_together
from meetings.models import (
    CalendarDay,
    Contact,
    DeadlineTemplate,
    Meeting,
    Ministry,
    Organisation,
    Responsibility,
    Seat,
    TemplateLine,
    Track,
)
from meetings.saving import save_meeting
from meetings.schedule.dates import Precision, Span
from rotation.models import Mechanism, Membership, Side, State, Summit

FAR = date(2031, 5, 20)  # a Tuesday that no test outlives


def staff(name: str = "aida", *, superuser: bool = True) -> User:
    return User.objects.create(username=name, is_staff=True, is_superuser=superuser)


def mechanism() -> Mechanism:
    """Two states, each a side, one summit held, one announced."""
    china = State.objects.create(code="CN", names={"en": "China"}, zone="Asia/Shanghai", weekend=[6, 7])
    kazakhstan = State.objects.create(
        code="KZ", names={"en": "Kazakhstan"}, zone="Asia/Almaty", weekend=[6, 7]
    )
    body = Mechanism.objects.create(
        slug="c-ca", names={"en": "China–Central Asia"}, basis="x", first_period="2023"
    )
    for position, state in enumerate([china, kazakhstan]):
        side = Side.objects.create(mechanism=body, position=position, names=state.names)
        Membership.objects.create(side=side, state=state)
    Summit.objects.create(mechanism=body, ordinal=1, period="2023", host=china, status="held")
    Summit.objects.create(mechanism=body, ordinal=2, period="2025", host=kazakhstan)
    return body


def track(body: Mechanism, slug: str = "trade") -> Track:
    template = DeadlineTemplate.objects.create(name=f"Template of {slug}")
    TemplateLine.objects.create(template=template, titles={"en": "Draft agenda"}, offset_days=-30)
    TemplateLine.objects.create(template=template, titles={"en": "Report"}, offset_days=14, position=1)
    names = {"en": f"Meeting of Ministers of {slug.capitalize()}"}
    return Track.objects.create(
        mechanism=body, slug=slug, names=names, level="ministers", deadline_template=template
    )


def meeting(of: Track, ordinal: int = 1, first: date = FAR, **values: object) -> Meeting:
    row = Meeting(track=of, ordinal=ordinal, zone="Asia/Almaty", **values)
    row.take_span(Span(Precision.TIME, first, first, "Asia/Almaty", time(10), time(17)))
    save_meeting(row)
    return row


def fill(body: Mechanism, of: Track, start: int, count: int) -> None:
    """`count` more rows of everything that the desk lists, announced at once."""
    with announced_together():
        for number in range(start, start + count):
            state = State.objects.create(
                code=f"X{number}", names={"en": f"State {number}"}, zone="Asia/Almaty"
            )
            ministry = Ministry.objects.create(state=state, names={"en": f"Ministry {number}"})
            Contact.objects.create(
                ministry=ministry, name=f"Desk {number}", email=f"d{number}@example.org", language="en"
            )
            Responsibility.objects.create(track=of, ministry=ministry)
            organisation = Organisation.objects.create(state=state, names={"en": f"Chamber {number}"})
            Seat.objects.create(track=of, organisation=organisation, role="member")
            Summit.objects.create(mechanism=body, ordinal=number + 10, period=str(2100 + number), host=state)
            CalendarDay.objects.create(state=state, day=FAR, name=f"Day {number}")
            track(body, f"track{number}")
            Mechanism.objects.create(
                slug=f"m{number}", names={"en": f"M {number}"}, basis="x", first_period="2023"
            )
            meeting(of, number, is_example=False, host=state)
            User.objects.create(username=f"user{number}", is_staff=True)
