"""The command as a person at a terminal meets it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CASES = json.loads((Path(__file__).parent / "data" / "rotation-cases.json").read_text("utf-8"))["cases"]
SKIP = {"kind": "skip", "period": "2025", "decided_on": "2024-02-01", "basis": "Note 1"}
WITHDRAW = {"kind": "withdraw", "from": "2027", "decided_on": "2024-02-01", "basis": "Note 1"}

SPEC = {
    "name": "China–Central Asia Summit",
    "first_period": "2023",
    "step_months": 24,
    "sides": [
        {"name": "China", "order": "listed", "members": [{"code": "CN", "name": "China"}]},
        {
            "name": "Central Asia",
            "order": "alphabetical",
            "locale": "en",
            "members": [{"code": "KG", "name": "Kyrgyzstan"}, {"code": "KZ", "name": "Kazakhstan"}],
        },
    ],
    "first_holder": "CN",
    "held_until": "2025",
    "decisions": [],
}


def project(spec, until="2029", *extra):
    text = spec if isinstance(spec, bytes) else json.dumps(spec).encode()
    # A database that does not exist: the command needs none.
    env = {**os.environ, "DATABASE_URL": "postgres://nobody:x@127.0.0.1:1/none"}
    command = [sys.executable, "manage.py", "project_rotation", "--spec", "-", "--until", until, *extra]
    return subprocess.run(command, input=text, capture_output=True, env=env, timeout=20)


def test_a_spec_becomes_one_line_a_turn():
    done = project(SPEC)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert [(turn["ordinal"], turn["period"], turn["holder"], turn["status"]) for turn in lines] == [
        (1, "2023", "CN", "held"),
        (2, "2025", "KZ", "held"),
        (3, "2027", "CN", "projected"),
        (4, "2029", "KG", "projected"),
    ]


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"step_months": 24.0}, "step_months"),
        ({"step_months": True}, "step_months"),
        ({"first_period": "2023-05"}, "first_period"),
        ({"first_holder": "KZ"}, "first_holder"),
        ({"sides": []}, "sides"),
        ({"sides": [SPEC["sides"][0], SPEC["sides"][0]]}, "sides[1].name"),
        ({"decisions": [{"kind": "swap"}]}, "decisions"),
        ({"typo": 1}, "typo"),
        ({"name": "x" * 201}, "name"),
        ({"held_until": "9999"}, "held_until"),
    ],
)
def test_a_spec_that_makes_no_sense_is_refused_with_one_line_that_names_the_key(change, key):
    done = project({**SPEC, **change})
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)
    assert key in done.stderr.decode()


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b'{"a":1,"a":2}', b"[" * 100_000, b"\xff", b" " * 1_000_001, b'{"name":NaN}', b"9" * 5000],
)
def test_a_hostile_text_is_refused_with_one_line(text):
    done = project(text)
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)


@pytest.mark.parametrize("until", ["2021", "9999", "twenty", "2029-H1"])
def test_an_until_that_cannot_be_is_refused(until):
    done = project(SPEC, until)
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_record_of_a_real_body_is_printed(case):
    done = project(case["spec"], case["until"])
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [{"period": turn["period"], "holder": turn["holder"]} for turn in lines] == case["expected"]


@pytest.mark.parametrize(("day", "holder"), [("2024-01-31", "KG"), ("2024-02-01", "KZ")])
def test_a_decision_counts_from_the_day_on_which_it_was_made(day, holder):
    first = {**SPEC, "first_period": "2021", "first_holder": None, "held_until": None}
    first["sides"] = [{**SPEC["sides"][1], "members": SPEC["sides"][1]["members"]}]
    done = project({**first, "decisions": [{**SKIP, "period": "2023"}]}, "2023", "--known-on", day)
    assert json.loads(done.stdout.splitlines()[1])["holder"] == holder


def test_a_line_tells_the_reasons_as_sentences():
    done = project({**SPEC, "decisions": [SKIP]}, "2025")
    assert json.loads(done.stdout.splitlines()[1])["why"] == [
        "The sides take turns: after China comes Central Asia",
        "Central Asia, turn 1: Kazakhstan comes first in the order",
        "Kazakhstan gives up the turn of 2025; Kyrgyzstan comes next — Note 1",
    ]


@pytest.mark.parametrize(
    ("decision", "key"),
    [
        ({**SKIP, "period": "2024"}, "decisions[0].period: no turn falls in 2024"),
        ({**SKIP, "period": "2027"}, "decisions[0].period: a skip of 2027 leaves nobody"),
        ({**SKIP, "period": "2043"}, "decisions[0].period: a skip of 2043 leaves nobody"),
        ({**SKIP, "kind": "assign", "member": "FR"}, "decisions[0].member: 'FR' is not in the order in 2025"),
        ({**SKIP, "kind": "assign", "member": "CN"}, "decisions[0].member: 'CN' is not of the side"),
        (
            {**WITHDRAW, "member": "CN"},
            "sides[0]: nobody would be left in the side “China” to host in 2027",
        ),
    ],
)
def test_a_decision_that_cannot_be_carried_out_is_refused_before_the_first_line(decision, key):
    done = project({**SPEC, "decisions": [decision]})
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)
    assert key in done.stderr.decode()


def test_the_form_of_a_decision_is_checked_before_it_is_known():
    unknown = {**SKIP, "kind": "dance"}
    done = project({**SPEC, "decisions": [unknown]}, "2025", "--known-on", "2000-01-01")
    assert (done.returncode, done.stdout) == (2, b"")


@pytest.mark.parametrize("day", ["2024-02-30", "20240201", "tomorrow", ""])
def test_a_bad_day_of_knowledge_is_refused(day):
    done = project(SPEC, "2025", "--known-on", day)
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)
    assert "known-on" in done.stderr.decode()


def test_a_reader_that_stops_early_is_no_error():
    # One line in the name of the reader, and the rest has nowhere to go.
    command = f"{sys.executable} manage.py project_rotation --spec - --until 3999 | head -n 1"
    env = {**os.environ, "DATABASE_URL": "postgres://nobody:x@127.0.0.1:1/none"}
    done = subprocess.run(command, shell=True, input=json.dumps(SPEC).encode(), capture_output=True, env=env)
    assert (json.loads(done.stdout)["period"], done.stderr) == ("2023", b"")
