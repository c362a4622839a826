"""What a refusal of the engine reads like on the desk, and at a terminal."""

import pytest

from rotation.refusals import refusal_line, refusal_text
from rotation.rule import BadDecision, NobodyLeft

NAMES = {"KZ": "Kazakhstan"}


@pytest.mark.parametrize(
    ("refusal", "sentence", "line"),
    [
        (
            BadDecision(0, "period", "no_turn", period="2030"),
            "No turn falls in 2030.",
            "decisions[0].period: no turn falls in 2030",
        ),
        (
            BadDecision(1, "periods", "same_period"),
            "A period cannot change places with itself.",
            "decisions[1].periods: a period cannot change places with itself",
        ),
        (
            BadDecision(2, "member", "not_in_order", member="KZ", period="2031"),
            "Kazakhstan is not in the order in 2031.",
            "decisions[2].member: 'KZ' is not in the order in 2031",
        ),
        (
            BadDecision(0, "member", "not_its_turn", member="KZ"),
            "Kazakhstan is not of the side whose turn it is.",
            "decisions[0].member: 'KZ' is not of the side whose turn it is",
        ),
        (
            BadDecision(0, "to", "not_later", to="2021", period="2022"),
            "2021 does not lie after 2022.",
            "decisions[0].to: 2021 does not lie after 2022",
        ),
        (
            BadDecision(0, "to", "past_next_turn", to="2031"),
            "2031 does not lie before the next turn.",
            "decisions[0].to: 2031 does not lie before the next turn",
        ),
        (
            BadDecision(0, "side", "no_side", side="Asia"),
            "There is no side “Asia”.",
            "decisions[0].side: there is no side “Asia”",
        ),
        (
            BadDecision(0, "member", "in_another_side", member="FR"),
            "FR is in another side.",
            "decisions[0].member: 'FR' is in another side",
        ),
        (
            BadDecision(0, "member", "in_order", member="KZ", period="2031"),
            "Kazakhstan is in the order in 2031 or later.",
            "decisions[0].member: 'KZ' is in the order in 2031 or later",
        ),
        (
            BadDecision(0, "after", "no_place", member="KZ"),
            "Kazakhstan has no place in the list.",
            "decisions[0].after: 'KZ' has no place in the list",
        ),
        (
            BadDecision(0, "period", "leaves_nobody", period="2031"),
            "A skip of 2031 leaves nobody to take the turn.",
            "decisions[0].period: a skip of 2031 leaves nobody to take the turn",
        ),
        (
            BadDecision(3, "decision", "not_earlier"),
            "Only an earlier decision can be revoked.",
            "decisions[3].decision: only an earlier decision can be revoked",
        ),
        (
            NobodyLeft(1, "Asia", "2031"),
            "Nobody would be left in the side “Asia” to host in 2031.",
            "sides[1]: nobody would be left in the side “Asia” to host in 2031",
        ),
    ],
    ids=lambda value: value.code if isinstance(value, BadDecision | NobodyLeft) else "",
)
def test_a_refusal_is_a_sentence_on_the_desk_and_a_line_with_its_key_at_a_terminal(refusal, sentence, line):
    assert refusal_text(refusal, NAMES) == sentence
    assert refusal_line(refusal) == line


def test_the_readers_language_words_the_sentence_and_names_the_state():
    russian = {"{member} is not in the order in {period}.": "{period}: {member} не входит в порядок."}
    refusal = BadDecision(0, "member", "not_in_order", member="KZ", period="2031")
    assert refusal_text(refusal, {"KZ": "Казахстан"}, russian.get) == "2031: Казахстан не входит в порядок."
