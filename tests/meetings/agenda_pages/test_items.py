"""The items of an agenda on the desk: proposed, decided on, changed, taken off, put in order."""

from datetime import date

import pytest

from meetings.agenda.acts import ItemDraft, change_item, decide_urgent
from meetings.agenda.stages import Stage
from meetings.models import AgendaItem
from rotation.history import history_of
from tests.acts import confirm
from tests.factories import AgendaItemFactory
from tests.meetings.agenda_pages.pages import at, frozen, page, said, titles

pytestmark = pytest.mark.django_db

PROPOSED = {"titles_en": "Transport", "requested_on": "2027-05-20"}


def test_an_item_is_proposed_with_its_proposers_in_the_readers_alphabet(desk, user, agenda):
    form = desk.get(at("_propose", agenda.pk)).context["form"]
    assert [label for _code, label in form.fields["proposers"].choices] == [
        "China",
        "Kazakhstan",
        "Kyrgyzstan",
        "Tajikistan",
        "Turkmenistan",
        "Uzbekistan",
    ]
    values = {**PROPOSED, "titles_ru": "Транспорт", "proposers": ["UZ", "CN"], "minutes": "30"}
    values |= {"papers": " CCA/1 \n\nCCA/2", "annotations_en": "Background", "reason": "note verbale 3"}
    answer = desk.post(at("_propose", agenda.pk), values, follow=True)
    assert said(answer) == ["The item is on the agenda."]
    item = AgendaItem.objects.get()
    assert (item.titles, item.papers, item.annotations) == (
        {"en": "Transport", "ru": "Транспорт"},
        ["CCA/1", "CCA/2"],
        {"en": "Background"},
    )
    assert answer.context["items"][0]["proposers"] == "China and Uzbekistan"
    assert (history_of(item)[0].user, history_of(item)[0].reason) == (user.username, "note verbale 3")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"titles_en": " "}, "titles"),
        ({"requested_on": "2027-05-21"}, "requested_on"),
        ({"requested_on": ""}, "requested_on"),
        ({"minutes": "0"}, "minutes"),
        ({"minutes": "ten"}, "minutes"),
        ({"action": "applause"}, "action"),
        ({"proposers": ["XX"]}, "proposers"),
        ({"papers": "x" * 301}, "papers"),
        ({"papers": "x\n" * 51}, "papers"),
    ],
)
def test_a_bad_item_is_refused_at_its_field(desk, agenda, values, field):
    answer = desk.post(at("_propose", agenda.pk), {**PROPOSED, **values})
    assert answer.context["form"].errors.keys() == {field}
    assert not AgendaItem.objects.exists()


def test_a_late_item_needs_a_reason_and_waits_apart(desk, agenda, items):
    frozen(agenda, Stage.PROVISIONAL)
    answer = desk.get(at("_propose", agenda.pk))
    assert "An item requested by 18 May 2027 is supplementary" in answer.content.decode()
    answer = desk.post(at("_propose", agenda.pk), PROPOSED)
    assert answer.context["form"].errors["urgency"] == [
        "The last day for a supplementary item was 18 May 2027. Say why this one is important and urgent: "
        "the parties decide on it."
    ]
    answer = desk.post(at("_propose", agenda.pk), {**PROPOSED, "urgency": "an earthquake"}, follow=True)
    assert said(answer) == [
        "The item came late: it waits for the parties' decision, and is not on the agenda yet."
    ]
    assert [each["title"] for each in answer.context["pending"]] == ["Transport"]
    assert titles(agenda) == ["Item 1", "Item 2", "Item 3"]
    answer = desk.post(at("_propose", agenda.pk), {**PROPOSED, "requested_on": "2027-05-18"}, follow=True)
    assert said(answer) == ["The item is on the agenda as a supplementary one."]


def test_the_decision_on_an_urgent_item_is_recorded_on_its_page(desk, urgent):
    address = at("_item_decide", urgent.pk)
    assert "Urgent because: an earthquake" in desk.get(address).content.decode()
    values = {"outcome": "admit", "decided_on": "2027-05-18", "basis": "silence procedure"}
    assert desk.post(address, values).context["form"].errors.keys() == {"decided_on"}
    assert desk.post(address, {**values, "basis": ""}).context["form"].errors.keys() == {"basis"}
    answer = confirm(desk, address, {**values, "decided_on": "2027-05-20"}, follow=True)
    assert said(answer) == ["The decision was recorded."]
    urgent.refresh_from_db()
    assert (urgent.status, urgent.considered_from) == ("listed", date(2027, 5, 27))
    again = confirm(desk, address, {**values, "decided_on": "2027-05-20"})
    assert again.context["form"].non_field_errors() == [
        "Only an urgent item that waits for a decision can be decided."
    ]


def test_an_urgent_item_may_be_declined_and_is_then_told_below(desk, agenda, urgent):
    values = {"outcome": "decline", "decided_on": "2027-05-20", "basis": "note 4"}
    answer = confirm(desk, at("_item_decide", urgent.pk), values, follow=True)
    assert [(each["title"], each["row"].status) for each in answer.context["off"]] == [("Item 4", "declined")]
    assert at("_item_restore", urgent.pk) not in answer.content.decode()


def test_an_item_is_changed_and_keeps_its_kind(desk, user, agenda, items, urgent):
    address = at("_item", items[0].pk)
    form = desk.get(address).context["form"]
    assert "urgency" not in form.fields
    assert form.initial["titles"] == {"en": "Item 1", "zh": "议题1", "ru": "Пункт 1"}
    seen = {"seen": desk.get(address).context["seen"]}
    desk.post(address, {**seen, "titles_en": "Opening", "minutes": "5", "is_sub": "on", "reason": "shorter"})
    items[0].refresh_from_db()
    assert (items[0].titles, items[0].minutes, items[0].kind) == ({"en": "Opening"}, 5, "regular")
    assert (history_of(items[0])[0].user, history_of(items[0])[0].reason) == (user.username, "shorter")
    address = at("_item", urgent.pk)
    seen = {"seen": desk.get(address).context["seen"]}
    answer = desk.post(address, {**seen, "titles_en": "Relief", "urgency": ""})
    assert answer.context["form"].errors.keys() == {"urgency"}


def test_what_somebody_else_changed_meanwhile_is_shown_and_not_overwritten(desk, items):
    address = at("_item", items[0].pk)
    seen = desk.get(address).context["seen"]
    change_item(items[0].pk, ItemDraft(titles={"en": "Opening"}, mandate="art. 3"), actor=None)
    answer = desk.post(address, {"seen": seen, "titles_en": "Closing"})
    assert answer.context["form"].non_field_errors()[0].startswith("Somebody else has changed this item")
    assert [value for _label, value in answer.context["now"] if value] == [
        "en: Opening",
        "art. 3",
        "regular",
        "no",
        "no",
    ]
    items[0].refresh_from_db()
    assert items[0].titles == {"en": "Opening"}
    desk.post(address, {"seen": answer.context["seen"], "titles_en": "Closing"})
    items[0].refresh_from_db()
    assert items[0].titles == {"en": "Closing"}


def test_an_item_is_taken_off_with_a_reason_and_put_back(desk, agenda, items):
    address = at("_item_withdraw", items[1].pk)
    assert desk.post(address, {"reason": ""}).context["form"].errors.keys() == {"reason"}
    answer = confirm(desk, address, {"reason": "settled"}, follow=True)
    assert (said(answer), titles(agenda)) == (["The item was taken off."], ["Item 1", "Item 3"])
    answer = confirm(desk, at("_item_restore", items[1].pk), {"reason": ""}, follow=True)
    assert said(answer) == ["The item was put back."]
    assert titles(agenda) == ["Item 1", "Item 2", "Item 3"]


def test_the_order_is_saved_as_it_was_dragged_or_not_at_all(desk, agenda, items):
    order = [items[2].pk, items[0].pk, items[1].pk]
    answer = desk.post(
        at("_order", agenda.pk), {"item": order, "seen": "1", "reason": "the host"}, follow=True
    )
    assert (said(answer), titles(agenda)) == (["The order was saved."], ["Item 3", "Item 1", "Item 2"])
    answer = desk.post(at("_order", agenda.pk), {"item": order[::-1], "seen": "1"}, follow=True)
    assert said(answer) == ["The agenda has changed since this was shown. Look again and confirm."]
    for wrong in ({}, {"item": ["x"], "seen": "2"}, {"item": order[:2], "seen": "2"}, {"item": order}):
        desk.post(at("_order", agenda.pk), wrong)
    assert titles(agenda) == ["Item 3", "Item 1", "Item 2"]


def test_without_javascript_the_arrows_move_an_item(desk, agenda, items):
    order = [row.pk for row in items]
    desk.post(at("_order", agenda.pk), {"item": order, "seen": "1", "down": items[0].pk})
    desk.post(at("_order", agenda.pk), {"item": order, "seen": "1", "up": items[2].pk})
    assert titles(agenda) == ["Item 2", "Item 3", "Item 1"]
    assert desk.get(at("_order", agenda.pk)).status_code == 404
    elsewhere = AgendaItemFactory()
    assert desk.post(at("_order", agenda.pk), {"up": elsewhere.pk}).status_code == 404
    assert desk.post(at("_order", agenda.pk), {"up": "x"}).status_code == 404


def test_an_item_admitted_after_its_wait_begins_is_warned_of(desk, agenda, urgent):
    decide_urgent(urgent.pk, is_admitted=True, decided_on=date(2027, 6, 15), basis="note", actor=None)
    assert (
        "Item 4 may not be considered before 22 June 2027, when the meeting is over."
        in (page(desk, agenda).context["findings"])
    )
