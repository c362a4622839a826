"""What a spec may say, and how each mistake in it is named."""

import copy
import json
import time
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rotation.rule import Decision, Member, Rule, Side
from rotation.spec import BadSpec, read_day, read_decision, read_spec, read_until, write_decision

SPEC = {
    "name": "Council",
    "first_period": "2020",
    "step_months": 12,
    "sides": [
        {"name": "Listed", "order": "listed", "members": [{"code": "A", "name": "Alba"}]},
        {
            "name": "Sorted",
            "order": "alphabetical",
            "members": [{"code": "B", "name": "Baltia", "from": "2001", "until": None}],
        },
    ],
}
COMMON = {"decided_on": "2019-05-31", "basis": "Note 1"}


def spec_with(*decisions, **changes):
    return {**copy.deepcopy(SPEC), "decisions": [{**COMMON, **each} for each in decisions], **changes}


def read(spec):
    return read_spec(json.dumps(spec).encode())


def refusal(spec):
    with pytest.raises(BadSpec) as refused:
        read(spec)
    return str(refused.value)


def test_a_spec_becomes_a_rule():
    sides = (
        Side("Listed", (Member("A", "Alba"),)),
        Side("Sorted", (Member("B", "Baltia", "2001"),), "alphabetical", "en"),
    )
    assert read(SPEC) == (Rule("Council", "2020", 12, sides), ())


@pytest.mark.parametrize(
    ("written", "fields"),
    [
        ({"kind": "swap", "periods": ["2021", "2022"]}, {"period": "2021", "other_period": "2022"}),
        (
            {"kind": "substitute", "period": "2021", "member": "A", "turn_kept": True},
            {"period": "2021", "member": "A", "turn_kept": True},
        ),
        ({"kind": "skip", "period": "2021"}, {"period": "2021"}),
        ({"kind": "assign", "period": "2021", "member": "B"}, {"period": "2021", "member": "B"}),
        (
            {"kind": "postpone", "period": "2021", "to": "2022", "shift": True},
            {"period": "2021", "to": "2022", "shift": True},
        ),
        ({"kind": "vacate", "period": "2021"}, {"period": "2021"}),
        (
            {
                "kind": "accede",
                "member": {"code": "C", "name": "C"},
                "side": "Listed",
                "from": "2021",
                "after": "A",
            },
            {"member": "C", "name": "C", "side": "Listed", "from_period": "2021", "after": "A"},
        ),
        (
            {"kind": "accede", "member": {"code": "C", "name": "C"}, "side": "Sorted", "from": "2021"},
            {"member": "C", "name": "C", "side": "Sorted", "from_period": "2021"},
        ),
        ({"kind": "withdraw", "member": "A", "from": "2021"}, {"member": "A", "from_period": "2021"}),
        ({"kind": "announce", "period": "2021"}, {"period": "2021"}),
    ],
)
def test_each_kind_of_decision_is_read(written, fields):
    expected = Decision(written["kind"], date(2019, 5, 31), "Note 1", **fields)
    assert read(spec_with(written))[1] == (expected,)
    assert json.loads(write_decision(expected)) == written


@pytest.mark.parametrize(
    ("decision", "key"),
    [
        ("skip", "decisions[0]"),
        ({"period": "2021"}, "decisions[0]"),
        ({"kind": "dance", "period": "2021"}, "decisions[0].kind"),
        ({"kind": ["skip"], "period": "2021"}, "decisions[0].kind"),
        ({"kind": "skip"}, "'period'"),
        ({"kind": "skip", "period": "2021", "to": "2022"}, "'to'"),
        ({"kind": "skip", "period": 2021}, "decisions[0].period"),
        ({"kind": "skip", "period": "2021-H1"}, "decisions[0].period"),
        ({"kind": "skip", "period": "4020"}, "decisions[0].period"),
        ({"kind": "skip", "period": "2021", "decided_on": "2019-02-29"}, "decisions[0].decided_on"),
        ({"kind": "skip", "period": "2021", "decided_on": "20190228"}, "decisions[0].decided_on"),
        ({"kind": "skip", "period": "2021", "decided_on": None}, "decisions[0].decided_on"),
        ({"kind": "skip", "period": "2021", "basis": 1}, "decisions[0].basis"),
        ({"kind": "skip", "period": "2021", "note": ""}, "decisions[0]: unknown key 'note'"),
        ({"kind": "swap", "periods": ["2021", "4020"]}, "decisions[0].periods"),
        ({"kind": "swap", "periods": ["2021", None]}, "decisions[0].periods"),
        ({"kind": "assign", "period": "2021", "member": "x" * 201}, "decisions[0].member"),
        ({"kind": "withdraw", "member": "A", "from": None}, "decisions[0].from"),
        ({"kind": "postpone", "period": "2021", "to": "4020", "shift": True}, "decisions[0].to"),
        ({"kind": "swap", "periods": ["2021"]}, "decisions[0].periods"),
        ({"kind": "swap", "periods": "2021"}, "decisions[0].periods"),
        ({"kind": "swap", "periods": ["2021", "2021"]}, "decisions[0].periods"),
        ({"kind": "assign", "period": "2021", "member": ""}, "decisions[0].member"),
        ({"kind": "substitute", "period": "2021", "member": "A", "turn_kept": 1}, "decisions[0].turn_kept"),
        ({"kind": "postpone", "period": "2021", "to": "2021", "shift": True}, "decisions[0].to"),
        ({"kind": "postpone", "period": "2021", "to": "2022", "shift": "no"}, "decisions[0].shift"),
        ({"kind": "accede", "member": "C", "side": "Listed", "from": "2021"}, "decisions[0].member"),
        (
            {"kind": "accede", "member": {"code": "C", "name": "x" * 201}, "side": "Listed", "from": "2021"},
            "decisions[0].member.name",
        ),
        (
            {"kind": "accede", "member": {"code": "C", "name": "C"}, "side": "None", "from": "2021"},
            "decisions[0].side",
        ),
        (
            {
                "kind": "accede",
                "member": {"code": "C", "name": "C"},
                "side": "Sorted",
                "from": "2021",
                "after": "B",
            },
            "'after'",
        ),
        ({"kind": "revoke", "decision": 0}, "decisions[0].decision"),
        ({"kind": "revoke", "decision": -1}, "decisions[0].decision"),
        ({"kind": "revoke", "decision": 10**40}, "decisions[0].decision"),
        ({"kind": "revoke", "decision": False}, "decisions[0].decision"),
    ],
)
def test_a_mistake_in_a_decision_is_refused_and_its_key_named(decision, key):
    written = {**COMMON, **decision} if isinstance(decision, dict) else decision
    assert key in refusal({**SPEC, "decisions": [written]})


def test_a_decision_must_say_its_basis():
    skip = {"kind": "skip", "period": "2021", "decided_on": "2019-01-01"}
    assert refusal({**SPEC, "decisions": [skip]}) == "decisions[0]: the key 'basis' is missing"


def test_a_decision_that_stands_alone_has_the_day_and_basis_that_it_gives_or_those_of_the_reader():
    rule, _none = read(SPEC)
    given = {"kind": "skip", "period": "2021"}
    for value, basis in [(given, "trial 1"), ({**given, **COMMON}, "Note 1")]:
        read_alone = read_decision(json.dumps(value), rule, decided_on=date(2019, 5, 31), basis="trial 1")
        assert read_alone == Decision("skip", date(2019, 5, 31), basis, period="2021")


@pytest.mark.parametrize("text", ["", "{", "[]", "1e999", "NaN", '{"kind":"skip","kind":"skip"}', "[" * 5000])
def test_what_is_no_decision_is_refused_when_it_stands_alone(text):
    rule, _none = read(SPEC)
    with pytest.raises(BadSpec):
        read_decision(text, rule, decided_on=date(2019, 5, 31), basis="")


def test_a_revocation_of_a_decision_made_later_is_refused_wherever_it_stands_in_the_list():
    skip = {"kind": "skip", "period": "2021", "decided_on": "2019-06-01"}
    assert "decisions[1].decision" in refusal(spec_with(skip, {"kind": "revoke", "decision": 0}))
    read(spec_with({"kind": "revoke", "decision": 1, "decided_on": "2019-06-02"}, skip))


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"step_months": 0}, "step_months"),
        ({"step_months": 1201}, "step_months"),
        ({"step_months": 10**4000}, "step_months"),
        ({"decisions": None}, "decisions"),
        ({"decisions": {}}, "decisions"),
        ({"name": "\ud800"}, "name"),
        ({"name": " "}, "name"),
        ({"held_until": "2020-H1"}, "held_until"),
        ({"first_holder": "B"}, "first_holder"),
        ({"first_holder": 1}, "first_holder"),
        ({"step_months": "12"}, "step_months"),
        ({"step_months": None}, "step_months"),
        ({"first_period": 2020}, "first_period"),
        ({"first_period": "2020-H1"}, "first_period"),
        ({"held_until": "4020"}, "held_until"),
        ({"sides": {}}, "sides"),
        ({"sides": [[]]}, "sides[0]"),
        ({"name": ""}, "name"),
        ({"name": ["R"]}, "name"),
        ({"typo": 1}, "'typo'"),
    ],
)
def test_a_mistake_in_the_rule_is_refused_and_its_key_named(changes, key):
    assert key in refusal({**SPEC, **changes})


@pytest.mark.parametrize("key", ["name", "first_period", "step_months", "sides"])
def test_a_missing_key_of_the_rule_is_named(key):
    assert refusal({k: v for k, v in SPEC.items() if k != key}) == f"the spec: the key '{key}' is missing"


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"order": "random"}, "sides[1].order"),
        ({"order": ["listed"]}, "sides[1].order"),
        ({"members": []}, "sides[1].members"),
        ({"members": {"code": "B"}}, "sides[1].members"),
        ({"members": ["B"]}, "sides[1].members[0]"),
        ({"members": [{"code": "B"}]}, "sides[1].members[0]: the key 'name'"),
        (
            {"members": [{"code": "B", "name": "B", "since": "2001"}]},
            "sides[1].members[0]: unknown key 'since'",
        ),
        ({"members": [{"code": "B" * 201, "name": "B"}]}, "sides[1].members[0].code"),
        ({"members": [{"code": "B", "name": "\n"}]}, "sides[1].members[0].name"),
        ({"members": [{"code": 1, "name": "B"}]}, "sides[1].members[0].code"),
        ({"members": [{"code": "B", "name": "B", "from": "2001-01"}]}, "sides[1].members[0].from"),
        (
            {"members": [{"code": "B", "name": "B", "from": "2001", "until": "2000"}]},
            "sides[1].members[0].until",
        ),
        ({"members": [{"code": "A", "name": "A"}]}, "sides[1].members: 'A' is in another side too"),
        ({"name": "Listed"}, "sides[1].name"),
        ({"name": ""}, "sides[1].name"),
        ({"locale": None}, "sides[1].locale"),
        ({"locale": ""}, "sides[1].locale"),
        ({"colour": "red"}, "sides[1]: unknown key 'colour'"),
    ],
)
def test_a_mistake_in_a_side_is_refused_and_its_key_named(changes, key):
    assert key in refusal({**SPEC, "sides": [SPEC["sides"][0], {**SPEC["sides"][1], **changes}]})


def test_a_name_of_200_characters_and_a_decision_1999_steps_on_are_read():
    read({**spec_with({"kind": "skip", "period": "4019"}), "name": "x" * 200, "held_until": "4019"})


def test_the_form_of_a_revoked_decision_is_checked_too():
    revoked = spec_with({"kind": "skip", "period": "soon"}, {"kind": "revoke", "decision": 0})
    assert "decisions[0].period" in refusal(revoked)


def side_of(*members, order="alphabetical"):
    return [{"name": "S", "order": order, "members": [{"code": c, "name": c, **span} for c, span in members]}]


def test_a_code_comes_again_in_an_alphabetical_side_for_a_later_membership_only():
    twice = side_of(("A", {"from": "2010"}), ("A", {"until": "2009"}))
    overlapping = side_of(("A", {"from": "2010"}), ("A", {"until": "2010"}))
    read({**SPEC, "sides": twice})
    assert "sides[0].members[0]: 'A' belongs twice at once" in refusal({**SPEC, "sides": overlapping})
    read({**SPEC, "sides": side_of(("A", {}), ("A", {}), order="listed")})


@pytest.mark.parametrize(
    "text", ["", "2024-1-1", "20240131", "2024-W05-3", "2023-02-29", "٢٠٢٤-01-31", "2024-01-31T00"]
)
def test_a_day_is_written_in_one_form_and_exists(text):
    with pytest.raises(BadSpec, match="known-on"):
        read_day(text, "known-on")


def test_until_may_lie_where_no_turn_falls_but_not_before_the_first_nor_2000_steps_after_it():
    rule = Rule("R", "2020", 24, (Side("S", (Member("A", "A"),)),))
    assert read_until("2021", rule) == 2021 * 12
    assert read_until("6019", rule) == 6019 * 12
    for text in ("2019", "6020"):
        with pytest.raises(BadSpec, match="until"):
            read_until(text, rule)


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(SPEC)), inner, max_size=4)
        ),
    )
)
def test_any_json_is_read_or_refused_and_never_breaks(value):
    for spec in (value, {**SPEC, "sides": value}, {**SPEC, "decisions": value}):
        with suppress(BadSpec):
            read(spec)


def test_thirteen_thousand_memberships_of_one_member_are_read_in_a_second():
    months = [f"{year:04}-{month:02}" for year in range(1000, 2300) for month in range(1, 13)][:13_000]
    members = [{"code": "A", "name": "A", "from": month, "until": month} for month in months]
    spec = {**SPEC, "step_months": 1, "first_period": "1000-01"}
    spec["sides"] = [{"name": "S", "order": "alphabetical", "members": members}]
    started = time.process_time()
    read_spec(json.dumps(spec, separators=(",", ":")).encode())
    assert time.process_time() - started < 1
