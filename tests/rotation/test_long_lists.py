"""A long list counts up to a number, says so, and is leafed through no further."""

import pytest

from rotation.long_lists import FOUND, LongPaginator, words_of
from rotation.models import State
from tests.factories import ContactFactory, MinistryFactory, StateFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def states(db):
    State.objects.all().delete()
    for code in ("CN", "KG", "KZ", "TJ", "TM"):
        StateFactory(code=code)
    return State.objects.order_by("code")


@pytest.mark.parametrize(
    ("most", "count", "is_cut", "pages"),
    [
        (3, 3, True, [["CN", "KG"], ["KZ"]]),
        (5, 5, False, [["CN", "KG"], ["KZ", "TJ"], ["TM"]]),
        (9, 5, False, [["CN", "KG"], ["KZ", "TJ"], ["TM"]]),
    ],
)
def test_a_list_is_leafed_through_as_far_as_it_is_counted(states, most, count, is_cut, pages):
    paginator = LongPaginator(states, 2, most=most)
    assert (paginator.count, paginator.is_cut) == (count, is_cut)
    assert [[row.code for row in page] for page in paginator] == pages


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("draft  Пётр", ["draft", "Пётр"]),
        ('"note verbale" 12', ["note verbale", "12"]),
        ("a\x00b", ["ab"]),
        (" ".join("abcdefghijk"), list("abcdefgh")),
    ],
)
def test_what_is_typed_is_taken_as_words(typed, words):
    assert words_of(typed) == words


SAYS_SO = "More than 60 match, of which 60 are shown: add a word, or choose a filter."


def test_a_search_says_when_it_shows_not_all_that_it_found(desk):
    ministry = MinistryFactory()
    for number in range(FOUND):
        ContactFactory(ministry=ministry, name=f"Пётр {number}", email=f"petr{number}@example.org")
    page = desk.get("/admin/meetings/contact/", {"q": "петр"}).content.decode()
    assert (SAYS_SO in page, "60 contacts" in page) == (False, True)
    ContactFactory(ministry=ministry, name="Пётр Last", email="last@example.org")
    page = desk.get("/admin/meetings/contact/", {"q": "петр"}).content.decode()
    assert (SAYS_SO in page, "60+ contacts" in page, "60 results" in page) == (True, True, False)
    page = desk.get("/admin/meetings/contact/", {"q": "петр last"}).content.decode()
    assert (SAYS_SO in page, "Пётр Last" in page) == (False, True)


def test_a_list_that_nothing_is_asked_of_names_no_hits(desk):
    ContactFactory(name="Пётр", email="petr@example.org")
    ContactFactory(name="Anna", email="anna@example.org")
    page = desk.get("/admin/meetings/contact/").content.decode()
    assert ("2 contacts" in page, "2 results" in page) == (True, False)
    page = desk.get("/admin/meetings/contact/", {"q": "петр"}).content.decode()
    assert ("1 contact" in page, "1 result" in page) == (True, True)
