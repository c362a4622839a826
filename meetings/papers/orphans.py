"""Files that no paper names, as an upload leaves behind that was killed before its row was written.

They are moved aside and wait there, since a file may lack its row for another reason: the database was restored from a
backup, and does not know the papers that came after it. So the folder remembers the last version that was kept in it.
When that one is gone from the database, or somebody says that it was restored, nothing is moved or deleted until staff
have put both together again and say so.
"""

from __future__ import annotations

import json
import logging
import os
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from ..models import LanguageVersion
from ..models.documents import FOLDER, paper_storage

log = logging.getLogger(__name__)

# Longer than any upload and its virus scan take: a file without a row may have one in a moment.
LEFT_ALONE = timedelta(days=1)
# Longer than it takes to notice that the wrong backup was taken.
KEPT_ASIDE = timedelta(days=30)
ASIDE, MEMORY = "aside", "last-version.json"


class StandsStill(Exception):
    """The database may be older than the files; `since` is the moment when that was seen."""

    def __init__(self, since: str) -> None:
        super().__init__(since)
        self.since = since


def orphan_files(now: datetime) -> list[str]:
    """The files in the folder of papers that no version of a paper names, and that have lain there for a day."""
    known = _known()
    return [
        f"{FOLDER}/{path}"
        for path in _files(_root() / FOLDER)
        if f"{FOLDER}/{path}" not in known
        and paper_storage().get_modified_time(f"{FOLDER}/{path}") < now - LEFT_ALONE
    ]


def sweep_orphans(now: datetime) -> list[str]:
    """Move them aside, and delete what has waited there for 30 days; says what was moved.

    What a paper names again is put back first. Running it twice, or at once, is harmless. Raises StandsStill.
    """
    _put_back()
    require_no_restore(now)
    for day, path in _set_aside():
        if day <= now.date() - KEPT_ASIDE:
            (_root() / ASIDE / day.isoformat() / path).unlink(missing_ok=True)
    moved = orphan_files(now)
    for path in moved:
        _move(_root() / path, _root() / ASIDE / now.date().isoformat() / path.removeprefix(f"{FOLDER}/"))
    remember_version()
    return moved


def require_no_restore(now: datetime) -> None:
    """Raises StandsStill if the database does not know the last version that was kept here, now or at some time."""
    memory = _memory()
    if "restored" not in memory and "pk" in memory:
        if LanguageVersion.objects.filter(pk=memory["pk"], file=memory["file"]).exists():
            return
        stand_still(now)
        memory = _memory()
    if "restored" in memory:
        log.error("files without a paper are left alone: the database was restored on %s", memory["restored"])
        raise StandsStill(memory["restored"])


def stand_still(now: datetime) -> None:
    """The database was restored: from now on nothing is swept."""
    _remember({**_memory(), "restored": _memory().get("restored", now.isoformat(timespec="seconds"))})


def go_on() -> None:
    """Files and database belong together again."""
    _remember({})
    remember_version()


def remember_version() -> None:
    """Remember the last version of any paper, unless a restore is remembered: that one stays."""
    last = LanguageVersion.objects.order_by("-pk").values("pk", "file").first()
    if last and "restored" not in (memory := _memory()) and memory != last:
        _remember(dict(last))


def _root() -> Path:
    return Path(paper_storage().location)


def _known() -> set[str]:
    return set(LanguageVersion.objects.values_list("file", flat=True))


def _files(folder: Path) -> list[str]:
    """Two folders deep, as they are kept."""
    return sorted(str(path.relative_to(folder)) for path in folder.glob("*/*") if path.is_file())


def _set_aside() -> list[tuple[date, str]]:
    days = sorted((_root() / ASIDE).glob("*-*-*"))
    return [(date.fromisoformat(day.name), path) for day in days for path in _files(day)]


def _put_back() -> None:
    waiting = _set_aside()
    known = _known() if waiting else set()
    for day, path in waiting:
        if f"{FOLDER}/{path}" in known:
            _move(_root() / ASIDE / day.isoformat() / path, _root() / FOLDER / path)


def _move(path: Path, to: Path) -> None:
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileNotFoundError):  # another sweep was here before
        path.rename(to)


def _memory() -> dict[str, Any]:
    try:
        found = json.loads((_root() / MEMORY).read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _remember(memory: dict[str, Any]) -> None:
    _root().mkdir(mode=0o700, parents=True, exist_ok=True)
    part = _root() / f"{MEMORY}.{os.getpid()}"
    part.write_text(json.dumps(memory))
    part.replace(_root() / MEMORY)
