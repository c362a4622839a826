"""What is done to an agenda, and what the history and the floors above learn of it."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from meetings.agenda.acts import (
    AgendaRefused,
    ItemDraft,
    change_item,
    decide_urgent,
    freeze_stage,
    open_agenda,
    propose_item,
    reorder,
    restore_item,
    set_rules,
    shift_item,
    withdraw_item,
)
from meetings.agenda.snapshots import items_of, span_of
from meetings.agenda.stages import Stage, compare
from meetings.changes import meetings_changed
from meetings.models import Agenda, AgendaItem, AgendaStage, ItemProposer
from meetings.schedule.moves import cancel_meeting, move_meeting
from rotation.concurrency import Stale, seal, seen_as
from rotation.history import history_of
from tests.factories import (
    AgendaFactory,
    AgendaItemFactory,
    MeetingFactory,
    StateFactory,
    TrackFactory,
    UserFactory,
    day_span,
)

pytestmark = pytest.mark.django_db
DRAFT = ItemDraft(titles={"en": "Transport", "zh": "交通", "ru": "Транспорт"})
EARLY, IN_TIME, LATE = date(2027, 1, 11), date(2027, 5, 18), date(2027, 5, 19)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(datetime(2027, 5, 20, 8, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def agenda():
    return AgendaFactory(meeting__track__slug="ministers")


@pytest.fixture
def items(agenda):
    return [AgendaItemFactory(agenda=agenda) for _each in range(3)]


def frozen(agenda, *stages):
    agenda.refresh_from_db()
    rows = []
    for stage in stages:
        rows.append(freeze_stage(agenda.pk, stage, actor=None))
        agenda.refresh_from_db()
    return rows


def titles(agenda):
    return [row.titles["en"] for row in agenda.items.filter(status="listed")]


def refusal(act, *arguments, **values):
    with pytest.raises(AgendaRefused) as refused:
        act(*arguments, **{"actor": None} | values)
    assert "{" not in str(refused.value)
    return refused.value.code


def test_a_meeting_gets_one_agenda_with_the_rules_of_its_tracks_last_one():
    track, officer = TrackFactory(), UserFactory()
    AgendaFactory(meeting__track=track, supplementary_days=14, session_minutes=90)
    meeting = MeetingFactory(track=track)
    agenda = open_agenda(meeting.pk, actor=officer)
    assert (agenda.supplementary_days, agenda.provisional_days, agenda.session_minutes) == (14, 60, None)
    assert open_agenda(meeting.pk, actor=officer) == agenda
    assert history_of(agenda)[0].user == officer.username


def test_an_item_is_proposed_by_states_with_author_and_reason(agenda):
    officer = UserFactory()
    draft = ItemDraft(titles={"en": "Transport"}, proposers=("UZ", "KZ"), minutes=30, papers=("CCA/1",))
    item = propose_item(agenda.pk, draft, requested_on=EARLY, actor=officer, reason="note verbale 3")
    assert (item.kind, item.status, item.position, item.minutes, item.papers) == (
        "regular",
        "listed",
        1,
        30,
        ["CCA/1"],
    )
    assert {state.code for state in item.proposers.all()} == {"KZ", "UZ"}
    entry = history_of(item)[0]
    assert (entry.user, entry.reason) == (officer.username, "note verbale 3")


def test_a_changed_item_keeps_its_identity_and_loses_and_gains_proposers(agenda):
    for code in ("KZ", "TJ"):
        StateFactory(code=code)
    draft = ItemDraft(titles={"en": "Transport"}, proposers=("KZ",))
    item = propose_item(agenda.pk, draft, requested_on=EARLY, actor=None)
    draft = ItemDraft(titles={"en": "Transport corridors"}, proposers=("TJ",))
    changed = change_item(item.pk, draft, actor=None)
    assert (changed.uid, str(changed)) == (item.uid, "Transport corridors")
    assert [state.code for state in item.proposers.all()] == ["TJ"]
    parts = history_of(agenda, [(AgendaItem, "agenda"), (ItemProposer, "item__agenda")])
    assert [entry.action for entry in parts if entry.subject.startswith("proposer")] == [
        "entered",
        "removed",
        "entered",
    ]


def test_an_item_goes_by_the_rule_of_the_day_on_which_it_was_requested(agenda, items):
    kinds = [propose_item(agenda.pk, DRAFT, requested_on=LATE, actor=None).kind]
    frozen(agenda, Stage.PROVISIONAL)
    kinds.append(propose_item(agenda.pk, DRAFT, requested_on=IN_TIME, actor=None).kind)
    assert refusal(propose_item, agenda.pk, DRAFT, requested_on=LATE) == "urgency_missing"
    urgent = propose_item(agenda.pk, DRAFT, requested_on=LATE, urgency="an earthquake", actor=None)
    assert (kinds, urgent.kind, urgent.status) == (["regular", "supplementary"], "urgent", "pending")


def test_the_lengths_of_notice_are_data_of_the_agenda(agenda, items):
    rules = {"session_minutes": 180, "provisional_days": 14, "supplementary_days": 10, "list_days": 5}
    set_rules(agenda.pk, {**rules, "cooling_days": 0}, actor=None)
    frozen(agenda, Stage.PROVISIONAL)
    assert propose_item(agenda.pk, DRAFT, requested_on=LATE, actor=None).kind == "supplementary"


@pytest.fixture
def urgent(agenda, items):
    frozen(agenda, Stage.PROVISIONAL)
    return propose_item(agenda.pk, DRAFT, requested_on=LATE, urgency="an earthquake", actor=None)


def decision(item, **values):
    given = {"is_admitted": True, "decided_on": date(2027, 5, 20), "basis": "note verbale 12", "actor": None}
    return decide_urgent(item.pk, **given | values)


def test_an_urgent_item_is_left_out_until_the_parties_admit_it_and_then_waits(agenda, urgent):
    assert titles(agenda) == ["Item 1", "Item 2", "Item 3"]
    assert refusal(freeze_stage, agenda.pk, Stage.PROVISIONAL) == "nothing_changed"
    decision(urgent)
    urgent.refresh_from_db()
    assert (urgent.status, urgent.considered_from) == ("listed", date(2027, 5, 27))
    (row,) = frozen(agenda, Stage.PROVISIONAL)
    last = items_of(row.snapshot)[-1]
    assert (last.key, last.kind, last.considered_from) == (str(urgent.uid), "urgent", "2027-05-27")


def test_the_parties_may_waive_the_wait_or_decline(agenda, urgent):
    decision(urgent, at_once=True)
    (row,) = frozen(agenda, Stage.PROVISIONAL)
    assert items_of(row.snapshot)[-1].considered_from == ""
    other = propose_item(agenda.pk, DRAFT, requested_on=LATE, urgency="a flood", actor=None)
    declined = decision(other, is_admitted=False)
    assert (declined.status, declined.considered_from, titles(agenda)[-1]) == ("declined", None, "Transport")


def test_a_decision_needs_an_urgent_item_a_basis_and_a_day_after_the_request(items, urgent):
    assert refusal(decision, items[0]) == "not_pending"
    assert refusal(decision, urgent, basis=" ") == "no_basis"
    assert refusal(decision, urgent, decided_on=EARLY) == "decided_before_request"
    decision(urgent)
    assert refusal(decision, urgent) == "not_pending"


def test_items_are_put_into_an_order_that_was_seen(agenda, items):
    officer = UserFactory()
    first, second, third = (row.pk for row in items)
    reorder(agenda.pk, [third, first, second], seen=1, actor=officer, reason="the host asked")
    assert titles(agenda) == ["Item 3", "Item 1", "Item 2"]
    items[2].refresh_from_db()
    assert (history_of(items[2])[0].user, history_of(items[2])[0].reason) == (
        officer.username,
        "the host asked",
    )
    assert refusal(reorder, agenda.pk, [first, second, third], seen=1) == "another_order"
    for wrong in ([first, second], [first, first, second], [first, second, 0]):
        assert refusal(reorder, agenda.pk, wrong, seen=2) == "another_order"
    assert titles(agenda) == ["Item 3", "Item 1", "Item 2"]


def test_the_same_order_again_is_no_change(agenda, items):
    reorder(agenda.pk, [row.pk for row in items], seen=1, actor=None)
    assert Agenda.objects.get().revision == 1


def test_an_item_goes_up_and_down_with_its_parts_and_stops_at_the_ends(agenda, items):
    part = AgendaItemFactory(agenda=agenda, is_sub=True)
    shift_item(items[2].pk, -1, actor=None)
    assert titles(agenda) == ["Item 1", "Item 3", "Item 4", "Item 2"]
    shift_item(items[0].pk, -1, actor=None)
    shift_item(part.pk, 1, actor=None)
    assert titles(agenda) == ["Item 1", "Item 3", "Item 2", "Item 4"]
    withdraw_item(items[0].pk, actor=None, reason="settled")
    assert refusal(shift_item, items[0].pk, 1) == "not_listed"


def test_an_item_is_taken_off_with_a_reason_and_put_back_where_it_was(agenda, items):
    assert refusal(withdraw_item, items[1].pk, reason=" ") == "no_reason"
    withdraw_item(items[1].pk, actor=None, reason="settled by note")
    assert titles(agenda) == ["Item 1", "Item 3"]
    assert refusal(withdraw_item, items[1].pk, reason="again") == "not_listed"
    restore_item(items[1].pk, actor=None)
    assert titles(agenda) == ["Item 1", "Item 2", "Item 3"]
    assert refusal(restore_item, items[1].pk) == "not_out"


def test_an_urgent_item_that_was_taken_off_waits_again_when_put_back(urgent):
    withdraw_item(urgent.pk, actor=None, reason="withdrawn by its proposer")
    assert restore_item(urgent.pk, actor=None).status == "pending"


def test_a_stage_keeps_the_agenda_as_it_was(agenda, items):
    first, second = (*frozen(agenda, Stage.PRELIMINARY), agenda.meeting)
    change_item(items[0].pk, DRAFT, actor=None)
    withdraw_item(items[1].pk, actor=None, reason="settled")
    move_meeting(second.pk, to=day_span("2027-07-01"), actor=None, reason="the host asked")
    (provisional,) = frozen(agenda, Stage.PROVISIONAL)
    first.refresh_from_db()
    assert [each.titles["en"] for each in items_of(first.snapshot)] == ["Item 1", "Item 2", "Item 3"]
    assert (span_of(first.snapshot), span_of(provisional.snapshot)) == (
        day_span("2027-06-17"),
        day_span("2027-07-01"),
    )
    changes = compare(items_of(first.snapshot), items_of(provisional.snapshot))
    assert [each.kinds for each in changes] == [("changed",), ("dropped",)]


def test_a_stage_again_is_its_revision_and_needs_a_change(agenda, items):
    frozen(agenda, Stage.PRELIMINARY)
    assert refusal(freeze_stage, agenda.pk, Stage.PRELIMINARY) == "nothing_changed"
    change_item(items[0].pk, DRAFT, actor=None)
    frozen(agenda, Stage.PRELIMINARY, Stage.ANNOTATED, Stage.PROVISIONAL)
    rows = AgendaStage.objects.values_list("number", "code", "reissue")
    assert list(rows) == [
        (1, "preliminary", 0),
        (2, "preliminary", 1),
        (3, "annotated", 0),
        (4, "provisional", 0),
    ]


def test_a_stage_is_refused_before_its_turn_or_when_the_page_is_old(agenda, items):
    assert refusal(freeze_stage, agenda.pk, Stage.ADOPTED) == "provisional_first"
    shown = seal(agenda.revision - 1, agenda.meeting.revision)
    with pytest.raises(Stale), seen_as(shown):
        freeze_stage(agenda.pk, Stage.PROVISIONAL, actor=None)
    frozen(agenda, Stage.PROVISIONAL, Stage.ADOPTED)
    assert refusal(freeze_stage, agenda.pk, Stage.AS_ADOPTED) == "not_over"
    assert AgendaStage.objects.count() == 2


def test_after_the_meeting_the_agenda_is_frozen_as_adopted(agenda, items):
    frozen(agenda, Stage.PROVISIONAL, Stage.ADOPTED)
    with time_machine.travel(datetime(2027, 6, 18, 8, tzinfo=UTC), tick=False):
        (row,) = frozen(agenda, Stage.AS_ADOPTED)
    assert (row.number, str(row)) == (3, "agenda as adopted")


def test_public_stages_tell_that_the_meeting_changed_and_drafts_do_not(agenda, items):
    told = []

    def listen(meeting_ids, **_kwargs):
        told.append(set(meeting_ids))

    meetings_changed.connect(listen)
    try:
        frozen(agenda, Stage.PRELIMINARY, Stage.ANNOTATED)
        assert told == []
        frozen(agenda, Stage.PROVISIONAL)
    finally:
        meetings_changed.disconnect(listen)
    assert told == [{agenda.meeting_id}]


def test_the_agenda_of_a_cancelled_meeting_stays_as_it_is(agenda, items):
    cancel_meeting(agenda.meeting_id, actor=None, reason="no quorum")
    assert refusal(propose_item, agenda.pk, DRAFT, requested_on=EARLY) == "cancelled"
    assert refusal(freeze_stage, agenda.pk, Stage.PRELIMINARY) == "cancelled"
