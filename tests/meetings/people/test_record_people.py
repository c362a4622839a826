"""The record's heads of delegation and its committee load without loss, once, and keep what the desk changed."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command

from meetings.committees.acts import quorums, rule_of, seats_on
from meetings.committees.quorum import QuorumRule
from meetings.management.commands.load_mechanism import SHIPPED
from meetings.models import Committee, Delegate, Delegation, Meeting, Particulars, Seat, Sitting, Track
from meetings.people.delegations import Person, add_delegate, change_delegate, open_delegation
from meetings.people.participant_lists import issue_list
from meetings.people.participants import ListStage
from meetings.people.retaining import apply_retention
from meetings.record.shapes import RANKS

pytestmark = pytest.mark.django_db
FOREIGN = "Minister of Foreign Affairs"
HEADS = {
    (3, "TJ", "minister", "Minister of Transport", FOREIGN),
    (4, "TM", "deputy minister", "First Deputy Minister", FOREIGN),
    (6, "TM", "ambassador", "Ambassador to China", FOREIGN),
}


def load(path=SHIPPED):
    call_command("load_mechanism", path)


def heads():
    return {
        (
            row.meeting.ordinal,
            row.state_id,
            row.head.rank,
            row.head.current.offices["en"],
            row.head.substitute_for["en"],
        )
        for row in Delegation.objects.with_people()
    }


def foreign_ministers(number):
    return Meeting.objects.select_related("track__mechanism").get(
        track__slug="foreign-ministers", ordinal=number
    )


def of(record, number):
    rows = [row for row in record["meetings"] if row["track"] == "foreign-ministers"]
    return next(row for row in rows if row["ordinal"] == number)


def test_the_substitutes_at_the_third_fourth_and_sixth_meeting_are_there_and_nobody_else():
    load()
    assert heads() == HEADS
    assert set(Particulars.objects.values_list("recorded_by", flat=True)) == {None}
    for row in Delegation.objects.all():
        assert row.source == row.meeting.source != ""
    for row in Delegate.objects.all():
        assert set(row.substitute_for) == {"en", "zh", "ru"}


def test_a_second_load_changes_nothing_and_a_correction_is_a_new_version(record, changed):
    load()
    assert (Delegate.objects.count(), Particulars.objects.count()) == (3, 3)
    load(changed(lambda record: of(record, 4)["delegations"][0]["office"].update(en="First Vice-Minister")))
    assert (Delegate.objects.count(), Particulars.objects.count()) == (3, 4)
    assert {row[3] for row in heads()} == {
        "Minister of Transport",
        "First Vice-Minister",
        "Ambassador to China",
    }


def test_what_the_desk_entered_of_a_delegation_stays_when_the_record_is_loaded(record, changed):
    delegation = open_delegation(foreign_ministers(5).pk, state="KG", actor=None)
    add_delegate(delegation.pk, Person("head", "minister", {"en": "A"}), actor=None)
    head = Delegation.objects.with_people().get(meeting__ordinal=6).head
    change_delegate(head.pk, Person("head", "ambassador", {"en": "B"}), actor=None)
    entry = {"state": "KG", "rank": "ambassador", "office": {"en": "Ambassador"}}
    load(changed(lambda record: of(record, 5).update(delegations=[entry])))
    told = {
        row.meeting.ordinal: row.head.current.names
        for row in Delegation.objects.with_people().filter(meeting__ordinal__in=(5, 6))
    }
    assert told == {5: {"en": "A"}, 6: {"en": "B"}}


def test_the_records_heads_are_kept_by_the_default_rule_and_can_be_listed(record):
    assert apply_retention(date(2100, 1, 1)) == []
    meeting = foreign_ministers(3)
    listing = issue_list(meeting.pk, ListStage.PROVISIONAL, actor=None)
    assert [line.code for line in listing.lines.all()] == ["TJ-1"]


def test_the_six_founding_seats_sit_until_told_otherwise_and_all_six_are_the_quorum(record):
    track = Track.objects.get(slug="industrialists-committee")
    assert Committee.objects.get().track == track
    assert {(row.organisation.state_id, row.role) for row in Seat.objects.all()} == {
        (code, "founding member of the Industrialists Committee")
        for code in ("CN", "KZ", "KG", "TJ", "TM", "UZ")
    }
    assert rule_of(track) == QuorumRule("all", 0, "states", ())
    session = track.meetings.get(ordinal=2)
    assert len(seats_on(track, session.first_on)) == 6
    sitting = Sitting.objects.create(meeting=session, number=1, held_on=session.first_on)
    assert quorums([sitting])[sitting.pk].reason == "not_recorded"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"state": "XX"}, "unknown state “XX”"),
        ({"rank": "king"}, "unknown rank “king”"),
        ({"office": {}}, "empty"),
        ({"office": {"xx": "y"}}, "a text in en, zh or ru is expected"),
        ({"passport": "N1"}, "unknown key"),
    ],
)
def test_a_delegation_that_cannot_be_is_refused_by_line_and_key(changed, change, said):
    with pytest.raises(CommandError, match=said):
        load(changed(lambda record: of(record, 3)["delegations"][0].update(change)))
    assert Delegation.objects.count() == 0


def test_two_delegations_of_one_state_are_refused(changed):
    with pytest.raises(CommandError, match="there is a delegation of “TJ” already"):
        load(changed(lambda record: of(record, 3)["delegations"].append(of(record, 3)["delegations"][0])))


def test_a_record_knows_the_ranks_that_the_desk_knows():
    assert set(Delegate.Rank.values) == RANKS
