"""The rotation engine for any body: a JSON spec in, a JSON line a turn out. Needs no database.

manage.py runs it without the settings: whatever it imports must do without them too.
"""

import json
import os
import sys
from itertools import takewhile
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser

from rotation.periods import read_period
from rotation.reasons import reason_text
from rotation.refusals import refusal_line
from rotation.rule import Refusal, turns
from rotation.spec import LARGEST_BYTES, LONGEST_NAME, MOST_STEPS, BadSpec, read_day, read_spec, read_until


class Command(BaseCommand):
    help = (
        "Project a rotation: prints one JSON object a line, a turn each. What makes no sense is refused with one "
        f"line, exit code 2. At most {LARGEST_BYTES:,} bytes of a spec are read; names and codes have at most "
        f"{LONGEST_NAME} characters; periods lie less than {MOST_STEPS:,} steps after the first."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--spec", required=True, help="the spec's file, or - for standard input")
        parser.add_argument("--until", required=True, help="the last period, such as 2045")
        parser.add_argument("--known-on", metavar="DATE", help="project with what was decided up to this day")

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(*args, **kwargs)
        parser.error = _refuse  # type: ignore[method-assign]  # one line, as for a bad spec
        return parser

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            lines = _lines(options["spec"], options["until"], options["known_on"])
        except BadSpec as error:
            _refuse(str(error))
        except Refusal as refusal:
            _refuse(refusal_line(refusal))
        try:
            _print("".join(f"{line}\n" for line in lines))
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            _refuse(f"standard output: {error.strerror}")


def _lines(spec: str, until: str, known_on: str | None) -> list[str]:
    """All of them before the first is printed: a refusal leaves nothing on standard output."""
    rule, decisions = read_spec(_read(spec))
    day = None if known_on is None else read_day(known_on, "known-on")
    last = read_until(until, rule)
    return [
        json.dumps(
            {
                "ordinal": turn.ordinal,
                "period": turn.period,
                "holder": turn.holder,
                "side": turn.side,
                "status": turn.status,
                "why": [reason_text(reason) for reason in turn.why],
            },
            ensure_ascii=False,
        )
        for turn in takewhile(
            lambda turn: read_period(turn.period, rule.step_months) <= last,
            turns(rule, decisions, known_on=day),
        )
    ]


def _read(name: str) -> bytes:
    if name == "-" and sys.stdin is None:
        raise BadSpec("spec: there is no standard input")
    try:
        with sys.stdin.buffer if name == "-" else Path(name).open("rb") as file:
            return file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise BadSpec(f"spec: {name[:200]}: {error.strerror}") from error


def _print(text: str) -> None:
    if sys.stdout is None:
        _refuse("there is no standard output")
    # JSON is UTF-8, whatever the terminal's language.
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def _refuse(message: str) -> NoReturn:
    """One line without what would move a terminal's cursor, such as a key of the spec could hold."""
    line = " ".join(message[:2000].split())[:500]
    shown = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in line)
    sys.stderr.write(f"project_rotation: {shown}\n")
    raise SystemExit(2)
