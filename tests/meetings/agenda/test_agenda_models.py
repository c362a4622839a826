"""What must never be of an agenda, the database refuses."""

from datetime import date

import pytest
from django.db import Error, IntegrityError, transaction
from django.db.models import ProtectedError

from meetings.models import Agenda, AgendaItem, AgendaStage, ItemProposer
from tests.factories import AgendaFactory, AgendaItemFactory, StateFactory

pytestmark = pytest.mark.django_db


def stage(agenda=None, **values):
    given = {"number": 1, "code": "provisional", "snapshot": {"items": []}}
    return AgendaStage.objects.create(agenda=agenda or AgendaFactory(), **given | values)


def two_stages(first, second):
    agenda = AgendaFactory()
    stage(agenda, **first)
    stage(agenda, **second)


def two_items(**values):
    AgendaItemFactory(agenda=AgendaItemFactory(**values).agenda, **values)


def proposed_twice():
    item, state = AgendaItemFactory(), StateFactory()
    for _time in range(2):
        ItemProposer.objects.create(item=item, state=state)


URGENT = {"kind": "urgent", "urgency": "an earthquake"}
DECIDED = {"decided_on": date(2027, 6, 10), "decision_basis": "note verbale 12"}
BREAKERS = {
    "a_session_takes_time": lambda: AgendaFactory(session_minutes=0),
    "agenda_items_stand_in_one_order": lambda: two_items(position=1),
    "an_agenda_item_has_a_title": lambda: AgendaItemFactory(titles={}),
    "an_agenda_item_takes_time": lambda: AgendaItemFactory(minutes=0),
    "an_urgent_item_says_why": lambda: AgendaItemFactory(kind="urgent", status="pending"),
    "only_an_urgent_item_needs_a_decision": lambda: AgendaItemFactory(status="pending"),
    "an_urgent_item_is_listed_by_a_decision": lambda: AgendaItemFactory(**URGENT, status="listed"),
    "an_urgent_item_waits_from_its_decision": lambda: AgendaItemFactory(
        **URGENT, **DECIDED, considered_from=date(2027, 6, 9)
    ),
    "a_state_proposes_an_item_once": proposed_twice,
    "agenda_stages_are_numbered_once": lambda: two_stages({}, {"reissue": 1}),
    "agenda_stages_count_from_one": lambda: stage(number=0),
    "a_revision_of_a_stage_is_issued_once": lambda: two_stages({}, {"number": 2}),
}


@pytest.mark.parametrize("constraint", BREAKERS)
def test_the_database_itself_refuses_what_must_never_be_of_an_agenda(constraint):
    with pytest.raises(IntegrityError, match=f'constraint "{constraint}"'), transaction.atomic():
        BREAKERS[constraint]()


@pytest.mark.parametrize(
    "values",
    [
        {**URGENT, **DECIDED, "decision_basis": ""},
        {**URGENT, "status": "declined"},
        {"status": "declined"},
        {"kind": "supplementary", **DECIDED},
    ],
)
def test_an_item_is_urgent_and_decided_or_neither(values):
    with pytest.raises(IntegrityError, match="decision"), transaction.atomic():
        AgendaItemFactory(**values)


def test_what_the_rules_allow_the_database_allows():
    agenda = AgendaFactory()
    AgendaItemFactory(agenda=agenda, kind="supplementary", status="withdrawn")
    AgendaItemFactory(agenda=agenda, **URGENT, status="pending")
    AgendaItemFactory(agenda=agenda, **URGENT, status="withdrawn")
    AgendaItemFactory(agenda=agenda, **URGENT, **DECIDED, considered_from=date(2027, 6, 10))
    assert agenda.items.count() == 4


def test_a_new_order_may_exchange_two_positions_at_once():
    first = AgendaItemFactory()
    second = AgendaItemFactory(agenda=first.agenda)
    first.position, second.position = 2, 1
    AgendaItem.objects.bulk_update([first, second], ["position"])
    assert list(first.agenda.items.all()) == [second, first]


def test_a_meeting_has_one_agenda():
    meeting = AgendaFactory().meeting
    with pytest.raises(IntegrityError), transaction.atomic():
        AgendaFactory(meeting=meeting)


@pytest.mark.parametrize("act", ["update", "delete"])
def test_a_frozen_stage_is_neither_edited_nor_deleted(act):
    row = stage()
    stages = AgendaStage.objects.filter(pk=row.pk)
    with pytest.raises(Error, match="Cannot update or delete"), transaction.atomic():
        stages.update(note="another") if act == "update" else stages.delete()
    assert AgendaStage.objects.get().note == ""


def test_a_meeting_whose_agenda_was_frozen_stays():
    meeting = stage().agenda.meeting
    with pytest.raises(ProtectedError), transaction.atomic():
        meeting.delete()
    bare = AgendaItemFactory().agenda.meeting
    bare.delete()
    assert Agenda.objects.count() == 1


def test_a_state_that_proposes_an_item_cannot_be_deleted():
    item = AgendaItemFactory()
    ItemProposer.objects.create(item=item, state=StateFactory(code="TJ"))
    with pytest.raises(ProtectedError):
        item.proposers.get().delete()
