"""Test data: deterministic, minimal and valid. No random values, no wall clock."""

from datetime import UTC, date, datetime

import factory
from django.contrib.auth import get_user_model

from meetings import models as meetings
from meetings.schedule.dates import Precision, Span
from rotation import models as rotation
from rotation.deciding import record_decision
from rotation.rule import Decision
from secretariat.reminders import models as reminders

STATES = {
    "CN": ("China", "中国", "Китай", "Asia/Shanghai"),
    "KZ": ("Kazakhstan", "哈萨克斯坦", "Казахстан", "Asia/Almaty"),
    "KG": ("Kyrgyzstan", "吉尔吉斯斯坦", "Кыргызстан", "Asia/Bishkek"),
    "TJ": ("Tajikistan", "塔吉克斯坦", "Таджикистан", "Asia/Dushanbe"),
    "TM": ("Turkmenistan", "土库曼斯坦", "Туркменистан", "Asia/Ashgabat"),
    "UZ": ("Uzbekistan", "乌兹别克斯坦", "Узбекистан", "Asia/Tashkent"),
}


def day_span(day: str, zone: str = "Asia/Shanghai") -> Span:
    on = date.fromisoformat(day)
    return Span(Precision.DAY, on, on, zone)


class Factory(factory.django.DjangoModelFactory):
    class Meta:
        abstract = True


class UserFactory(Factory):
    class Meta:
        model = get_user_model()

    username = factory.Sequence(lambda n: f"officer{n}")
    is_staff = True


class StateFactory(Factory):
    class Meta:
        model = rotation.State
        django_get_or_create = ("code",)

    code = "KZ"
    names = factory.LazyAttribute(lambda o: dict(zip(("en", "zh", "ru"), STATES[o.code][:3], strict=True)))
    zone = factory.LazyAttribute(lambda o: STATES[o.code][3])
    weekend = [6, 7]


class MechanismFactory(Factory):
    """The mechanism with its two sides and six states."""

    class Meta:
        model = rotation.Mechanism
        django_get_or_create = ("slug",)
        skip_postgeneration_save = True

    slug = "china-central-asia"
    names = {
        "en": "China–Central Asia mechanism",
        "zh": "中国—中亚机制",
        "ru": "Механизм «Китай — Центральная Азия»",
    }
    basis = "Xi'an Declaration, art. 2"
    first_period = "2023"
    step_months = 24

    @factory.post_generation
    def sides(self, create, extracted, **kwargs):
        if self.sides.exists():
            return
        # In bulk, since nearly every test stands on it: no meeting is there yet whose page names who takes part.
        states = [StateFactory.build(code=code) for code in STATES]
        rotation.State.objects.bulk_create(states, ignore_conflicts=True)
        china, asia = self.sides.bulk_create([
            rotation.Side(mechanism=self, position=1, names={"en": "China"}, order="listed"),
            rotation.Side(mechanism=self, position=2, names={"en": "Central Asia"}, order="alphabetical"),
        ])  # fmt: skip
        rotation.Membership.objects.bulk_create(
            rotation.Membership(side=china if code == "CN" else asia, state_id=code) for code in STATES
        )


class DeadlineTemplateFactory(Factory):
    class Meta:
        model = meetings.DeadlineTemplate

    name = factory.Sequence(lambda n: f"Template {n}")


class TemplateLineFactory(Factory):
    class Meta:
        model = meetings.TemplateLine

    template = factory.SubFactory(DeadlineTemplateFactory)
    titles = {"en": "Draft papers", "zh": "文件草案", "ru": "Проекты документов"}
    offset_days = -60


class TrackFactory(Factory):
    class Meta:
        model = meetings.Track

    mechanism = factory.SubFactory(MechanismFactory)
    slug = factory.Sequence(lambda n: f"track-{n}")
    names = {"en": "Foreign ministers' meeting", "zh": "外长会晤", "ru": "Встреча министров иностранных дел"}
    level = "ministers"


class PreparatoryStepFactory(Factory):
    """Senior officials, thirty days before, for one day."""

    class Meta:
        model = meetings.PreparatoryStep

    track = factory.SubFactory(TrackFactory)
    prepared_by = factory.SubFactory(
        TrackFactory, names={"en": "Senior officials' meeting"}, level="senior officials"
    )
    lead_days = 30


class MinistryFactory(Factory):
    class Meta:
        model = meetings.Ministry

    state = factory.SubFactory(StateFactory)
    names = factory.LazyAttribute(lambda o: {"en": f"Ministry of Foreign Affairs of {o.state}"})


class ContactFactory(Factory):
    class Meta:
        model = meetings.Contact

    ministry = factory.SubFactory(MinistryFactory)
    name = factory.Sequence(lambda n: f"Desk {n}")
    email = factory.Sequence(lambda n: f"desk{n}@example.org")
    language = "en"


class ResponsibilityFactory(Factory):
    class Meta:
        model = meetings.Responsibility

    track = factory.SubFactory(TrackFactory)
    ministry = factory.SubFactory(MinistryFactory)


class MeetingFactory(Factory):
    """A confirmed meeting of one day; `span` moves it. Built without the services: it has no deadlines."""

    class Meta:
        model = meetings.Meeting

    class Params:
        span = day_span("2027-06-17")

    track = factory.SubFactory(TrackFactory)
    status = "confirmed"
    visibility = "public"
    precision = factory.LazyAttribute(lambda o: o.span.precision.value)
    first_on = factory.LazyAttribute(lambda o: o.span.first_on)
    last_on = factory.LazyAttribute(lambda o: o.span.last_on)
    starts = factory.LazyAttribute(lambda o: o.span.starts)
    ends = factory.LazyAttribute(lambda o: o.span.ends)
    zone = factory.LazyAttribute(lambda o: o.span.zone)
    starts_at = factory.LazyAttribute(lambda o: o.span.starts_at)
    ends_at = factory.LazyAttribute(lambda o: o.span.ends_at)


class DeadlineFactory(Factory):
    class Meta:
        model = meetings.Deadline

    meeting = factory.SubFactory(MeetingFactory)
    titles = {"en": "Draft papers"}
    offset_days = -60


class DueFactory(Factory):
    """Open, by Friday 16 April 2027, close of business at Almaty; written by hand, so it has no trail."""

    class Meta:
        model = meetings.Due

    deadline = factory.SubFactory(DeadlineFactory)
    state = factory.SubFactory(StateFactory)
    target_on = due_on = date(2027, 4, 16)
    due_at = datetime(2027, 4, 16, 13, tzinfo=UTC)
    zone = factory.LazyAttribute(lambda o: o.state.zone)


class CalendarDayFactory(Factory):
    class Meta:
        model = meetings.CalendarDay

    state = factory.SubFactory(StateFactory)
    day = date(2027, 3, 22)
    name = "Nauryz"


class AgendaFactory(Factory):
    class Meta:
        model = meetings.Agenda

    meeting = factory.SubFactory(MeetingFactory)


class AgendaItemFactory(Factory):
    """A regular item on the agenda, with titles in all three languages."""

    class Meta:
        model = meetings.AgendaItem

    agenda = factory.SubFactory(AgendaFactory)
    position = factory.LazyAttribute(lambda o: o.agenda.items.count() + 1)
    titles = factory.LazyAttribute(
        lambda o: {"en": f"Item {o.position}", "zh": f"议题{o.position}", "ru": f"Пункт {o.position}"}
    )
    requested_on = date(2027, 1, 11)


def decided(mechanism, kind, basis="Astana Declaration, art. 3", on="2026-03-02", actor=None, **values):
    """A decision of the parties, recorded as the desk records it."""
    return record_decision(
        mechanism.pk,
        Decision(kind=kind, decided_on=date.fromisoformat(on), basis=basis, **values),
        actor=actor,
    )


class SymbolSchemeFactory(Factory):
    class Meta:
        model = meetings.SymbolScheme

    mechanism = factory.SubFactory(MechanismFactory)
    body = "CCA"
    languages = ["zh", "ru"]
    authentic_languages = ["zh", "ru"]


class OrganisationFactory(Factory):
    class Meta:
        model = meetings.Organisation

    state = factory.SubFactory(StateFactory)
    names = factory.Sequence(lambda n: {"en": f"Chamber {n}", "zh": f"商会{n}", "ru": f"Палата {n}"})


class SeatFactory(Factory):
    class Meta:
        model = meetings.Seat

    track = factory.SubFactory(TrackFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    role = "founding member"


class DelegationFactory(Factory):
    class Meta:
        model = meetings.Delegation

    meeting = factory.SubFactory(MeetingFactory)
    state = factory.SubFactory(StateFactory)


class DelegateFactory(Factory):
    """A member with a name and an office, in version 1."""

    class Meta:
        model = meetings.Delegate
        skip_postgeneration_save = True

    delegation = factory.SubFactory(DelegationFactory)
    number = factory.LazyAttribute(lambda o: o.delegation.delegates.count() + 1)
    rank = "official"
    version = 1

    @factory.post_generation
    def named(self, create, extracted, **kwargs):
        name = extracted or f"Person {self.number}"
        self.particulars.create(number=1, names={"en": name}, offices={"en": f"Office of {name}"})


class FollowFactory(Factory):
    """A contact that follows a track; `track=None` and another target make it follow that."""

    class Meta:
        model = reminders.Follow

    contact = factory.SubFactory(ContactFactory)
    track = factory.SubFactory(TrackFactory)
