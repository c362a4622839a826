"""A list in a sentence is written as the reader's language writes it."""

import pytest
from django.template import Context, Template
from django.utils.translation import override

from rotation.lists import listed


@pytest.mark.parametrize(
    ("language", "three", "two"),
    [
        ("en", "China, Kazakhstan and Tajikistan", "China and Kazakhstan"),
        ("zh-hans", "China、Kazakhstan和Tajikistan", "China和Kazakhstan"),
        ("zh", "China、Kazakhstan和Tajikistan", "China和Kazakhstan"),
        ("ru", "China, Kazakhstan и Tajikistan", "China и Kazakhstan"),
    ],
)
def test_a_list_of_states_has_the_signs_of_its_language(language, three, two):
    names = ["China", "Kazakhstan", "Tajikistan"]
    assert (listed(names, language), listed(names[:2], language)) == (three, two)
    with override(language):
        shown = Template("{% load lists %}{{ names|listed }}").render(Context({"names": names}))
    assert shown == three


@pytest.mark.parametrize(("language", "text"), [("en", "2 d, 3 h"), ("zh-hans", "2 d3 h"), ("ru", "2 d 3 h")])
def test_the_parts_of_a_measure_are_joined_without_an_and(language, text):
    assert listed(["2 d", "3 h"], language, "unit") == text


def test_one_name_stands_alone_and_none_is_nothing():
    assert (listed(["China"], "ru"), listed([], "ru")) == ("China", "")
