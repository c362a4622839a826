"""`make` says what it needs before it makes anything."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path):
    for name in ("Makefile", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


@pytest.mark.parametrize("python", ["", "no-such-python", "false"])
def test_a_python_that_will_not_do_is_said_in_one_line(checkout, python):
    done = subprocess.run(
        ["make", "-s", f"PYTHON={python}", "run"], cwd=checkout, capture_output=True, text=True, timeout=60
    )
    advice = "Python 3.11, 3.12 or 3.13 is needed; install one, or name it: make PYTHON=/path/to/python3.12"
    assert (done.returncode, done.stderr.splitlines()[0]) == (2, f"secretariat: {advice}")
    assert not (checkout / ".venv").exists()


def test_the_first_python_that_will_do_is_taken(checkout):
    (checkout / "bin").mkdir()
    for name, target in (("python3", "false"), ("python3.13", "false"), ("python3.12", sys.executable)):
        (checkout / "bin" / name).symlink_to(shutil.which(target))
    found = subprocess.run(
        ["make", "-s", "--eval=found: ; @: $(info $(PYTHON))", "found"],
        cwd=checkout, env={"PATH": f"{checkout}/bin:/usr/bin:/bin"}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (found.stdout, found.stderr) == ("python3.12\n", "")
