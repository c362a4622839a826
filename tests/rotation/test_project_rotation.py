"""The command as a person at a terminal meets it."""

import json
import resource
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


COMMAND = [sys.executable, "manage.py", "project_rotation"]


def run(arguments, text=b"", **options):
    """The command in an empty environment: it needs no database, and no settings either."""
    options = {"input": text, "capture_output": True, "env": {"LC_ALL": "C.UTF-8"}, "timeout": 60} | options
    return subprocess.run([*COMMAND, *arguments], **options)


def project(spec, until="2029", *extra):
    text = spec if isinstance(spec, bytes) else json.dumps(spec, separators=(",", ":")).encode()
    return run(["--spec", "-", "--until", until, *extra], text)


def refusal(done):
    """The one line of a refusal."""
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)
    assert done.stderr.startswith(b"project_rotation: ")
    return done.stderr.decode().removesuffix("\n")


def processor_seconds():
    """What the programs started and ended so far have cost: other work on the machine does not count."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


@pytest.fixture
def in_two_seconds():
    before = processor_seconds()
    yield
    assert processor_seconds() - before < 2


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
    assert key in refusal(done)


@pytest.mark.usefixtures("in_two_seconds")
@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[" * 999_999, "nested too deeply"),
        (b'{"a":' * 190_000, "nested too deeply"),
        (b"9" * 999_999, "not JSON"),
        (b" " * 1_000_001, "longer than 1,000,000 bytes"),
        (b"\xff{}", "not UTF-8 (byte 0)"),
        (b"\xef\xbb\xbf{}", "not JSON: Unexpected UTF-8 BOM"),
        (b'{"name":NaN}', "NaN is not a value"),
        (b'{"a":1,"a":1}', "'a': given twice"),
        (b'{"\\u001b[2J\\r\\n":1,"\\u001b[2J\\r\\n":1}', r"'\x1b[2J\r\n': given twice"),
        (json.dumps({**SPEC, "name": "\ud800"}).encode(), "name: holds half a character"),
        (json.dumps({**SPEC, "name": "x" * 990_000}).encode(), "name: longer than 200 characters"),
        (json.dumps({**SPEC, "\ud800": 1}).encode(), r"unknown key '\ud800'"),
        (json.dumps({"x" * 990_000: 1}).encode(), "unknown key 'xxx"),
        (json.dumps({**SPEC, "step_months": 1e300}).encode(), "step_months: a whole number"),
        (json.dumps({**SPEC, "decisions": [{**SKIP, "kind": "x" * 900_000}]}).encode(), "decisions[0].kind"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_a_hostile_text_is_refused_with_one_line(text, why):
    assert why in refusal(project(text))


def test_a_spec_that_never_ends_is_read_to_the_bound_only():
    before = processor_seconds()
    with open("/dev/zero", "rb") as endless:
        done = run(["--spec", "-", "--until", "2029"], None, stdin=endless)
    assert refusal(done) == "project_rotation: the spec is longer than 1,000,000 bytes"
    assert refusal(run(["--spec", "/dev/zero", "--until", "2029"])) == refusal(done)
    assert processor_seconds() - before < 4


@pytest.mark.parametrize("until", ["2021", "9999", "twenty", "2029-H1", "", "2" * 100_000])
def test_an_until_that_cannot_be_is_refused(until):
    assert "until" in refusal(project(SPEC, until))


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--spec"],
        ["--spec", "-"],
        ["--until", "2029"],
        ["--spec", "", "--until", "2029"],
        ["--spec", "no such\nfile", "--until", "2029"],
        ["--spec", "/", "--until", "2029"],
        ["--spec", "x" * 100_000, "--until", "2029"],
        ["--spec", "-", "--until", "2029", "more"],
        ["--spec", "-", "--until", "2029", "--verbosity", "loud"],
        ["--spec", "-", "--until", "2029", "--colour", "red"],
    ],
    ids=lambda arguments: " ".join(arguments)[:30],
)
def test_a_bad_option_is_refused_with_one_line(arguments):
    refusal(run(arguments, json.dumps(SPEC).encode()))


def test_the_help_names_the_bounds():
    text = " ".join(run(["--help"]).stdout.decode().split())
    assert "At most 1,000,000 bytes of a spec are read" in text
    assert "periods lie less than 2,000 steps after the first" in text


def month(number):
    return f"{1000 + number // 12:04}-{number % 12 + 1:02}"


def monthly(members, decisions, order="listed"):
    sides = [{"name": "S", "order": order, "members": members}]
    decided = [{"decided_on": "1000-01-01", "basis": "", **each} for each in decisions]
    rule = {"name": "R", "first_period": month(0), "step_months": 1, "sides": sides}
    return {**rule, "decisions": decided}


A, B = ({"code": code, "name": code} for code in "AB")
LARGEST = {
    "a member that belongs 8,000 times and is named 5,000 times": monthly(
        [{**A, "from": month(n), "until": month(n)} for n in range(8000)],
        [{"kind": "assign", "period": month(n % 2000), "member": "A"} for n in range(5000)],
        "alphabetical",
    ),
    "a member that is listed 8,000 times for a time and named 5,000 times": monthly(
        [{**A, "until": month(n)} for n in range(8000)],
        [{"kind": "assign", "period": month(n % 2000), "member": "A"} for n in range(5000)],
    ),
    "a member listed 18,000 times that withdraws ever earlier": monthly(
        [B] + [A] * 18_000,
        [{"kind": "withdraw", "member": "A", "from": month(2000 - n)} for n in range(1, 1999)],
    ),
    "a member listed 30,000 times that gives up every turn": monthly(
        [A] * 30_000 + [B], [{"kind": "skip", "period": month(n)} for n in range(1999)]
    ),
    "a turn that thousands give up": monthly(
        [{"code": f"{n}", "name": f"{n}"} for n in range(15_000)],
        [{"kind": "skip", "period": month(9)} for _n in range(5000)],
        "alphabetical",
    ),
    "two members that change places 9,000 times": monthly(
        [A, B], [{"kind": "swap", "periods": [month(9), month(10)]} for _n in range(9000)]
    ),
    "every period vacated": monthly([A, B], [{"kind": "vacate", "period": month(n)} for n in range(1999)]),
}


@pytest.mark.usefixtures("in_two_seconds")
@pytest.mark.parametrize("spec", LARGEST.values(), ids=LARGEST)
def test_the_largest_specs_are_answered_in_two_seconds(spec):
    done = project(spec, month(1999))
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.usefixtures("in_two_seconds")
def test_a_million_periods_are_refused():
    far = monthly([A], [{"kind": "skip", "period": "9999-12"}])
    assert "decisions[0].period: 2,000 steps or more" in refusal(project(far, month(1)))
    assert "until: 2,000 steps or more" in refusal(project(monthly([A], []), "9999-12"))


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
    assert key in refusal(done)


def test_the_form_of_a_decision_is_checked_before_it_is_known():
    unknown = {**SKIP, "kind": "dance"}
    done = project({**SPEC, "decisions": [unknown]}, "2025", "--known-on", "2000-01-01")
    assert (done.returncode, done.stdout) == (2, b"")


@pytest.mark.parametrize("day", ["2024-02-30", "20240201", "tomorrow", ""])
def test_a_bad_day_of_knowledge_is_refused(day):
    done = project(SPEC, "2025", "--known-on", day)
    assert "known-on" in refusal(done)


def test_a_reader_that_stops_early_is_no_error():
    # One line in the name of the reader, and the rest has nowhere to go.
    command = f"{sys.executable} manage.py project_rotation --spec - --until 3999 | head -n 1"
    done = subprocess.run(command, shell=True, input=json.dumps(SPEC).encode(), capture_output=True, env={})
    assert (json.loads(done.stdout)["period"], done.stderr) == ("2023", b"")


def test_the_lines_are_utf_8_whatever_the_terminal_speaks():
    spec = {**SPEC, "sides": [{**SPEC["sides"][0], "name": "Қытай"}]}
    plain = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    done = run(["--spec", "-", "--until", "2023"], json.dumps(spec).encode(), env=plain)
    assert json.loads(done.stdout.decode())["side"] == "Қытай"


def test_what_cannot_be_written_is_told_in_one_line():
    with open("/dev/full", "wb") as full:
        done = run(
            ["--spec", "-", "--until", "2029"],
            json.dumps(SPEC).encode(),
            capture_output=False,
            stdout=full,
            stderr=subprocess.PIPE,
        )
    assert (done.returncode, done.stderr) == (
        2,
        b"project_rotation: standard output: No space left on device\n",
    )
