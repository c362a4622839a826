"""States stand in one order everywhere: those that the setting names first, then by the reader's alphabet."""

import pytest
from django.utils import translation

from rotation.forms import state_names
from tests.factories import StateFactory

NAMES = {
    "CN": {"en": "China", "ru": "Китай", "zh": "中国"},
    "KZ": {"en": "Kazakhstan", "ru": "Казахстан", "zh": "哈萨克斯坦"},
    "KG": {"en": "Kyrgyzstan", "ru": "Киргизия", "zh": "吉尔吉斯斯坦"},
    "TJ": {"en": "Tajikistan", "ru": "Таджикистан", "zh": "塔吉克斯坦"},
    "UZ": {"en": "Uzbekistan", "ru": "Узбекистан", "zh": "乌兹别克斯坦"},
}


@pytest.fixture
def states(db):
    for code, names in NAMES.items():
        StateFactory(code=code, names=names)


@pytest.mark.parametrize(
    ("language", "first", "expected"),
    [
        ("en", ["CN"], "CN KZ KG TJ UZ"),
        ("ru", ["CN"], "CN KZ KG TJ UZ"),
        ("zh-hans", ["CN"], "CN KZ KG TJ UZ"),  # by pinyin: Hā, Jí, Tǎ, Wū
        ("ru", [], "KZ KG CN TJ UZ"),
        ("en", ["UZ", "TJ", "XX"], "UZ TJ CN KZ KG"),
    ],
)
def test_the_desk_the_choices_and_the_feed_list_states_alike(
    states, client, settings, language, first, expected
):
    settings.STATES_FIRST = first
    with translation.override(language):
        assert " ".join(state_names()) == expected
    told = client.get(f"/api/v1/states/?lang={language[:2]}").json()["items"]
    assert " ".join(state["code"] for state in told) == expected
