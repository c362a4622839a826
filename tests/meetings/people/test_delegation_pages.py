"""Delegations on the desk: who sees whose name, on pages, in files and in the history."""

from datetime import UTC, date, datetime

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from meetings.models import Delegate, Delegation, Due, Erasure, Meeting, ParticipantList, Particulars
from meetings.people.delegations import Person, change_delegate
from meetings.people.participant_lists import issue_list
from meetings.people.participants import ListStage
from tests.acts import confirm
from tests.factories import (
    DeadlineFactory,
    DelegateFactory,
    DelegationFactory,
    DueFactory,
    MeetingFactory,
    OrganisationFactory,
    StateFactory,
    UserFactory,
    day_span,
)

pytestmark = pytest.mark.django_db
HEAD, SECRET, FORMER = "Head Headov", "Ainagul Bekova", "Zarina Bekova"


@pytest.fixture
def delegation():
    """A head and a member of Kazakhstan, whose former name is in the first of two lists."""
    row = DelegationFactory(meeting=MeetingFactory(span=day_span("2025-06-17"), status="held"))
    DelegateFactory(
        delegation=row, role="head", rank="minister", named=HEAD, substitute_for={"en": "Prime Minister"}
    )
    member = DelegateFactory(delegation=row, named=FORMER)
    meeting = Meeting.objects.select_related("track__mechanism").get(pk=row.meeting_id)
    for stage in (ListStage.PROVISIONAL, ListStage.CORRECTED):
        issue_list(meeting.pk, stage, actor=None)
        said = Person("member", "official", {"en": SECRET}, {"en": f"Office of {SECRET}"})
        change_delegate(member.pk, said, actor=None, reason="note 3")
    return row


@pytest.fixture
def reader(client):
    """Somebody who may see all of this floor's pages, and no personal data."""
    reader = UserFactory()
    names = [f"view_{name}" for name in ("delegation", "meeting", "delegate", "participantlist", "due")]
    reader.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(reader)
    return client


def addresses(row):
    at = [("meeting", row.meeting_id), ("changelist", None), ("change", row.pk), ("history", row.pk)]
    pages = [reverse(f"admin:meetings_delegation_{name}", args=[key] if key else []) for name, key in at]
    files = [
        reverse("admin:meetings_delegation_file", args=[row.meeting_id, number, "csv"])
        for number in (0, 1, 2)
    ]
    return pages + files


def test_without_the_permission_heads_only_are_named_on_every_page_file_and_history(delegation, reader):
    shown = {address: reader.get(address) for address in addresses(delegation)}
    assert {response.status_code for response in shown.values()} == {200}
    for address, response in shown.items():
        text = response.content.decode()
        assert (SECRET in text, FORMER in text) == (False, False), address
    named = [address for address, response in shown.items() if HEAD in response.content.decode()]
    assert len(named) == 5  # the meeting's page, the delegation's, three files
    assert all("no-store" in response.headers["Cache-Control"] for response in shown.values())


def test_with_the_permission_the_same_pages_name_everybody(delegation, desk):
    page = desk.get(reverse("admin:meetings_delegation_change", args=[delegation.pk])).content.decode()
    assert (HEAD in page, SECRET in page, FORMER in page) == (True, True, False)
    table = desk.get(reverse("admin:meetings_delegation_file", args=[delegation.meeting_id, 1, "csv"]))
    assert (FORMER in table.content.decode(), SECRET in table.content.decode()) == (True, False)
    person = Delegate.objects.get(role="member")
    earlier = desk.get(reverse("admin:meetings_delegation_person", args=[person.pk])).content.decode()
    assert FORMER in earlier
    history = desk.get(reverse("admin:meetings_delegation_history", args=[delegation.pk])).content.decode()
    assert ("note 3" in history, SECRET in history) == (True, False)


def test_a_search_does_not_tell_whose_name_it_is(delegation, desk):
    page = desk.get(reverse("admin:meetings_delegation_changelist"), {"q": SECRET})
    assert page.context["cl"].result_count == 0


ACTS = [
    ("meetings_delegation_add_person", "delegation", []),
    ("meetings_delegation_person", "person", []),
    ("meetings_delegation_person_withdraw", "person", []),
    ("meetings_delegation_person_erase", "person", []),
    ("meetings_delegation_receive", "delegation", []),
    ("meetings_delegation_issue", "meeting", []),
    ("meetings_delegation_open", "meeting", []),
]


@pytest.mark.parametrize(("name", "of", "more"), ACTS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_who_may_only_look_may_not_act(delegation, reader, name, of, more, method):
    keys = {
        "delegation": delegation.pk,
        "meeting": delegation.meeting_id,
        "person": Delegate.objects.get(role="member").pk,
    }
    address = reverse(f"admin:{name}", args=[keys[of], *more])
    data = {"reason": "x", "role": "member", "rank": "official", "names_en": "Forged", "state": "TJ"}
    assert getattr(reader, method)(address, data).status_code == 403
    assert (Particulars.objects.count(), Delegation.objects.count(), Erasure.objects.count()) == (3, 1, 0)


def test_who_may_change_delegates_but_not_see_names_cannot_reach_the_form(delegation, client):
    officer = UserFactory()
    codes = ["change_delegate", "add_delegate", "view_delegation", "add_erasure"]
    officer.user_permissions.set(Permission.objects.filter(codename__in=codes))
    client.force_login(officer)
    person = Delegate.objects.get(role="member")
    for name in ("person", "person_erase"):
        assert client.get(reverse(f"admin:meetings_delegation_{name}", args=[person.pk])).status_code == 403


def test_a_delegation_is_opened_filled_and_communicated_on_the_desk(desk, user):
    meeting = MeetingFactory(span=day_span("2031-06-17"))
    state = StateFactory(code="TJ")
    due = DueFactory(
        deadline=DeadlineFactory(meeting=meeting, purpose="accreditation"),
        state=state,
        due_at=datetime(2031, 6, 3, 13, tzinfo=UTC),
        due_on=date(2031, 6, 3),
    )
    desk.post(reverse("admin:meetings_delegation_open", args=[meeting.pk]), {"state": "TJ"})
    row = Delegation.objects.get()
    form = {
        "role": "head", "rank": "minister", "names_en": "A. Saidov", "names_ru": "А. Саидов",
        "offices_en": "Minister of Transport", "substitute_for_en": "Minister of Foreign Affairs", "reason": "note 1",
    }  # fmt: skip
    address = reverse("admin:meetings_delegation_add_person", args=[row.pk])
    assert desk.post(address, {**form, "names_en": "", "names_ru": "", "offices_en": ""}).status_code == 200
    assert confirm(desk, address, form).status_code == 302
    assert Particulars.objects.get().names == {"en": "A. Saidov", "ru": "А. Саидов"}
    assert Particulars.objects.get().recorded_by == user
    page = confirm(desk, address, form)
    assert "This delegation has a head already" in page.content.decode()
    confirm(
        desk,
        reverse("admin:meetings_delegation_receive", args=[row.pk]),
        {"at_0": "2026-11-24", "at_1": "10:00", "source": "note 1"},
    )
    assert Due.objects.get(pk=due.pk).status == "received"
    page = desk.get(reverse("admin:meetings_delegation_meeting", args=[meeting.pk]))
    assert page.context["there"] == "1 of 6 delegations are in."
    told = [(each["name"], each["is_in"], each["count"]) for each in page.context["rows"]]
    assert told == [
        ("China", False, 0), ("Kazakhstan", False, 0), ("Kyrgyzstan", False, 0), ("Tajikistan", True, 1),
        ("Turkmenistan", False, 0), ("Uzbekistan", False, 0),
    ]  # fmt: skip
    assert "substitute for: Minister of Foreign Affairs" in page.content.decode()


def test_parties_stand_in_the_order_of_the_readers_language(desk, client):
    meeting = MeetingFactory()
    client.cookies["django_language"] = "ru"
    page = desk.get(reverse("admin:meetings_delegation_meeting", args=[meeting.pk]))
    assert [row["name"] for row in page.context["rows"]][:2] == ["Китай", "Казахстан"]


def test_an_organisation_sends_a_delegation_too(desk):
    meeting, chamber = MeetingFactory(), OrganisationFactory()
    address = reverse("admin:meetings_delegation_open", args=[meeting.pk])
    desk.post(address, {"state": "XX"})
    desk.post(address, {"organisation": "x"})
    assert Delegation.objects.count() == 0
    desk.post(address, {"organisation": chamber.pk})
    assert Delegation.objects.get().organisation == chamber


def test_a_list_is_issued_on_its_page_once_it_was_seen(desk, delegation):
    address = reverse("admin:meetings_delegation_issue", args=[delegation.meeting_id])
    page = desk.get(address)
    assert page.context["changes"] == []
    assert ParticipantList.objects.count() == 2
    desk.post(address, {"stage": "final", "seen": "stale", "confirm": "1"})
    assert ParticipantList.objects.count() == 2
    confirm(desk, address, {"stage": "final", "note": "as it was"})
    assert [row.stage for row in ParticipantList.objects.all()] == ["provisional", "corrected", "final"]


def test_who_took_a_list_is_on_record_and_whether_it_named_everybody(delegation, reader):
    reader.get(reverse("admin:meetings_delegation_file", args=[delegation.meeting_id, 2, "csv"]))
    said = [entry.get_change_message() for entry in LogEntry.objects.all()]
    assert said == [f"took participants-{delegation.meeting_id}-2-en.csv"]


@pytest.mark.parametrize("tail", ["list-9.csv", "list-1.xlsx"])
def test_a_file_that_is_not_there_is_not_found(delegation, desk, tail):
    address = reverse("admin:meetings_delegation_meeting", args=[delegation.meeting_id])
    assert desk.get(address + tail).status_code == 404


def test_an_erasure_is_told_on_the_meetings_page_and_in_the_lists(delegation, desk, user):
    person = Delegate.objects.get(role="member")
    confirm(
        desk, reverse("admin:meetings_delegation_person_erase", args=[person.pk]), {"reason": "asked for"}
    )
    page = desk.get(reverse("admin:meetings_delegation_meeting", args=[delegation.meeting_id]))
    (mark,) = page.context["erasures"]
    assert (mark.recorded_by, mark.reason, mark.versions) == (user, "asked for", 2)
    table = desk.get(reverse("admin:meetings_delegation_file", args=[delegation.meeting_id, 1, "csv"]))
    lines = table.content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[1:3] for line in lines[1:]] == [["KZ-1", HEAD], ["KZ-2", "erased"]]


def test_the_pages_cost_the_same_number_of_queries_for_few_people_and_for_many(delegation, desk):
    pages = addresses(delegation)[:3]

    def cost():
        with CaptureQueriesContext(connection) as captured:
            for address in pages:
                assert desk.get(address).status_code == 200
        return len(captured)

    cost()
    few = cost()
    for _time in range(20):
        DelegateFactory(delegation=delegation)
    for code in ("CN", "TJ", "UZ"):
        other = DelegationFactory(meeting=delegation.meeting, state=StateFactory(code=code))
        DelegateFactory(delegation=other, role="head", rank="minister")
    assert cost() == few
