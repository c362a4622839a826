"""The rotation engine for any body: a JSON spec in, a JSON line a turn out. Needs no database."""

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
from rotation.spec import LARGEST_BYTES, BadSpec, read_day, read_spec, read_until


class Command(BaseCommand):
    help = "Project a rotation: prints one JSON object a line, a turn each."
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
            rule, decisions = read_spec(_read(options["spec"]))
            known_on = None if options["known_on"] is None else read_day(options["known_on"], "known-on")
            until = read_until(options["until"], rule)
            # All of it before the first line: a refusal leaves nothing on standard output.
            lines = [
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
                    lambda turn: read_period(turn.period, rule.step_months) <= until,
                    turns(rule, decisions, known_on=known_on),
                )
            ]
        except BadSpec as error:
            _refuse(str(error))
        except Refusal as refusal:
            _refuse(refusal_line(refusal))
        try:
            sys.stdout.write("".join(f"{line}\n" for line in lines))
            sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _read(name: str) -> bytes:
    if name == "-" and sys.stdin is None:
        raise BadSpec("spec: there is no standard input")
    try:
        with sys.stdin.buffer if name == "-" else Path(name).open("rb") as file:
            return file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise BadSpec(f"spec: {name[:200]}: {error.strerror}") from error


def _refuse(message: str) -> NoReturn:
    sys.stderr.write(f"project_rotation: {' '.join(message.split())[:500]}\n")
    raise SystemExit(2)
