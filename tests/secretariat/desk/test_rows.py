"""The rows of the desk's lists are made quickly, and are what Django's admin would have made of them."""

import pytest
from django.contrib.admin.templatetags.admin_list import items_for_result
from django.urls import reverse
from django.utils.translation import override

from secretariat.desk.rows import row_maker

from . import factories
from .test_pages import list_pages

DUES = "admin:meetings_due_changelist"


@pytest.fixture
def filled(body):
    track = factories.track(body)
    track.names = {"en": 'Trade & <b>"transport"</b>'}
    track.save()
    factories.fill(body, track, 1, 3)
    factories.meeting(factories.track(body, "video"), ordinal=None, city="<i>Astana</i>")


def rows_of(desk, name: str, query: str = ""):
    """The rows as we make them and as Django does, of one list."""
    answer = desk.get(f"{reverse(name)}{query}")
    changes = answer.context["cl"]
    made = row_maker(changes)
    ours = [made(row) for row in changes.result_list]
    assert [row for row in ours if row not in answer.content.decode()] == []
    return ours, ["".join(items_for_result(changes, row, None)) for row in changes.result_list]


@pytest.mark.parametrize("language", ["en", "zh-hans", "ru"])
def test_every_list_shows_the_rows_that_django_would_show(desk, filled, language):
    desk.cookies["django_language"] = language
    seen = 0
    for name in list_pages():
        with override(language):
            ours, theirs = rows_of(desk, name)
        assert ours == theirs, name
        seen += len(ours)
    assert seen > 50


@pytest.mark.parametrize(
    "query",
    [
        "?status__exact=open&q=agenda",
        "?o=2.-1",
        "?all=",
        "?_popup=1&_to_field=id",
    ],
)
def test_links_of_a_row_keep_the_filters_and_what_a_popup_asks(desk, filled, query):
    ours, theirs = rows_of(desk, DUES, query)
    assert (ours, len(ours) > 0) == (theirs, True)


def test_a_row_with_a_key_of_letters_is_linked_and_offered_by_it(desk, body):
    ours, theirs = rows_of(desk, "admin:rotation_state_changelist", "?_popup=1&_to_field=code")
    assert ours == theirs


def test_a_list_without_links_or_pages_shows_plain_text(desk, filled):
    changes = desk.get(reverse(DUES)).context["cl"]
    changes.list_display_links = None
    row = changes.result_list[0]
    text = row_maker(changes)(row)
    assert (text, "<th" in text) == ("".join(items_for_result(changes, row, None)), False)
