"""The stages of an agenda on the desk: frozen, compared, taken away as papers."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from meetings.agenda.acts import withdraw_item
from meetings.agenda.stages import Stage
from meetings.models import Agenda, AgendaItem, AgendaStage
from meetings.schedule.moves import move_meeting
from tests.acts import confirm, seal_of
from tests.factories import AgendaItemFactory, day_span
from tests.meetings.agenda_pages.pages import at, frozen, said

pytestmark = pytest.mark.django_db


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
    answer = confirm(desk, address, {"note": "circular 4"}, follow=True)
    assert said(answer) == ["Frozen: Provisional agenda."]
    row = AgendaStage.objects.get(number=2)
    assert (row.recorded_by, row.note, row.code) == (user, "circular 4", "provisional")


@pytest.mark.parametrize("act", ["withdraw", "move"])
def test_a_stage_is_not_frozen_when_what_was_shown_has_changed(desk, agenda, items, act):
    address = at("_freeze", agenda.pk, "provisional")
    seen = {"seen": seal_of(desk.get(address))}
    if act == "withdraw":
        withdraw_item(items[0].pk, actor=None, reason="settled")
    else:
        move_meeting(agenda.meeting_id, to=day_span("2027-07-01"), actor=None, reason="the host asked")
    answer = desk.post(address, {**seen, "confirm": "1"})
    assert "What would be done is no longer what was shown." in answer.content.decode()
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
