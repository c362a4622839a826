"""Who hosts, when and why: the rule by itself, and what the parties decided."""

import json
from datetime import date
from itertools import islice
from pathlib import Path

import pytest

from rotation.reasons import reason_text
from rotation.rule import BadDecision, Decision, Member, NobodyLeft, Rule, Side, turns
from rotation.spec import read_spec

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


CASES = json.loads((Path(__file__).parent / "data" / "rotation-cases.json").read_text("utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_record_of_a_real_body_is_reproduced(case):
    rule, decisions = read_spec(json.dumps(case["spec"]).encode())
    found = islice(turns(rule, decisions), len(case["expected"]))
    assert [{"period": turn.period, "holder": turn.holder} for turn in found] == case["expected"]


def letters(text, **spans):
    return tuple(Member(code, code, *spans.get(code, ())) for code in text.split())


YEARLY = Rule("R", "2020", 12, (Side("S", letters("A B C D E")),))
TWO_SIDES = Rule("R", "2020", 12, (Side("S", letters("A B C")), Side("T", letters("X Y Z"))))


def decide(kind, period="", *, on="2019-01-01", **fields):
    return Decision(kind, date.fromisoformat(on), period=period, **fields)


def swap(a, b, **fields):
    return decide("swap", a, other_period=b, **fields)


def substitute(period, member, kept, **fields):
    return decide("substitute", period, member=member, turn_kept=kept, **fields)


def accede(code, from_period, **fields):
    return decide("accede", member=code, name=code, side="S", from_period=from_period, **fields)


def withdraw(code, from_period, **fields):
    return decide("withdraw", member=code, from_period=from_period, **fields)


def holders(decisions=(), rule=YEARLY, count=5, **options):
    return " ".join(turn.holder for turn in islice(turns(rule, decisions, **options), count))


def dated(decisions, rule=YEARLY, count=4):
    return [f"{turn.period} {turn.holder}" for turn in islice(turns(rule, decisions), count)]


@pytest.mark.parametrize(
    ("decisions", "expected"),
    [
        ([], "A B C D E"),
        ([swap("2021", "2023")], "A D C B E"),
        ([swap("2021", "2023"), decide("skip", "2021")], "A E C B A"),
        ([decide("skip", "2021"), swap("2021", "2023")], "A E D C A"),
        ([swap("2021", "2023"), decide("skip", "2021", on="2018-01-01")], "A E D C A"),
        ([swap("2020", "2021"), swap("2021", "2022")], "B C A D E"),
        ([swap("2021", "2023"), substitute("2021", "E", True)], "A E C B D"),
        ([swap("2021", "2023"), substitute("2021", "E", False)], "A E C B E"),
        ([swap("2021", "2023"), decide("assign", "2021", member="E")], "A E C B A"),
        ([swap("2021", "2023"), swap("2021", "2023")], "A B C D E"),
        ([swap("2021", "2099")], "A E C D E"),
        ([swap("2021", "2023"), withdraw("C", "2022")], "A E D B A"),
        ([swap("2021", "2023"), withdraw("D", "2023")], "A E C B A"),
        ([swap("2021", "2023"), withdraw("B", "2022")], "A D C C E"),
        ([substitute("2021", "D", True)], "A D B C D"),
        ([substitute("2021", "E", True), withdraw("E", "2021")], "A B C D A"),
        ([substitute("2021", "E", False), withdraw("E", "2021")], "A C D A B"),
        ([substitute("2021", "D", False)], "A D C D E"),
        ([substitute("2021", "D", True), substitute("2022", "E", True)], "A D E B C"),
        ([substitute("2021", "D", True), substitute("2021", "E", True)], "A E B C D"),
        ([substitute("2021", "D", True), substitute("2021", "B", False)], "A B C D E"),
        ([substitute("2021", "D", True), decide("assign", "2021", member="E")], "A E A B C"),
        ([decide("assign", "2021", member="D"), substitute("2021", "A", True)], "A A D E A"),
        ([decide("assign", "2021", member="D"), decide("assign", "2021", member="C")], "A C D E A"),
        ([decide("skip", "2021"), substitute("2021", "E", True)], "A E C D E"),
        ([decide("skip", "2021"), decide("assign", "2021", member="B")], "A B C D E"),
        ([substitute("2021", "D", True), substitute("2021", "E", False)], "A E C D E"),
        ([substitute("2021", "D", True), decide("skip", "2021")], "A B C D E"),
        ([substitute("2021", "D", False), decide("skip", "2021")], "A C D E A"),
        ([substitute("2021", "B", False)], "A B C D E"),
        ([decide("skip", "2021")], "A C D E A"),
        ([decide("skip", "2021"), decide("skip", "2021")], "A D E A B"),
        ([decide("assign", "2021", member="D")], "A D E A B"),
        ([decide("assign", "2021", member="D"), decide("skip", "2021")], "A E A B C"),
        ([substitute("2021", "D", True), decide("assign", "2022", member="E")], "A D E A B"),
        ([substitute("2021", "D", True), withdraw("B", "2022")], "A D C D E"),
        ([decide("assign", "2023", member="E"), withdraw("E", "2022")], "A B C A B"),
        ([withdraw("B", "2021")], "A C D E A"),
        ([withdraw("B", "2022")], "A B C D E"),
        ([withdraw("B", "2021", on="2023-05-01")], "A C D E A"),
        ([withdraw("B", "2021"), withdraw("C", "2022"), withdraw("C", "2021")], "A D E A D"),
        ([accede("N", "2021", after="A")], "A N B C D"),
        ([accede("N", "2022", after="A")], "A B C D E"),
        ([accede("N", "2021", after="B"), accede("O", "2021", after="B")], "A B O N C"),
        ([withdraw("B", "2021"), accede("B", "2022", after="C")], "A C B D E"),
    ],
)
def test_decisions_have_the_effect_that_the_parties_meant(decisions, expected):
    assert holders(decisions) == expected


def test_a_newcomer_to_an_alphabetical_side_takes_the_place_of_its_name_and_else_the_end():
    sorted_side = Rule("R", "2020", 12, (Side("S", letters("A B D E"), "alphabetical"),))
    assert holders([accede("C", "2021")], sorted_side, 6) == "A B C D E A"
    assert (
        holders([accede("C", "2021")], Rule("R", "2020", 12, (Side("S", letters("A B D")),)), 5)
        == "A B D C A"
    )


def test_assigning_a_member_listed_twice_means_its_next_place():
    rule = Rule("R", "2020", 12, (Side("S", letters("A B A C D")),))
    assert holders([decide("assign", "2021", member="A")], rule) == "A A C D A"


@pytest.mark.parametrize(("first", "expected"), [("A", "A B A C A"), ("B", "B A C A B"), ("C", "C A B A C")])
def test_the_order_begins_with_the_first_holder_at_its_first_place(first, expected):
    rule = Rule("R", "2020", 12, (Side("S", letters("A B A C")),), first_holder=first)
    assert holders((), rule) == expected


def test_names_that_collate_alike_go_by_code():
    alike = (Member("C", "Alba"), Member("B", "Alba"), Member("A", "Baltia"))
    assert holders((), Rule("R", "2020", 12, (Side("S", alike, "alphabetical"),)), 3) == "B C A"


def test_what_was_held_stays_held_whatever_is_known():
    rule = Rule("R", "2020", 12, YEARLY.sides, held_until="2021")
    found = islice(turns(rule, [decide("announce", "2022")], known_on=date(2018, 12, 31)), 3)
    assert [turn.status for turn in found] == ["held", "held", "projected"]


def test_a_vacant_period_prints_no_turn_and_moves_every_side_one_period_on():
    assert dated([decide("vacate", "2021")], TWO_SIDES) == ["2020 A", "2022 X", "2023 B", "2024 Y"]


def test_a_postponed_turn_moves_the_later_ones_or_leaves_them():
    biennial = Rule("R", "2020", 24, (Side("S", letters("A B C D")),))
    alone = decide("postpone", "2022", to="2023")
    together = decide("postpone", "2022", to="2023", shift=True)
    assert dated([alone], biennial) == ["2020 A", "2023 B", "2024 C", "2026 D"]
    assert dated([together], biennial) == ["2020 A", "2023 B", "2025 C", "2027 D"]


BIENNIAL = Rule("R", "2023", 24, (Side("S", letters("A B C D E F")),))


def postpone(period, to, **fields):
    return decide("postpone", period, to=to, **fields)


def advance(period, to, **fields):
    return decide("advance", period, to=to, **fields)


@pytest.mark.parametrize(
    ("decisions", "expected"),
    [
        # Vacated backwards and forwards: the same two periods stay vacant.
        ([decide("vacate", "2029"), decide("vacate", "2027")], "2023 A, 2025 B, 2031 C, 2033 D, 2035 E"),
        ([decide("vacate", "2027"), decide("vacate", "2029")], "2023 A, 2025 B, 2031 C, 2033 D, 2035 E"),
        # A postponed turn that is vacated goes back to the grid.
        ([postpone("2029", "2030"), decide("vacate", "2030")], "2023 A, 2025 B, 2027 C, 2031 D, 2033 E"),
        # No turn is moved into a vacant period: it goes on to the next.
        (
            [decide("vacate", "2029"), postpone("2025", "2027", shift=True)],
            "2023 A, 2027 B, 2031 C, 2033 D, 2035 E",
        ),
        ([advance("2027", "2026")], "2023 A, 2025 B, 2026 C, 2029 D, 2031 E"),
        ([advance("2027", "2026", shift=True)], "2023 A, 2025 B, 2026 C, 2028 D, 2030 E"),
        # Brought forward in the grid that an earlier shift left, and then vacated.
        (
            [advance("2027", "2026", shift=True), decide("vacate", "2028")],
            "2023 A, 2025 B, 2026 C, 2030 D, 2032 E",
        ),
        ([postpone("2027", "2028"), advance("2028", "2027")], "2023 A, 2025 B, 2027 C, 2029 D, 2031 E"),
        (
            [postpone("2027", "2030", shift=True), advance("2030", "2027", shift=True)],
            "2023 A, 2025 B, 2027 C, 2029 D, 2031 E",
        ),
        ([advance("2099", "2098")], "2023 A, 2025 B, 2027 C, 2029 D, 2031 E"),
    ],
)
def test_a_vacant_period_stays_vacant_and_a_turn_may_be_brought_forward(decisions, expected):
    assert ", ".join(dated(decisions, BIENNIAL, 5)) == expected


def test_a_decision_follows_a_turn_that_is_brought_forward():
    assert dated([decide("skip", "2029"), advance("2029", "2028")], BIENNIAL, 4) == [
        "2023 A",
        "2025 B",
        "2027 C",
        "2028 E",
    ]


def test_a_turn_names_every_decision_that_moved_it_also_one_upstream():
    decisions = [
        decide("vacate", "2029", basis="Note 1"),
        decide("vacate", "2027", basis="Note 2"),
        postpone("2025", "2026", shift=True, basis="Note 3"),
        advance("2034", "2033", basis="Note 4"),
    ]
    found = {
        turn.period: [reason_text(each) for each in turn.why]
        for turn in islice(turns(BIENNIAL, decisions), 5)
    }
    assert found == {
        "2023": ["S, turn 1: A comes first in the order"],
        "2026": ["S, turn 2: after A, as listed, comes B", "The turn of 2025 is held in 2026 — Note 3"],
        "2032": [
            "S, turn 3: after B, as listed, comes C",
            "There is no meeting in 2027; its turn is kept for the next period — Note 2",
            "There is no meeting in 2029, so this turn falls later — Note 1",
            "The turn of 2025 is held in 2026; this one moves by the same time — Note 3",
        ],
        "2033": [
            "S, turn 4: after C, as listed, comes D",
            "There is no meeting in 2029; its turn is kept for the next period — Note 1",
            "There is no meeting in 2027, so this turn falls later — Note 2",
            "The turn of 2025 is held in 2026; this one moves by the same time — Note 3",
            "The turn of 2034 is brought forward to 2033 — Note 4",
        ],
        "2036": [
            "S, turn 5: after D, as listed, comes E",
            "There is no meeting in 2029, so this turn falls later — Note 1",
            "There is no meeting in 2027, so this turn falls later — Note 2",
            "The turn of 2025 is held in 2026; this one moves by the same time — Note 3",
        ],
    }


def test_a_decision_follows_its_turn_and_later_ones_use_the_new_periods():
    vacate, skip = decide("vacate", "2021"), decide("skip", "2022")
    assert dated([skip, vacate]) == ["2020 A", "2022 B", "2023 D", "2024 E"]
    assert dated([vacate, skip]) == ["2020 A", "2022 C", "2023 D", "2024 E"]


def test_a_decision_follows_a_postponed_turn_too():
    skip, postpone = decide("skip", "2022"), decide("postpone", "2021", to="2023", shift=True)
    assert dated([skip, postpone]) == ["2020 A", "2023 B", "2024 D", "2025 E"]


def test_no_meeting_or_another_day_speaks_of_the_period_whoever_holds_it_by_a_swap():
    swapped = swap("2021", "2023")
    assert dated([swapped, decide("vacate", "2021")]) == ["2020 A", "2022 D", "2023 C", "2024 B"]
    later = decide("postpone", "2021", to="2023", shift=True)
    assert dated([swapped, later]) == ["2020 A", "2023 D", "2024 C", "2025 B"]
    found = list(islice(turns(YEARLY, [swapped, decide("announce", "2021")]), 4))
    assert [(turn.holder, turn.status) for turn in found] == [
        ("A", "projected"),
        ("D", "announced"),
        ("C", "projected"),
        ("B", "projected"),
    ]


def test_a_withdrawal_ends_every_membership_and_the_member_may_come_back():
    listed_twice = Rule("R", "2020", 12, (Side("S", letters("A B A C")),))
    assert holders([withdraw("A", "2021")], listed_twice) == "A B C B C"
    again = (Member("A", "A"), Member("B", "B", None, "2021"), Member("B", "B", "2024"))
    later = Rule("R", "2020", 12, (Side("S", again, "alphabetical"),))
    assert holders((), later, 6) == "A B A A B A"
    assert holders([withdraw("B", "2021")], later, 6) == "A A A A A A"
    back = [withdraw("B", "2021"), accede("B", "2023")]
    assert holders(back, later, 6) == "A A A B A B"


def test_a_member_that_withdrew_is_told_by_the_name_of_that_membership():
    members = (Member("CD", "Zaire", None, "2020"), Member("CD", "Congo", "2021"), Member("A", "A"))
    rule = Rule("R", "2020", 12, (Side("S", members, "alphabetical"),))
    third = list(islice(turns(rule, [withdraw("CD", "2021", basis="Note 1")]), 3))[1]
    assert reason_text(third.why[0]) == "Congo is not in the order from 2021 on — Note 1"


def test_a_swap_between_sides_shows_each_holder_with_its_own_side():
    found = list(islice(turns(TWO_SIDES, [swap("2020", "2021")]), 3))
    assert [(turn.holder, turn.side) for turn in found] == [("X", "T"), ("A", "S"), ("B", "S")]


def test_a_member_named_before_it_was_admitted_is_refused():
    with pytest.raises(BadDecision, match=r"decisions\[0\]\.member"):
        turns(YEARLY, [substitute("2021", "N", True, on="2018-01-01"), accede("N", "2020")])


def test_a_substitute_may_come_from_the_other_side_and_is_shown_with_its_own():
    second = list(islice(turns(TWO_SIDES, [substitute("2021", "C", True)]), 4))
    assert [(turn.holder, turn.side) for turn in second] == [("A", "S"), ("C", "S"), ("B", "S"), ("X", "T")]


def test_an_announced_turn_is_announced_unless_it_was_held():
    rule = Rule("R", "2020", 12, YEARLY.sides, held_until="2020")
    decisions = [decide("announce", "2020"), decide("announce", "2021")]
    assert [turn.status for turn in islice(turns(rule, decisions), 3)] == ["held", "announced", "projected"]


def test_a_revocation_undoes_a_decision_from_its_day_on_until_it_is_itself_revoked():
    decisions = [
        decide("skip", "2021", on="2020-01-01"),
        decide("revoke", revokes=0, on="2020-02-01"),
        decide("revoke", revokes=1, on="2020-03-01"),
    ]
    known = ["2019-12-31", "2020-01-01", "2020-01-31", "2020-02-01", "2020-02-29", "2020-03-01"]
    assert [holders(decisions, count=3, known_on=date.fromisoformat(day)) for day in known] == [
        "A B C",
        "A C D",
        "A C D",
        "A B C",
        "A B C",
        "A C D",
    ]


def test_a_turn_tells_what_was_decided_on_it_and_on_what_basis():
    decisions = [withdraw("B", "2021", basis="Note 1"), decide("skip", "2021", basis="Note 2")]
    second = list(islice(turns(YEARLY, decisions), 2))[1]
    assert [reason_text(reason) for reason in second.why] == [
        "B is not in the order from 2021 on — Note 1",
        "S, turn 2: after A, as listed, comes C",
        "C gives up the turn of 2021; D comes next — Note 2",
    ]


def test_that_a_member_left_is_told_when_it_has_left_and_not_before_it_came():
    rule = Rule("R", "2020", 12, (Side("S", letters("B A", B=("2021",))),))
    found = islice(turns(rule, [withdraw("B", "2021", basis="Note 1")]), 2)
    assert [[reason.code for reason in turn.why] for turn in found] == [
        ["only_member"],
        ["withdrawn", "only_member"],
    ]


@pytest.mark.parametrize(
    ("decision", "key", "code"),
    [
        (decide("skip", "2019"), "period", "no_turn"),
        (swap("2021", "2021"), "periods", "same_period"),
        (substitute("2021", "N", True), "member", "not_in_order"),
        (decide("assign", "2021", member="A"), "member", "not_its_turn"),
        (decide("postpone", "2021", to="2022"), "to", "past_next_turn"),
        (decide("postpone", "2021", to="2020", shift=True), "to", "not_later"),
        (advance("2021", "2020"), "to", "past_previous_turn"),
        (advance("2021", "2021"), "to", "not_before"),
        (advance("2021", "2022", shift=True), "to", "not_before"),
        (advance("2020", "2019"), "to", "before_first"),
        (advance("2019", "2018"), "period", "no_turn"),
        (accede("A", "2021"), "member", "in_order"),
        (accede("X", "2021"), "member", "in_another_side"),
        (accede("N", "2021", after="O"), "after", "no_place"),
        (decide("accede", member="N", name="N", side="U", from_period="2021"), "side", "no_side"),
        (withdraw("N", "2021"), "member", "not_in_order"),
        (withdraw("N", "2040"), "member", "not_in_order"),
        (swap("2021", "2019"), "periods", "no_turn"),
        (swap("2019", "2021"), "periods", "no_turn"),
        (decide("vacate", "2019"), "period", "no_turn"),
        (decide("announce", "2019"), "period", "no_turn"),
        (decide("postpone", "2019", to="2021", shift=True), "period", "no_turn"),
        (decide("assign", "2021", member="N"), "member", "not_in_order"),
        (accede("A", "2040"), "member", "in_order"),
        (accede("N", "2021", after="X"), "after", "no_place"),
        (decide("revoke", revokes=1), "decision", "not_earlier"),
        (decide("revoke", revokes=0), "decision", "not_earlier"),
    ],
)
def test_a_decision_that_cannot_be_carried_out_is_refused_and_names_its_key(decision, key, code):
    with pytest.raises(BadDecision) as refusal:
        turns(TWO_SIDES, [decision])
    assert (refusal.value.index, refusal.value.key, refusal.value.code) == (0, key, code)


@pytest.mark.parametrize(
    ("decisions", "index", "code"),
    [
        ([decide("vacate", "2021"), decide("skip", "2021")], 1, "no_turn"),
        ([decide("vacate", "2022"), postpone("2021", "2022", shift=True)], 1, "vacant"),
        ([decide("vacate", "2021"), advance("2022", "2021")], 1, "vacant"),
        ([decide("postpone", "2021", to="2023", shift=True), decide("announce", "2022")], 1, "no_turn"),
        ([withdraw("B", "2021"), substitute("2022", "B", True)], 1, "not_in_order"),
        ([withdraw("B", "2021"), withdraw("B", "2022")], 1, "not_in_order"),
        ([accede("N", "2021"), accede("N", "2030")], 1, "in_order"),
        ([swap("2021", "2022"), decide("assign", "2021", member="X")], 1, "not_its_turn"),
        ([decide("skip", "2020")] * 3, 2, "leaves_nobody"),
        # As if the accession had never been made.
        (
            [accede("N", "2021"), substitute("2022", "N", True), decide("revoke", revokes=0)],
            1,
            "not_in_order",
        ),
    ],
)
def test_what_an_earlier_decision_made_impossible_is_refused(decisions, index, code):
    with pytest.raises(BadDecision) as refusal:
        turns(TWO_SIDES, decisions)
    assert (refusal.value.index, refusal.value.code) == (index, code)


def test_a_skip_that_leaves_nobody_is_refused():
    alone = Rule("R", "2020", 12, (Side("S", letters("A")),))
    with pytest.raises(BadDecision) as refusal:
        turns(alone, [decide("skip", "2021")])
    assert (refusal.value.where, refusal.value.code) == ("decisions[0].period", "leaves_nobody")


def test_a_side_with_nobody_left_is_named_with_the_period():
    sides = (Side("S", letters("A")), Side("T", letters("X", X=(None, "2022"))))
    with pytest.raises(NobodyLeft) as refusal:
        list(islice(turns(Rule("R", "2020", 12, sides)), 4))
    assert (refusal.value.where, refusal.value.side, refusal.value.period) == ("sides[1]", "T", "2023")
