"""Who hosts, when and why, for a rule without decisions."""

from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from rotation.reasons import reason_text
from rotation.rule import Member, Rule, Side, turns

CHINA = Side("China", (Member("CN", "China"),))
ASIA = Side(
    "Central Asia",
    tuple(
        Member(code, name)
        for code, name in (
            ("UZ", "Uzbekistan"),
            ("KZ", "Kazakhstan"),
            ("KG", "Kyrgyzstan"),
            ("TJ", "Tajikistan"),
            ("TM", "Turkmenistan"),
        )
    ),
    "alphabetical",
)
MECHANISM = Rule("Summit", "2023", 24, (CHINA, ASIA), held_until="2025", basis="Xi'an Declaration, art. 2")


def test_china_alternates_with_the_central_asian_states_in_alphabetical_order():
    assert [(turn.period, turn.holder) for turn in islice(turns(MECHANISM), 12)] == [
        ("2023", "CN"),
        ("2025", "KZ"),
        ("2027", "CN"),
        ("2029", "KG"),
        ("2031", "CN"),
        ("2033", "TJ"),
        ("2035", "CN"),
        ("2037", "TM"),
        ("2039", "CN"),
        ("2041", "UZ"),
        ("2043", "CN"),
        ("2045", "KZ"),
    ]


def test_a_turn_says_why_and_names_the_article():
    fourth = next(islice(turns(MECHANISM), 3, None))
    assert [reason_text(reason) for reason in fourth.why] == [
        "The sides take turns: after China comes Central Asia — Xi'an Declaration, art. 2",
        "Central Asia, turn 2: after Kazakhstan, alphabetically, comes Kyrgyzstan — Xi'an Declaration, art. 2",
    ]


def test_turns_up_to_the_last_held_one_are_held_and_the_rest_projected():
    assert [turn.status for turn in islice(turns(MECHANISM), 3)] == ["held", "held", "projected"]


def test_the_order_is_that_of_the_languages_alphabet_and_not_of_code_points():
    # By code points the Kazakh Қ (U+049A) would come after Т (U+0422); in the alphabet it follows К.
    side = Side("S", (Member("TJ", "Тәжікстан"), Member("KZ", "Қазақстан")), "alphabetical", "kk")
    assert [turn.holder for turn in islice(turns(Rule("R", "2023", 12, (side,))), 2)] == ["KZ", "TJ"]


def test_a_newcomer_whose_place_is_next_takes_the_very_next_turn():
    side = Side(
        "S", (Member("A", "A"), Member("C", "C"), Member("B", "B", from_period="2021")), "alphabetical"
    )
    assert [turn.holder for turn in islice(turns(Rule("R", "2020", 12, (side,))), 4)] == ["A", "B", "C", "A"]


def test_the_turn_of_a_member_that_left_goes_to_the_next():
    side = Side("S", (Member("A", "A"), Member("B", "B", until_period="2020"), Member("C", "C")), "listed")
    assert [turn.holder for turn in islice(turns(Rule("R", "2020", 12, (side,))), 3)] == ["A", "C", "A"]


@st.composite
def rules(draw):
    sizes = draw(st.lists(st.integers(1, 6), min_size=1, max_size=4))
    sides = tuple(
        Side(
            f"side {s}",
            tuple(Member(f"{s}.{m}", f"name {m}") for m in range(size)),
            draw(st.sampled_from(["listed", "alphabetical"])),
        )
        for s, size in enumerate(sizes)
    )
    return Rule("R", "2000", draw(st.sampled_from([12, 24, 36])), sides)


@given(rules(), st.integers(1, 60))
def test_sides_alternate_and_nobody_holds_twice_before_every_member_held_once(rule, count):
    found = list(islice(turns(rule), count))
    assert [turn.side for turn in found] == [rule.sides[i % len(rule.sides)].name for i in range(count)]
    for side in rule.sides:
        holders = [turn.holder for turn in found if turn.side == side.name]
        for start in range(0, len(holders), len(side.members)):
            round_ = holders[start : start + len(side.members)]
            assert len(set(round_)) == len(round_)


@given(rules(), st.integers(1, 30), st.integers(0, 30))
def test_projecting_further_never_changes_earlier_turns(rule, count, more):
    assert list(islice(turns(rule), count + more))[:count] == list(islice(turns(rule), count))
