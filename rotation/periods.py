"""Periods as the step writes them: "2023" for whole years, "2017-H2" for half years, else "2024-05". Pure.

Inside the engine a period is the number of its first month, counted from year 0.
"""

from __future__ import annotations

import re

LAST_MONTH = 9999 * 12 + 11
OPEN = 10**9  # the last month of a membership without end: later than any period


class BadPeriod(ValueError):
    """Not a period in the form that the step asks for; the message says which form that is."""


def read_period(text: str, step_months: int) -> int:
    """The first month of a period. Raises BadPeriod."""
    if step_months % 12 == 0:
        form, pattern = "a year such as 2023", r"(\d{4})"
    elif step_months == 6:
        form, pattern = "a half-year such as 2017-H2", r"(\d{4})-H([12])"
    else:
        form, pattern = "a month such as 2024-05", r"(\d{4})-(0[1-9]|1[0-2])"
    match = re.fullmatch(pattern, text, re.ASCII)
    if match is None or match[1] == "0000":
        raise BadPeriod(f"“{text[:40]}” is not {form}")
    month = int(match[2]) - 1 if match.lastindex == 2 else 0
    return int(match[1]) * 12 + month * (6 if step_months == 6 else 1)


def write_period(month: int, step_months: int) -> str:
    """The period that begins in `month`, in the form of the step."""
    year, rest = divmod(month, 12)
    if step_months % 12 == 0:
        return f"{year:04}"
    if step_months == 6:
        return f"{year:04}-H{rest // 6 + 1}"
    return f"{year:04}-{rest + 1:02}"
