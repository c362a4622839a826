"""What the processes of the service write to their logs, read from real ones."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time

import pytest
import redis
from django.db import connection

from secretariat import supervisor, ticks
from tests.secretariat.web_servers import ROOT, asked, web

STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00"
GIVEN = "proxy-0001.abc"


def database_url():
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)


@pytest.mark.django_db(transaction=True)
def test_each_request_leaves_one_line_in_utc_with_its_id_and_without_its_secrets(tmp_path):
    log = tmp_path / "log"
    with web(log=log, DATABASE_URL=database_url(), FEED_REQUESTS_AN_HOUR="1000000") as (port, _process):
        kept = asked(port, "/api/v1/states/?lang=ru&limit=1", **{"X-Request-ID": GIVEN})[1]["x-request-id"]
        made = [
            asked(port, "/api/v1/states/", **{"X-Request-ID": bad})[1]["x-request-id"]
            for bad in ("short", "x" * 65, "two words", "<script>")
        ]
        asked(port, "/api/v1/calendar/scal_SECRETKEY.ics?t=SECRETTOKEN&SECRETTOKEN")
        asked(port, "/none%0aforged%20line/?sync_token=SECRETTOKEN")
        asked(port, "/health/ready")
    lines = log.read_text().splitlines()
    assert [line for line in lines if not re.match(rf"{STAMP} [A-Z]+ \S+ \[\S+\] ", line)] == []
    ours = [line for line in lines if " secretariat.access " in line]
    said = [re.sub(r" [\d-]+ \d+ms$", "", line.partition("] ")[2]) for line in ours]
    said = [
        line.rpartition(" ")[0] if line[-1].isdigit() and line.split()[-1].isdigit() else line
        for line in said
    ]
    assert said == [
        "GET /api/v1/states/?lang&limit",
        *["GET /api/v1/states/"] * 4,
        "GET /api/v1/calendar/….ics?t&…",
        "GET /none%0Aforged%20line/?sync_token",
    ]
    assert kept == GIVEN
    assert f"[{GIVEN}]" in ours[0]
    assert [bool(re.fullmatch("[0-9a-f]{32}", number)) for number in made] == [True] * 4
    assert [f"[{number}]" in line for number, line in zip(made, ours[1:5], strict=True)] == [True] * 4
    # Whatever else is said of a request bears its id too.
    assert {line.split()[3] for line in lines if "django.request" in line} <= {
        line.split()[3] for line in ours
    }
    assert "SECRET" not in log.read_text()


@pytest.mark.django_db(transaction=True)
def test_ticks_that_find_nothing_say_nothing(tmp_path):
    broker = f"{os.environ['REDIS_URL'].rpartition('/')[0]}/14"  # its own bells
    client = redis.from_url(broker)
    client.flushdb()
    command = [
        sys.executable,
        "-m",
        *shlex.split(supervisor.WORKER),
        "--beat",
        "--schedule",
        str(tmp_path / "beat"),
    ]
    env = {**os.environ, "DATABASE_URL": database_url(), "REDIS_URL": broker, "TICK_SECONDS": "1"}
    log = tmp_path / "log"
    with log.open("wb") as said:
        worker = subprocess.Popen(command, cwd=ROOT, env=env, stdout=said, stderr=said)
    try:
        until, seen = time.monotonic() + 90, 0
        while seen < 3:  # the key is set anew by each tick
            assert time.monotonic() < until, log.read_text()
            seen += bool(client.delete(ticks.KEY))
            time.sleep(0.05)
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(60)
    lines = [line for line in log.read_text().splitlines() if re.match(STAMP, line)]
    assert [line for line in lines if "secretariat." in line or "meetings." in line] == []
