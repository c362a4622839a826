"""The command as a person at a terminal meets it."""

import json
import os
import subprocess
import sys

import pytest

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
