"""Files that an upload left behind when it was killed before its paper was written: found, and swept."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..models import LanguageVersion
from ..models.documents import FOLDER, paper_storage

# Longer than any upload and its virus scan take: a file without a row may have one in a moment.
LEFT_ALONE = timedelta(days=1)


def orphan_files(now: datetime) -> list[str]:
    """The files in the folder of papers that no version of a paper names, and that have lain there for a day."""
    storage = paper_storage()
    if not storage.exists(FOLDER):
        return []
    known = set(LanguageVersion.objects.values_list("file", flat=True))
    found = (
        f"{FOLDER}/{folder}/{name}"
        for folder in sorted(storage.listdir(FOLDER)[0])
        for name in sorted(storage.listdir(f"{FOLDER}/{folder}")[1])
    )
    return [
        path for path in found if path not in known and storage.get_modified_time(path) < now - LEFT_ALONE
    ]


def sweep_orphans(now: datetime) -> list[str]:
    """Delete them; says which. Running it twice, or at once, is harmless."""
    storage = paper_storage()
    swept = orphan_files(now)
    for path in swept:
        storage.delete(path)
    return swept
