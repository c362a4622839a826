from datetime import date
from itertools import islice

from rotation.comparison import compare
from rotation.rule import Decision, Member, Rule, Side, turns

RULE = Rule(
    "Body",
    "2020",
    12,
    (Side("All", tuple(Member(code, code) for code in "ABC")),),
)


def projected(*decisions, count=4):
    return list(islice(turns(RULE, decisions), count))


def test_nothing_changes_between_a_projection_and_itself():
    assert [pair.is_changed for pair in compare(projected(), projected())] == [False] * 4


def test_only_the_periods_of_a_swap_are_changed():
    swap = Decision("swap", date(2019, 1, 1), "art. 1", period="2020", other_period="2021")
    pairs = compare(projected(), projected(swap))
    assert [(pair.period, pair.before.holder, pair.after.holder, pair.is_changed) for pair in pairs] == [
        ("2020", "A", "B", True),
        ("2021", "B", "A", True),
        ("2022", "C", "C", False),
        ("2023", "A", "A", False),
    ]


def test_a_vacant_period_has_no_turn_after():
    vacant = Decision("vacate", date(2019, 1, 1), "art. 1", period="2020")
    first = compare(projected(), projected(vacant, count=3))[0]
    assert (first.period, first.before.holder, first.after) == ("2020", "A", None)


def test_a_turn_that_is_announced_is_changed():
    announced = Decision("announce", date(2019, 1, 1), "art. 1", period="2020")
    assert [pair.is_changed for pair in compare(projected(), projected(announced))] == [
        True,
        False,
        False,
        False,
    ]
