"""The calendar in other people's programs, run as their users run them: fetched from a really running service."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .factories import days, hours, meeting

BESIDE_PYTHON = Path(sys.executable).parent
VDIRSYNCER = """
[general]
status_path = "{folder}/status"
[pair calendar]
a = "there"
b = "here"
collections = null
conflict_resolution = "a wins"
[storage there]
type = "http"
url = "{url}/api/v1/calendar.ics"
[storage here]
type = "filesystem"
path = "{folder}/kept"
fileext = ".ics"
"""
KHAL = """
[calendars]
[[kept]]
path = {folder}/kept
readonly = True
[locale]
local_timezone = Asia/Almaty
default_timezone = Asia/Almaty
longdateformat = %Y-%m-%d
dateformat = %Y-%m-%d
timeformat = %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
datetimeformat = %Y-%m-%d %H:%M
[sqlite]
path = {folder}/khal.db
"""


@pytest.mark.django_db(transaction=True)
def test_vdirsyncer_keeps_each_meeting_and_khal_lists_them(live_server, tmp_path):
    meeting(titles={"en": "Talks; first"})
    meeting(hours("2027-05-20", "2027-05-20"), titles={"en": "Вторая встреча"})
    meeting(days("2027-05-21", "2027-05-22"), titles={"en": "Whole days"})
    for name, text in (("vdirsyncer", VDIRSYNCER), ("khal", KHAL)):
        (tmp_path / name).write_text(text.format(folder=tmp_path, url=live_server.url))
    (tmp_path / "kept").mkdir()
    shown = "{start-date} {start-time} {title}"
    asked = ["list", "--once", "--notstarted", "--day-format", "", "--format", shown, "2027-05-01", "31d"]
    told = [
        subprocess.run(
            [BESIDE_PYTHON / program, "-c", tmp_path / program, *arguments],
            env={**os.environ, "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"},
            capture_output=True, text=True, timeout=120, input="y\n",
        )
        for program, arguments in (
            ("vdirsyncer", ["discover"]), ("vdirsyncer", ["sync"]), ("khal", asked),
        )
    ]  # fmt: skip
    assert [each.returncode for each in told] == [0, 0, 0], [each.stderr for each in told]
    assert len(list((tmp_path / "kept").glob("*.ics"))) == 3
    assert [line.strip() for line in told[-1].stdout.splitlines() if line.strip()] == [
        "2027-05-18 09:00 Talks; first",
        "2027-05-20 09:00 Вторая встреча",
        "2027-05-21  Whole days",
    ]
