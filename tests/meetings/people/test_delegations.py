"""Delegations are opened, filled and communicated; their list is issued at its stages."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from meetings.models import Delegation, Due, Meeting, ParticipantList
from meetings.people.delegations import (
    DelegationRefused,
    Person,
    add_delegate,
    change_delegate,
    open_delegation,
    parties_of_meeting,
    receive_delegation,
    restore_delegate,
    take_back_receipt,
    withdraw_delegate,
)
from meetings.people.participant_lists import issue_list, plan_list
from meetings.people.participants import Differences, ListStage
from rotation.concurrency import Stale, seal, seen_as
from rotation.history import history_of
from tests.factories import (
    DeadlineFactory,
    DueFactory,
    MeetingFactory,
    OrganisationFactory,
    StateFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 4, 15, 8, tzinfo=UTC)
MINISTER = Person("head", "minister", {"en": "A. Bekov"}, {"en": "Minister of Transport"}, {"en": "Minister"})
ADVISER = Person("adviser", "official", {"en": "B. Omarova", "ru": "Б. Омарова"})


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def meeting(db):
    row = MeetingFactory()
    return Meeting.objects.select_related("track__mechanism").get(pk=row.pk)


@pytest.fixture
def tajik(meeting):
    return open_delegation(meeting.pk, state="TJ", actor=None)


def refused(code, act, *args, **values):
    with pytest.raises(DelegationRefused) as refusal:
        act(*args, actor=None, **values)
    assert refusal.value.code == code
    assert str(refusal.value) != code


def test_a_delegation_is_opened_once_for_each_state_and_organisation(meeting, tajik):
    chamber = OrganisationFactory(state=StateFactory(code="TJ"))
    assert open_delegation(meeting.pk, state="TJ", actor=None) == tajik
    of_chamber = open_delegation(meeting.pk, organisation=chamber.pk, actor=None)
    assert (tajik.party, of_chamber.party) == ("TJ", f"TJ/{chamber.pk}")
    assert Delegation.objects.count() == 2


def test_a_delegation_comes_from_the_mechanism_only(meeting):
    mongolia = StateFactory(code="MN", names={"en": "Mongolia"}, zone="Asia/Ulaanbaatar")
    refused("unknown_state", open_delegation, meeting.pk, state="MN")
    refused(
        "other_mechanism", open_delegation, meeting.pk, organisation=OrganisationFactory(state=mongolia).pk
    )
    refused("unknown_state", open_delegation, meeting.pk)
    Meeting.objects.filter(pk=meeting.pk).update(status="cancelled")
    refused("cancelled", open_delegation, meeting.pk, state="TJ")


def test_the_head_is_recorded_with_rank_and_with_whom_it_stands_in_for(tajik):
    head = add_delegate(tajik.pk, MINISTER, actor=None)
    row = Delegation.objects.with_people().get().head
    assert (row, row.code, row.rank, row.substitute_for) == (head, "TJ-1", "minister", {"en": "Minister"})
    assert row.current.shown() == ("A. Bekov", "Minister of Transport")


def test_a_delegation_has_one_head_until_that_one_does_not_come(tajik):
    head = add_delegate(tajik.pk, MINISTER, actor=None)
    refused("head_already", add_delegate, tajik.pk, MINISTER)
    withdraw_delegate(head.pk, actor=None, reason="ill")
    second = add_delegate(tajik.pk, MINISTER, actor=None)
    assert second.code == "TJ-2"
    refused("head_already", restore_delegate, head.pk)
    withdraw_delegate(second.pk, actor=None, reason="the first comes after all")
    assert restore_delegate(head.pk, actor=None).is_withdrawn is False
    refused("listed_already", restore_delegate, head.pk)
    refused("not_listed", withdraw_delegate, second.pk, reason="again")
    refused("no_reason", withdraw_delegate, head.pk, reason=" ")


def test_a_corrected_name_is_a_new_version_and_the_history_names_nobody(tajik):
    officer = UserFactory(username="aida")
    row = add_delegate(tajik.pk, ADVISER, actor=officer)
    change_delegate(
        row.pk, Person("adviser", "official", {"en": "B. Umarova"}), actor=officer, reason="note 14"
    )
    assert list(row.particulars.values_list("number", "names")) == [
        (1, {"en": "B. Omarova", "ru": "Б. Омарова"}),
        (2, {"en": "B. Umarova"}),
    ]
    last, first = history_of(row)
    told = [(each.label, each.before, each.after) for each in last.changes]
    assert (last.user, last.reason, told) == (
        "aida",
        "note 14",
        [("Version of name and office", "1", "2")],
    )
    assert "marova" not in repr([last, first])


def test_somebody_has_a_name_or_an_office(tajik):
    refused("nobody_named", add_delegate, tajik.pk, Person("member", "official"))
    assert tajik.delegates.count() == 0


def test_a_delegation_that_is_communicated_meets_its_deadline_and_no_other(meeting, tajik):
    lines = [DeadlineFactory(meeting=meeting, purpose=purpose) for purpose in ("accreditation", "")]
    for line in lines:
        for code in ("TJ", "KZ"):
            DueFactory(deadline=line, state=StateFactory(code=code))
    refused("no_head", receive_delegation, tajik.pk, at=NOW)
    add_delegate(tajik.pk, MINISTER, actor=None)
    refused("future", receive_delegation, tajik.pk, at=datetime(2027, 4, 15, 8, 1, tzinfo=UTC))
    receive_delegation(tajik.pk, at=NOW, actor=None, source="note 7")
    assert set(Due.objects.filter(status="received").values_list("deadline", "state", "received_at")) == {
        (lines[0].pk, "TJ", NOW)
    }
    refused("received_already", receive_delegation, tajik.pk, at=NOW)
    take_back_receipt(tajik.pk, actor=None, reason="that of another meeting")
    assert set(Due.objects.values_list("status", flat=True)) == {"open"}
    refused("not_received", take_back_receipt, tajik.pk, reason="again")


def test_of_each_state_it_is_shown_whether_its_delegation_is_in(meeting, tajik, django_assert_num_queries):
    line = DeadlineFactory(meeting=meeting, purpose="accreditation")
    due = DueFactory(deadline=line, state=StateFactory(code="TJ"))
    for _time in range(5):
        add_delegate(tajik.pk, ADVISER, actor=None)
    with django_assert_num_queries(5):
        rows = parties_of_meeting(meeting)
    assert sorted(row.state.code for row in rows) == ["CN", "KG", "KZ", "TJ", "TM", "UZ"]
    assert [(row.delegation, row.due) for row in rows if row.delegation or row.due] == [(tajik, due)]


def test_a_list_is_issued_as_it_stands_and_stays(meeting, tajik):
    refused("nobody", issue_list, meeting.pk, ListStage.PROVISIONAL)
    head = add_delegate(tajik.pk, MINISTER, actor=None)
    adviser = add_delegate(tajik.pk, ADVISER, actor=None)
    first = issue_list(meeting.pk, ListStage.PROVISIONAL, actor=None)
    refused("nothing_changed", issue_list, meeting.pk, ListStage.CORRECTED)
    withdraw_delegate(adviser.pk, actor=None, reason="visa")
    change_delegate(
        head.pk, Person("head", "deputy minister", {"en": "C. Saidov"}), actor=None, reason="note 9"
    )
    plan = plan_list(meeting)
    assert plan.differences == Differences(joined=(), left=(adviser.pk,), changed=(head.pk,))
    second = issue_list(meeting.pk, ListStage.CORRECTED, actor=None)
    told = [
        [(line.code, line.rank, line.particulars.names["en"]) for line in row.lines.all()]
        for row in (first, second)
    ]
    assert told == [
        [("TJ-1", "minister", "A. Bekov"), ("TJ-2", "official", "B. Omarova")],
        [("TJ-1", "deputy minister", "C. Saidov")],
    ]
    assert (first.number, second.number) == (1, 2)


def test_a_list_that_changed_since_it_was_shown_is_not_issued(meeting, tajik):
    add_delegate(tajik.pk, MINISTER, actor=None)
    shown = seal(plan_list(meeting).seen)
    add_delegate(tajik.pk, ADVISER, actor=None)
    with pytest.raises(Stale), seen_as(shown):
        issue_list(meeting.pk, ListStage.PROVISIONAL, actor=None)
    assert ParticipantList.objects.count() == 0


def test_the_final_list_comes_when_the_meeting_has_begun(meeting, tajik):
    add_delegate(tajik.pk, MINISTER, actor=None)
    issue_list(meeting.pk, ListStage.PROVISIONAL, actor=None)
    refused("not_begun", issue_list, meeting.pk, ListStage.FINAL)
    with time_machine.travel(meeting.starts_at, tick=False):
        row = issue_list(meeting.pk, ListStage.FINAL, actor=None)
    assert (row.stage, row.heading["when"]["first_on"]) == ("final", date(2027, 6, 17).isoformat())


def test_a_postponed_meeting_has_not_begun_though_its_former_day_is_past(meeting, tajik):
    add_delegate(tajik.pk, MINISTER, actor=None)
    issue_list(meeting.pk, ListStage.PROVISIONAL, actor=None)
    Meeting.objects.filter(pk=meeting.pk).update(status="postponed")
    with time_machine.travel(meeting.ends_at, tick=False):
        refused("not_begun", issue_list, meeting.pk, ListStage.FINAL)
