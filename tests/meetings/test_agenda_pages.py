"""The agenda on the desk: its page, its items, its stages, its papers."""

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from meetings.agenda_acts import ItemDraft, change_item, decide_urgent, freeze_stage, withdraw_item
from meetings.agendas import Stage
from meetings.models import Agenda, AgendaItem, AgendaStage, ItemProposer
from meetings.moves import move_meeting
from rotation.history import history_of
from tests.factories import (
    AgendaFactory,
    AgendaItemFactory,
    MechanismFactory,
    MeetingFactory,
    StateFactory,
    TrackFactory,
    UserFactory,
    day_span,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(datetime(2027, 5, 20, 8, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def agenda():
    return AgendaFactory(meeting__track__slug="ministers", meeting__ordinal=7, session_minutes=60)


@pytest.fixture
def items(agenda):
    return [AgendaItemFactory(agenda=agenda, minutes=10) for _each in range(3)]


def at(name, *arguments):
    return reverse(f"admin:meetings_agenda{name}", args=arguments)


def page(desk, agenda):
    return desk.get(at("_change", agenda.pk))


def frozen(agenda, *stages):
    for stage in stages:
        agenda.refresh_from_db()
        freeze_stage(agenda.pk, stage, seen=agenda.revision, actor=None)


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def titles(agenda):
    return [row.titles["en"] for row in agenda.items.filter(status="listed")]


PROPOSED = {"titles_en": "Transport", "requested_on": "2027-05-20"}


def test_an_agenda_is_begun_from_its_meeting_once(desk, user):
    meeting = MeetingFactory()
    assert (
        at("_of", meeting.pk)
        in desk.get(reverse("admin:meetings_meeting_change", args=[meeting.pk])).content.decode()
    )
    assert "This meeting has no agenda yet." in desk.get(at("_of", meeting.pk)).content.decode()
    assert not Agenda.objects.exists()
    answer = desk.post(at("_of", meeting.pk), follow=True)
    agenda = Agenda.objects.get()
    assert answer.redirect_chain == [(at("_change", agenda.pk), 302)]
    assert "The agenda has no item yet." in answer.content.decode()
    assert desk.get(at("_of", meeting.pk)).headers["Location"] == at("_change", agenda.pk)
    assert history_of(agenda)[0].user == user.username


def test_a_cancelled_meeting_gets_no_agenda(desk):
    meeting = MeetingFactory(status="cancelled")
    assert "it gets no agenda" in desk.get(at("_of", meeting.pk)).content.decode()
    answer = desk.post(at("_of", meeting.pk), follow=True)
    assert said(answer) == ["This meeting was cancelled; its agenda stays as it is."]
    assert not Agenda.objects.exists()


def test_the_page_tells_items_time_and_what_to_look_at(desk, agenda, items):
    AgendaItemFactory(agenda=agenda, is_sub=True, titles={"en": "Railways"})
    shown = page(desk, agenda).context
    assert [(each["number"], each["title"], each["time"]) for each in shown["items"]] == [
        ("1", "Item 1", "10 min"),
        ("2", "Item 2", "10 min"),
        ("3", "Item 3", "10 min"),
        ("3 (a)", "Railways", ""),
    ]
    assert shown["time"]["says"] == "30 min planned for a session of 1 h: 30 min left."
    assert shown["findings"] == [
        "Items without a time: 1.",
        "No title in 中文: 3 (a).",
        "No title in Русский: 3 (a).",
        "The provisional agenda was to be out by 18 April 2027, 60 days before the meeting.",
    ]
    assert [each["slug"] for each in shown["next_stages"]] == ["preliminary", "annotated", "provisional"]


def test_the_bar_shows_where_the_session_ends(desk, agenda, items):
    Agenda.objects.update(session_minutes=20)
    time = page(desk, agenda).context["time"]
    assert [part["x"] for part in time["parts"]] == ["0.0", "333.3", "666.7"]
    assert (time["end"], time["over"]) == ("666.7", "333.3")
    assert time["says"] == "30 min planned for a session of 20 min: 10 min too much."
    Agenda.objects.update(session_minutes=None)
    says = page(desk, agenda).context["time"]["says"]
    assert says == "30 min planned; how long the session is, is not known."


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
    assert answer.context["items"][0]["proposers"] == "China, Uzbekistan"
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


@pytest.fixture
def urgent(agenda, items):
    return AgendaItemFactory(
        agenda=agenda,
        kind="urgent",
        status="pending",
        urgency="an earthquake",
        requested_on=date(2027, 5, 19),
    )


def test_the_decision_on_an_urgent_item_is_recorded_on_its_page(desk, urgent):
    address = at("_item_act", urgent.pk, "decide")
    assert "Urgent because: an earthquake" in desk.get(address).content.decode()
    values = {"outcome": "admit", "decided_on": "2027-05-18", "basis": "silence procedure"}
    assert desk.post(address, values).context["form"].errors.keys() == {"decided_on"}
    assert desk.post(address, {**values, "basis": ""}).context["form"].errors.keys() == {"basis"}
    answer = desk.post(address, {**values, "decided_on": "2027-05-20"}, follow=True)
    assert said(answer) == ["The decision was recorded."]
    urgent.refresh_from_db()
    assert (urgent.status, urgent.considered_from) == ("listed", date(2027, 5, 27))
    assert desk.post(address, {**values, "decided_on": "2027-05-20"}).context["form"].non_field_errors() == [
        "Only an urgent item that waits for a decision can be decided."
    ]


def test_an_urgent_item_may_be_declined_and_is_then_told_below(desk, agenda, urgent):
    values = {"outcome": "decline", "decided_on": "2027-05-20", "basis": "note 4"}
    answer = desk.post(at("_item_act", urgent.pk, "decide"), values, follow=True)
    assert [(each["title"], each["row"].status) for each in answer.context["off"]] == [("Item 4", "declined")]
    assert at("_item_act", urgent.pk, "restore") not in answer.content.decode()


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
    address = at("_item_act", items[1].pk, "withdraw")
    assert desk.post(address, {"reason": ""}).context["form"].errors.keys() == {"reason"}
    answer = desk.post(address, {"reason": "settled"}, follow=True)
    assert (said(answer), titles(agenda)) == (["The item was taken off."], ["Item 1", "Item 3"])
    answer = desk.post(at("_item_act", items[1].pk, "restore"), {"reason": ""}, follow=True)
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


def test_a_stage_is_shown_before_it_is_frozen_and_kept_after_it(desk, user, agenda, items):
    frozen(agenda, Stage.PRELIMINARY)
    withdraw_item(items[1].pk, actor=None, reason="settled")
    address = at("_freeze", agenda.pk, "provisional")
    shown = desk.get(address)
    assert [each["number"] + " " + each["title"] for each in shown.context["items"]] == [
        "1 Item 1",
        "2 Item 3",
    ]
    assert [[kind["kind"] for kind in row["kinds"]] for row in shown.context["rows"]] == [[], ["dropped"], []]
    assert AgendaStage.objects.count() == 1
    answer = desk.post(address, {**seen_in(shown), "note": "circular 4", "confirm": "1"}, follow=True)
    assert said(answer) == ["Frozen: Provisional agenda."]
    row = AgendaStage.objects.get(number=2)
    assert (row.recorded_by, row.note, row.code) == (user, "circular 4", "provisional")


def seen_in(answer):
    shown = answer.context
    return {"seen": shown["agenda"].revision, "seen_meeting": shown["meeting"].revision}


@pytest.mark.parametrize("act", ["withdraw", "move"])
def test_a_stage_is_not_frozen_when_what_was_shown_has_changed(desk, agenda, items, act):
    address = at("_freeze", agenda.pk, "provisional")
    seen = seen_in(desk.get(address))
    if act == "withdraw":
        withdraw_item(items[0].pk, actor=None, reason="settled")
    else:
        move_meeting(agenda.meeting_id, to=day_span("2027-07-01"), actor=None, reason="the host asked")
    answer = desk.post(address, {**seen, "confirm": "1"})
    assert answer.context["form"].non_field_errors() == [
        "The agenda has changed since this was shown. Look again and confirm."
    ]
    assert not AgendaStage.objects.exists()


def test_a_stage_whose_turn_it_is_not_leads_back_and_says_why(desk, agenda, items):
    def answered(slug):
        return said(desk.get(at("_freeze", agenda.pk, slug), follow=True))

    assert answered("adopted") == ["The provisional agenda comes first: this stage follows it."]
    frozen(agenda, Stage.PROVISIONAL)
    assert answered("provisional") == ["Nothing has changed since “provisional agenda” was frozen."]
    frozen(agenda, Stage.ADOPTED)
    assert answered("provisional") == [
        "This stage does not follow the last one: “provisional agenda” after “agenda adopted”."
    ]
    assert answered("as-adopted") == ["The meeting is not over: the agenda as adopted is frozen after it."]
    assert desk.get(at("_freeze", agenda.pk, "final")).status_code == 404


def test_two_stages_stand_side_by_side(desk, agenda, items):
    frozen(agenda, Stage.PRELIMINARY)
    items[0].minutes, items[0].position = 25, 9
    items[0].titles = {**items[0].titles, "ru": "Открытие"}
    items[0].save()
    withdraw_item(items[1].pk, actor=None, reason="settled")
    AgendaItemFactory(agenda=agenda, position=10, titles={"en": "New"})
    Agenda.objects.update(session_minutes=90)
    frozen(agenda, Stage.PROVISIONAL)
    shown = desk.get(at("_compare", agenda.pk) + "?before=1&after=2").context
    assert [
        (
            row["before"] and f"{row['before']['number']} {row['before']['title']}",
            row["after"] and f"{row['after']['number']} {row['after']['title']}",
            [each["kind"] for each in row["kinds"]],
        )
        for row in shown["rows"]
    ] == [
        ("3 Item 3", "1 Item 3", ["moved"]),
        ("1 Item 1", "2 Item 1", ["changed"]),
        ("2 Item 2", False, ["dropped"]),
        (None, "3 New", ["added"]),
    ]
    assert shown["rows"][1]["fields"] == [
        {"label": "Title", "before": "ru: Пункт 1", "after": "ru: Открытие"},
        {"label": "Minutes", "before": "10 min", "after": "25 min"},
    ]
    assert shown["facts"] == [{"label": "Minutes of sitting", "before": "60", "after": "90"}]
    assert desk.get(at("_compare", agenda.pk)).context["changes"] == 0


@pytest.mark.parametrize("query", ["before=9", "after=x", "before=-1", "before=99999999999"])
def test_a_stage_that_is_not_there_is_not_found(desk, agenda, items, query):
    assert desk.get(f"{at('_compare', agenda.pk)}?{query}").status_code == 404
    assert desk.get(at("_stage", agenda.pk, query.partition("=")[2])).status_code == 404


def test_a_frozen_stage_shows_what_was_frozen(desk, agenda, items):
    frozen(agenda, Stage.PROVISIONAL)
    AgendaItem.objects.update(titles={"en": "Something else"})
    answer = desk.get(at("_stage", agenda.pk, 1))
    assert [each["title"] for each in answer.context["items"]] == ["Item 1", "Item 2", "Item 3"]
    assert "Something else" not in answer.content.decode()


@pytest.mark.parametrize(("language", "title"), [("en", "Item 1"), ("zh", "议题1"), ("ru", "Пункт 1")])
def test_any_stage_is_taken_away_as_pdf_and_docx_in_any_language(desk, agenda, items, language, title):
    frozen(agenda, Stage.PROVISIONAL)
    AgendaItem.objects.update(titles={"en": "Something else"})
    answer = desk.get(at("_paper", agenda.pk, 1), {"language": language, "format": "pdf"})
    assert answer.headers["Content-Type"] == "application/pdf"
    name = f"agenda-ministers-7-1-provisional-{language}.pdf"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    text = PdfReader(BytesIO(answer.content)).pages[0].extract_text()
    assert title in text.replace("议题 1", "议题1")
    answer = desk.get(at("_paper", agenda.pk, "draft"), {"language": language, "format": "docx"})
    assert answer.content[:2] == b"PK"
    assert f"draft-2027-05-20-{language}.docx" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("query", [{}, {"language": "xx"}, {"language": "en", "format": "exe"}])
def test_a_paper_in_no_language_or_format_is_not_found(desk, agenda, items, query):
    assert desk.get(at("_paper", agenda.pk, "draft"), query).status_code == 404


def test_the_session_and_the_notice_are_set_on_their_own_page(desk, user, agenda):
    values = {"session_minutes": "0", "provisional_days": "14", "supplementary_days": "10"}
    values |= {"list_days": "7", "cooling_days": "3", "reason": "agreed"}
    assert desk.post(at("_rules", agenda.pk), values).context["form"].errors
    desk.post(at("_rules", agenda.pk), {**values, "session_minutes": ""})
    agenda.refresh_from_db()
    assert (agenda.session_minutes, agenda.provisional_days, agenda.cooling_days) == (None, 14, 3)
    assert (history_of(agenda)[0].user, history_of(agenda)[0].reason) == (user.username, "agreed")


def test_the_history_tells_of_items_and_their_proposers(desk, agenda, items):
    ItemProposer.objects.create(item=items[0], state=StateFactory(code="TJ"))
    text = desk.get(at("_history", agenda.pk)).content.decode()
    assert "agenda item Item 1" in text
    assert "proposer Tajikistan — Item 1" in text


def test_papers_are_known_by_their_symbols_to_who_may_see_them(client, user, track, draft, issued):
    agenda = AgendaFactory(meeting=MeetingFactory(track=track), session_minutes=60)
    papers = [issued(meeting=agenda.meeting), draft(meeting=agenda.meeting)]
    papers.append(draft(meeting=agenda.meeting, distribution="restricted"))
    out, waiting, secret = (paper.symbol_id for paper in papers)
    AgendaItemFactory(agenda=agenda, minutes=5, papers=[out, waiting, secret, "a note"])

    def told(visitor):
        client.force_login(visitor)
        shown = page(client, agenda).context
        known = [(paper["text"], paper.get("status")) for paper in shown["items"][0]["papers"]]
        said = [each for each in shown["findings"] if each.startswith("Papers")]
        notes = client.get(at("_propose", agenda.pk)).context["notes"]
        return known, said, [note for note in notes if note.startswith("Papers")]

    assert told(user) == (
        [(out, "issued"), (waiting, "draft"), (secret, "draft"), ("a note", None)],
        [f"Papers that are not issued: {waiting}, {secret}."],
        [f"Papers of this meeting: {out}, {waiting}, {secret}"],
    )
    officer = UserFactory()
    names = ["view_agenda", "change_agenda", "view_document"]
    officer.user_permissions.set(Permission.objects.filter(codename__in=names))
    assert told(officer) == (
        [(out, "issued"), (waiting, "draft"), (secret, None), ("a note", None)],
        [f"Papers that are not issued: {waiting}."],
        [f"Papers of this meeting: {out}, {waiting}"],
    )


def test_who_may_only_look_sees_no_tool_and_changes_nothing(client, agenda, items, urgent):
    officer = UserFactory()
    client.force_login(officer)
    frozen(agenda, Stage.PROVISIONAL)
    reads = [
        at("_change", agenda.pk),
        at("_stage", agenda.pk, 1),
        at("_compare", agenda.pk),
        at("_paper", agenda.pk, 1) + "?language=en",
        at("_history", agenda.pk),
        at("_changelist"),
    ]
    writes = [
        at("_propose", agenda.pk),
        at("_rules", agenda.pk),
        at("_item", items[0].pk),
        at("_item_act", items[0].pk, "withdraw"),
        at("_item_act", urgent.pk, "decide"),
        at("_freeze", agenda.pk, "adopted"),
        at("_order", agenda.pk),
    ]
    assert {client.get(address).status_code for address in reads} == {403}
    officer.user_permissions.set(Permission.objects.filter(codename="view_agenda"))
    assert {client.get(address).status_code for address in reads} == {200}
    assert {client.post(address).status_code for address in writes} == {403}
    text = client.get(reads[0]).content.decode()
    for tool in ('name="up"', "handle", "Propose an item", "Record the decision", "Freeze"):
        assert tool not in text
    assert client.post(at("_of", MeetingFactory().pk)).status_code == 403
    officer.user_permissions.set(Permission.objects.filter(codename__in=["view_agenda", "change_agenda"]))
    assert client.get(at("_freeze", agenda.pk, "adopted")).status_code == 403
    assert client.get(at("_propose", agenda.pk)).status_code == 200


def queries_of(desk, address):
    with CaptureQueriesContext(connection) as queries:
        assert desk.get(address).status_code == 200
    return len(queries)


def test_no_page_costs_more_queries_with_fifty_items_and_agendas(desk, agenda):
    track = TrackFactory(mechanism=MechanismFactory())

    def fill(count):
        for _each in range(count):
            item = AgendaItemFactory(agenda=agenda, papers=[f"CCA/{agenda.items.count()}"])
            ItemProposer.objects.create(item=item, state=StateFactory(code="KZ"))
            off = AgendaItemFactory(agenda=agenda, status="withdrawn")
            ItemProposer.objects.create(item=off, state=StateFactory(code="KZ"))
            AgendaItemFactory(agenda__meeting__track=track)

    def addresses():
        return [
            at("_change", agenda.pk),
            at("_freeze", agenda.pk, "provisional"),
            at("_stage", agenda.pk, 1),
            at("_stage", agenda.pk, "draft"),
            at("_compare", agenda.pk),
            at("_paper", agenda.pk, "draft") + "?language=en&format=docx",
            at("_changelist"),
            at("_history", agenda.pk),
        ]

    fill(1)
    frozen(agenda, Stage.PROVISIONAL)
    fill(1)
    before = [queries_of(desk, address) for address in addresses()]
    fill(48)
    frozen(agenda, Stage.PROVISIONAL)
    fill(1)
    assert [queries_of(desk, address) for address in addresses()] == before


def test_the_list_tells_stage_items_and_time_and_filters_by_stage(desk, agenda, items, urgent):
    frozen(agenda, Stage.PRELIMINARY)
    bare = AgendaFactory()
    answer = desk.get(at("_changelist"))
    model_admin = answer.context["cl"].model_admin
    told = {
        row.pk: (
            model_admin.stage_shown(row),
            row.items_counted,
            model_admin.time_shown(row),
            row.items_pending,
        )
        for row in answer.context["cl"].result_list
    }
    assert told == {agenda.pk: ("preliminary list", 3, "30 min", 1), bare.pk: ("draft only", 0, "", 0)}
    for stage, expected in {"preliminary": [agenda.pk], "none": [bare.pk], "adopted": []}.items():
        rows = desk.get(at("_changelist"), {"stage": stage}).context["cl"].result_list
        assert [row.pk for row in rows] == expected
    found = desk.get(at("_changelist"), {"q": "Item 2"}).context["cl"].result_list
    assert [(row.pk, row.items_counted) for row in found] == [(agenda.pk, 3)]


def test_an_item_admitted_after_its_wait_begins_is_warned_of(desk, agenda, urgent):
    decide_urgent(urgent.pk, is_admitted=True, decided_on=date(2027, 6, 15), basis="note", actor=None)
    assert (
        "Item 4 may not be considered before 22 June 2027, when the meeting is over."
        in (page(desk, agenda).context["findings"])
    )
