"""Database, broker and mail server die or hang in the midst of a batch: the whole service, with servers of its own."""

import os
import subprocess
import sys

DISTURBANCES = ["database killed", "broker hangs", "broker killed"]
WHOLE = {"expected": "100", "received": "100", "doubled": "0", "lost": "0", "uncertain": "0", "open": "0"}


def test_what_is_due_arrives_once_and_nothing_is_in_doubt_whichever_server_fails():
    """What the mail server answered is written when the database is back: only a worker's own death leaves a doubt."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.chaos", "--lease", "60", "--only", *DISTURBANCES],
        env=os.environ | {"LOCAL": "1", "SECRET_KEY": "only-for-tests"},
        capture_output=True,
        text=True,
        timeout=400,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith(tuple(DISTURBANCES))]
    rounds = {line[:22].strip(): dict(zip(WHOLE, line[22:].split(), strict=False)) for line in lines}
    assert rounds == dict.fromkeys(DISTURBANCES, WHOLE), done.stderr
    assert done.returncode == 0
