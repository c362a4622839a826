"""What a search finds: without case, accents, ways of composing, and never by the codes of the languages."""

import unicodedata

import pytest
from django.db import connection

from rotation.folding import found_by
from rotation.models import State
from tests.factories import StateFactory

pytestmark = pytest.mark.django_db


def folded(text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT folded(%s)", [text])
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Пётр", "петр"),
        ("ЁЛКА", "елка"),
        (unicodedata.normalize("NFD", "Пётр Йылмаз"), "петр иылмаз"),
        ("Türkmenistan", "turkmenistan"),
        ("İstanbul", "istanbul"),
        ("Қазақстан Әлия Ғани Ҳамид", "казакстан алия гани хамид"),
        ("Oʻzbekiston", "o'zbekiston"),
        ("上海", "上海"),
    ],
)
def test_text_is_folded(text, found):
    assert folded(text) == found


def found(word):
    return list(State.objects.filter(found_by(State, ["names"], word)).values_list("pk", flat=True))


def test_a_search_looks_at_the_texts_and_not_at_their_keys():
    StateFactory(code="KZ", names={"en": "Kazakhstan", "ru": "Казахстан"})
    StateFactory(code="UZ", names={"en": "Peru", "ru": "Перу"})
    assert (found("ru"), found("КАЗАХ"), found("en")) == (["UZ"], ["KZ"], [])


@pytest.mark.parametrize("word", ["%", "_", "\\", "a%b"])
def test_signs_of_patterns_stand_for_themselves(word):
    StateFactory(code="KZ", names={"en": "Kazakhstan"})
    assert found(word) == []
    State.objects.update(names={"en": f"x{word}y"})
    assert found(word) == ["KZ"]
