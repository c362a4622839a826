"""Papers that are named elsewhere than in their own meeting: no exit names what its reader may not know of."""

from datetime import date

import pytest

from meetings.papers.acts import add_version, follow_document, issue_document, save_document
from tests.meetings.papers.files import text

from .factories import bearer, health, meeting, system, token
from .papers import agenda, frozen, issued
from .test_sync import change, numbered, transport

pytestmark = pytest.mark.django_db


def agenda_naming(*papers):
    """The address of the agenda of another meeting, public and of health, that names these papers."""
    made = meeting(track=health())
    frozen(agenda(made, {"papers": [*(paper.symbol_id for paper in papers), "Non-paper on water"]}))
    return f"/api/v1/meetings/{made.uid}/agenda/"


def named(answer):
    return answer.json()["items"][0]["papers"]


READERS = {
    "anybody": lambda: {},
    "a partner": lambda: bearer(token()),
    "a partner of health": lambda: bearer(token(system(tracks=[health()]))),
}


@pytest.mark.parametrize(
    ("reader", "hidden", "shown"),
    [
        ("anybody", {"visibility": "internal"}, {"visibility": "public"}),
        ("anybody", {"visibility": "partners"}, {"visibility": "public"}),
        ("a partner", {"visibility": "internal"}, {"visibility": "partners"}),
        ("a partner of health", {"track": "transport"}, {"track": "health"}),
    ],
)
def test_an_agenda_names_a_paper_of_another_meeting_once_that_is_shown_and_under_another_tag(
    client, bodies_kept, reader, hidden, shown
):
    tracks = {"transport": transport(), "health": health()}
    hidden, shown = (
        {name: tracks.get(value, value) for name, value in values.items()} for values in (hidden, shown)
    )
    other = meeting(**hidden)
    paper = issued(other, distribution="general", track=other.track)
    address, headers = agenda_naming(paper), READERS[reader]()
    numbered()
    for _again in range(2):
        before = client.get(address, **headers)
        assert named(before) == ["Non-paper on water"]
        assert paper.symbol_id not in before.content.decode()
    change(other, **shown)
    after = client.get(address, HTTP_IF_NONE_MATCH=before["ETag"], **headers)
    assert (after.status_code, named(after)) == (200, [paper.symbol_id, "Non-paper on water"])
    change(other, **hidden)
    again = client.get(address, HTTP_IF_NONE_MATCH=after["ETag"], **headers)
    assert (again.status_code, again.content) == (200, before.content)


def test_an_agenda_names_a_paper_of_no_meeting_and_one_of_its_own(client):
    made = meeting()
    own, of_none = issued(made, distribution="general"), issued(None, distribution="general")
    frozen(agenda(made, {"papers": [own.symbol_id, of_none.symbol_id]}))
    for reader in READERS.values():
        answer = client.get(f"/api/v1/meetings/{made.uid}/agenda/", **reader())
        assert named(answer) == [own.symbol_id, of_none.symbol_id]


def addendum_of(paper, distribution):
    """Issued, and told to more or fewer than the paper that it adds to."""
    row = follow_document(
        paper.pk, suffix="Add", titles={"en": "Annex"}, dated_on=date(2027, 4, 2), actor=None
    )
    row.distribution = distribution
    save_document(row, actor=None)
    for code in ("zh", "ru"):
        add_version(row.pk, language=code, file=text(code), name="draft.txt", actor=None)
    return issue_document(row.pk, actor=None)


@pytest.mark.parametrize(
    ("distribution", "is_named"),
    [
        ("restricted", {"anybody": False, "a partner": False}),
        ("limited", {"anybody": False, "a partner": True}),
        ("general", {"anybody": True, "a partner": True}),
    ],
)
def test_a_paper_does_not_say_that_it_follows_one_that_its_reader_is_not_told_of(
    client, distribution, is_named
):
    made = meeting()
    paper = issued(made, distribution=distribution)
    addendum_of(paper, "general")
    for reader, expected in is_named.items():
        rows = client.get(f"/api/v1/meetings/{made.uid}/documents/", **READERS[reader]()).json()["items"]
        assert rows[-1]["follows"] == (paper.symbol_id if expected else None)


def test_the_page_tells_of_an_addendum_and_not_of_the_restricted_paper_that_it_follows(client):
    made = meeting()
    paper = issued(made, distribution="restricted", titles={"en": "Secret draft"})
    added = addendum_of(paper, "general")
    response = client.get(f"/meetings/{made.uid}/")
    assert [(row["symbol"], row["follows"]) for row in response.context["papers"]] == [
        (added.symbol_id, None)
    ]
    assert "Secret draft" not in response.content.decode()
