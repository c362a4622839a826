"""Schemathesis tries the running API against its own document: every check it knows, in requests made by example, at
the edges, at random, and one after the other."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from .factories import bearer, china, kazakhstan, system, token
from .papers import whole_meeting

# More of them by hand: SCHEMATHESIS_EXAMPLES=100.
EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "1")
ROOT = Path(__file__).parents[3]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("reader", "phases"), [("anybody", "examples,fuzzing"), ("partner", "examples,coverage,fuzzing,stateful")]
)
def test_schemathesis_finds_no_fault(client, live_server, settings, tmp_path, reader, phases):
    settings.FEED_REQUESTS_AN_HOUR = 10**9
    settings.BASE_URL = live_server.url
    made, paper = whole_meeting()
    whole_meeting()
    secret = token(system(states=[kazakhstan(), china()]), scopes=["meetings:read", "deadlines:read"])
    headers = bearer(secret) if reader == "partner" else {}
    page = client.get("/api/v1/sync/?limit=1&lang=en", **headers).json()
    whole = client.get("/api/v1/sync/?lang=en", **headers).json()
    real = {
        "SCHEMATHESIS_HOOKS": "tests.secretariat.feed.schemathesis_hooks",
        "PYTHONPATH": str(ROOT),
        "MEETING_UID": str(made.uid),
        "PAPER_KEY": str(paper.pk),
        "MECHANISM": made.track.mechanism.slug,
        "SYNC_TOKEN": whole["sync_token"],
        "PAGE_TOKEN": page["page_token"],
    }
    told = subprocess.run(
        [
            sys.executable, "-m", "schemathesis.cli", "run", f"{live_server.url}/api/v1/openapi.json", "--checks", "all",
            "--phases", phases, "--max-examples", EXAMPLES, "--generation-deterministic", "--no-color",
            "--max-response-time", "60",  # a machine that stands still for a while is no fault of the answer
            *(["--header", f"Authorization: Bearer {secret}"] if headers else []),
        ],
        cwd=tmp_path, env={**os.environ, **real}, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert told.returncode == 0, told.stdout[-6000:] + told.stderr[-2000:]
    assert "Tested: 17" in told.stdout
    assert re.findall(r"✅ +(Examples|Coverage|Fuzzing|Stateful)\n", told.stdout) == [
        phase.title() for phase in phases.split(",")
    ]
