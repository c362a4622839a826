"""The agenda on the desk: its page, its rules, the list, who sees what, and what it costs."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from meetings.agenda.stages import Stage
from meetings.models import Agenda, ItemProposer
from rotation.history import history_of
from tests.factories import (
    AgendaFactory,
    AgendaItemFactory,
    MechanismFactory,
    MeetingFactory,
    StateFactory,
    TrackFactory,
    UserFactory,
)
from tests.meetings.agenda_pages.pages import at, frozen, page, said

pytestmark = pytest.mark.django_db


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
        [f"Papers that are not issued: {waiting} and {secret}."],
        [f"Papers of this meeting: {out}, {waiting} and {secret}"],
    )
    officer = UserFactory()
    names = ["view_agenda", "change_agenda", "view_document"]
    officer.user_permissions.set(Permission.objects.filter(codename__in=names))
    assert told(officer) == (
        [(out, "issued"), (waiting, "draft"), (secret, None), ("a note", None)],
        [f"Papers that are not issued: {waiting}."],
        [f"Papers of this meeting: {out} and {waiting}"],
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
        at("_item_withdraw", items[0].pk),
        at("_item_decide", urgent.pk),
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
