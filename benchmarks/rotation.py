"""How long a projection takes, and that it grows with the turns: 250 to 2,000 turns with 50 decisions.

    python -m benchmarks.rotation [--runs 5]

Each from nothing, in processor time; needs no database and no settings.
"""

import argparse
import statistics
import time
from datetime import date
from itertools import islice

from rotation.periods import write_period
from rotation.rule import Decision, Member, Rule, Side, turns

SIDES = (
    Side("A", (Member("A", "A"),)),
    Side("B", tuple(Member(f"B{n}", f"B{n}") for n in range(5)), "alphabetical"),
)
RULE = Rule("R", "1000-01", 1, SIDES, basis="Article 2")
DAY = date(1000, 1, 1)


def fifty_decisions(turn_count):
    """Fifty decisions of ten kinds, spread evenly over the turns."""
    found = []
    for n in range(5):
        # A turn of B, which comes second, in the n-th fifth.
        at = 12_000 + n * turn_count // 5 // 2 * 2 + 1
        months = [write_period(at + 2 * m, 1) for m in range(12)]
        code = f"B{n}"
        found += [
            Decision("swap", DAY, period=months[0], other_period=months[1]),
            Decision("substitute", DAY, period=months[2], member="A", turn_kept=True),
            Decision("skip", DAY, period=months[3]),
            Decision("assign", DAY, period=months[4], member="B4"),
            Decision("announce", DAY, period=months[5]),
            Decision("withdraw", DAY, member="B0", from_period=months[6]),
            Decision("accede", DAY, member="B0", name=code, side="B", from_period=months[7]),
            Decision("vacate", DAY, period=months[8]),
            Decision("postpone", DAY, period=months[9], to=months[10], shift=True),
            Decision("revoke", DAY, revokes=10 * n + 7),
        ]
    return found


def seconds(turn_count, runs):
    """Median processor time of a projection."""
    decisions = fifty_decisions(turn_count)
    found = []
    for _run in range(runs + 1):
        begin = time.process_time()
        last = list(islice(turns(RULE, decisions), turn_count))[-1]
        found.append(time.process_time() - begin)
        assert last.ordinal == turn_count
    return statistics.median(found[1:])  # the first warms up


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    of_250 = seconds(250, runs) / 250
    for turn_count in (250, 500, 1000, 2000):
        taken = seconds(turn_count, runs)
        each = taken / turn_count
        print(
            f"{turn_count:>5,} turns, 50 decisions: {taken:.4f} s, {each * 1e6:.1f} µs a turn, "
            f"{each / of_250:.2f} times that of 250"
        )


if __name__ == "__main__":
    main()
