"""What the start page says of papers: silence about to close, and languages that are missing."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meetings.papers.acts import follow_document, issue_document
from meetings.silence.acts import object_to, open_silence
from secretariat.desk.today import today_shown
from tests.factories import UserFactory
from tests.meetings.conftest import draft, issued, track  # noqa: F401
from tests.meetings.silence.test_silences import FRIDAY, closed_silence

pytestmark = pytest.mark.django_db

SUNDAY_BEFORE = FRIDAY.instant - timedelta(days=5)


def silence_on(document):
    return open_silence(document.pk, closing=FRIDAY, actor=None, reason="Agreed by the coordinators.")


def papers_told(now, user):
    shown = today_shown(now, user)
    return (
        [(each["row"].pk, each["left"]) for each in shown["silences"]["rows"]],
        [each["row"].symbol_id for each in shown["gaps"]["rows"]],
    )


def test_silence_is_told_of_in_its_last_week_and_until_its_adoption_is_recorded(issued, user):  # noqa: F811
    row = silence_on(issued())
    overdue = closed_silence(issued())
    assert [
        papers_told(SUNDAY_BEFORE - timedelta(days=3), user)[0],
        papers_told(SUNDAY_BEFORE, user)[0],
    ] == [[(overdue.pk, "")], [(overdue.pk, ""), (row.pk, "5 days")]]


def test_the_count_of_silences_leads_to_the_same_silences(desk, issued):  # noqa: F811
    overdue = closed_silence(issued())
    silence_on(issued())
    shown = desk.get("/admin/").context["silences"]
    listed = desk.get(shown["url"]).context["cl"].result_list
    assert (shown["count"], [row.pk for row in listed]) == (1, [overdue.pk])


def test_a_broken_silence_is_told_of_until_something_follows(desk, issued):  # noqa: F811
    broken, revised, again = (silence_on(issued()) for _paper in range(3))
    for row, state in ((broken, "TM"), (broken, "KZ"), (revised, "UZ"), (again, "UZ")):
        object_to(row.pk, state=state, actor=None, text="Note 12/4")
    follow_document(
        revised.document_id,
        suffix="Rev",
        titles={"en": "Draft"},
        dated_on=FRIDAY.on,
        actor=None,
        reason="Agreed.",
    )
    silence_on(again.document)
    page = desk.get("/admin/")
    shown = page.context["silences"]["broken"]
    assert [(each["row"].pk, each["states"]) for each in shown["rows"]] == [
        (broken.pk, "Kazakhstan and Turkmenistan")
    ]
    assert "Issue a revised text, open silence anew, or withdraw the paper" in page.content.decode()
    listed = desk.get(shown["url"]).context["cl"].result_list
    assert (shown["count"], [row.pk for row in listed]) == (1, [broken.pk])


def test_drafts_and_issued_papers_that_lack_a_language_are_told_of(desk, draft, issued, user):  # noqa: F811
    issued()
    half = draft("ru")
    excepted = draft("zh")
    issue_document(excepted.pk, actor=None, exception_reason="Russian follows.")
    shown = desk.get("/admin/").context["gaps"]
    assert [(each["row"].symbol_id, each["row"].status) for each in shown["rows"]] == [
        (half.symbol_id, "draft"),
        (excepted.symbol_id, "issued"),
    ]
    assert "ZH missing" in shown["rows"][0]["chips"]
    listed = desk.get(shown["url"]).context["cl"].result_list
    assert {row.symbol_id for row in listed} == {half.symbol_id, excepted.symbol_id}


def test_the_start_page_says_in_words_that_no_paper_waits(desk):
    text = desk.get("/admin/").content.decode()
    assert "No silence closes in the next 7 days." in text
    assert "Every paper is there in all its languages." in text


def test_papers_are_told_of_to_those_only_who_may_see_them(client, draft, issued):  # noqa: F811
    secret, known = draft(distribution="restricted"), draft("zh")
    hidden, seen = closed_silence(issued(distribution="restricted")), closed_silence(issued())
    officer = UserFactory()
    client.force_login(officer)
    page = client.get("/admin/")
    assert (page.context["silences"], page.context["gaps"]) == (None, None)
    assert "Silence closing" not in page.content.decode()
    names = ["view_document", "view_silenceprocedure"]
    officer.user_permissions.set(Permission.objects.filter(codename__in=names))
    page = client.get("/admin/")
    assert [each["row"].pk for each in page.context["silences"]["rows"]] == [seen.pk]
    assert [each["row"].pk for each in page.context["gaps"]["rows"]] == [known.pk]
    text = page.content.decode()
    assert [symbol for symbol in (secret.symbol_id, hidden.document.symbol_id) if symbol in text] == []


def test_the_start_page_costs_the_same_with_one_paper_and_with_twenty(desk, draft, issued):  # noqa: F811
    def fill(count):
        for _each in range(count):
            draft("zh")
            closed_silence(issued())

    def queries():
        with CaptureQueriesContext(connection) as found:
            assert desk.get("/admin/").status_code == 200
        return len(found)

    fill(1)
    before = queries()
    fill(19)
    assert queries() == before
