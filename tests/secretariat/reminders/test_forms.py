"""A mail that is filled into a laid-out form reads as the template itself would have written it."""

from dataclasses import asdict

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from secretariat.reminders.forms import HTML, TEXT, Content, html_of, text_of

words = st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=20)
pairs = st.lists(st.tuples(words, words), max_size=4)
contents = st.builds(
    Content,
    language=st.sampled_from(["en", "zh", "ru"]),
    salutation=words,
    lead=words,
    signature=words,
    unsubscribe=st.sampled_from(["", "https://example.org/unsubscribe/a.b?c&d"]),
    facts=pairs,
    links=pairs,
    is_example=st.booleans(),
)


@pytest.mark.parametrize("language", ["en", "zh-hans", "ru"])
@given(content=contents)
def test_a_filled_form_is_what_the_template_writes(language, content):
    with translation.override(language):
        assert text_of(content) == render_to_string(TEXT, asdict(content))
        assert html_of(content) == render_to_string(HTML, asdict(content))


def test_a_value_that_looks_like_a_slot_stays_a_value():
    content = Content(
        "en", "\ue0002\ue001", "<lead>", "{{ lead }}", "", "", [("a", "\ue0000\ue001")], [], False
    )
    text, html = text_of(content), html_of(content)
    assert "\ue0002\ue001\n\n<lead>\n\na: \ue0000\ue001\n" in text
    assert "{{ lead }}" in html
    assert "<lead>" not in html
