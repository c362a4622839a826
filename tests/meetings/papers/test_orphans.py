"""Files that no paper names wait aside for thirty days, and wherever they are while the database may be the older part."""

import os
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pgtrigger
import pytest
from django.core.management import call_command
from django.db import connection

from meetings.models import LanguageVersion
from meetings.papers.acts import add_version
from meetings.papers.orphans import ASIDE, StandsStill, orphan_files, remember_version, sweep_orphans
from meetings.tasks import erase_what_is_kept_too_long
from secretariat.reminders.restoration import put_in_doubt
from tests.meetings.papers.files import text

pytestmark = pytest.mark.django_db
NOW = datetime(2030, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def folder(settings):
    return Path(settings.MEDIA_ROOT)


@pytest.fixture
def lost(folder):
    """A file that no paper names, two days old."""
    path = folder / "papers" / "ab" / "cdef"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"half a paper")
    os.utime(path, ((NOW - timedelta(days=2)).timestamp(),) * 2)
    return path


def files(folder):
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".json"
    )


def forget(version):
    """As a database restored from a backup of before: the row is not there, and its file is."""
    with pgtrigger.ignore("meetings.LanguageVersion:versions_are_append_only"):
        LanguageVersion.objects.filter(pk=version.pk).delete()
    os.utime(version.file.path, ((NOW - timedelta(days=2)).timestamp(),) * 2)


def test_a_file_without_a_paper_waits_aside_for_thirty_days(lost, folder):
    assert sweep_orphans(NOW) == ["papers/ab/cdef"]
    assert files(folder) == ["aside/2030-03-01/ab/cdef"]
    sweep_orphans(NOW + timedelta(days=29))
    assert files(folder) == ["aside/2030-03-01/ab/cdef"]
    sweep_orphans(NOW + timedelta(days=30))
    assert files(folder) == []


def test_what_a_paper_names_again_is_put_back(draft, folder):
    version = draft("zh").versions.get()
    path = Path(version.file.path)
    (folder / ASIDE / "2030-01-01" / path.parent.name).mkdir(parents=True)
    path.rename(folder / ASIDE / "2030-01-01" / path.parent.name / path.name)
    sweep_orphans(NOW)
    assert files(folder) == [version.file.name]


def test_a_restored_database_that_does_not_know_the_last_paper_stops_the_sweep(draft, lost, folder):
    draft("zh")
    newest = draft("ru").versions.get()
    remember_version()
    forget(newest)
    for _each in range(2):
        with pytest.raises(StandsStill):
            sweep_orphans(NOW)
    assert sorted([*orphan_files(NOW)]) == sorted([newest.file.name, "papers/ab/cdef"])


def test_papers_entered_after_the_restore_do_not_hide_it(draft, folder):
    document = draft("zh", "ru")
    newest = document.versions.order_by("-pk").first()
    remember_version()
    forget(newest)
    with connection.cursor() as cursor:  # the sequence goes back with the database
        cursor.execute(
            "select setval(pg_get_serial_sequence('meetings_languageversion', 'id'), %s)", [newest.pk - 1]
        )
    again = add_version(document.pk, language=newest.language, file=text("again"), name="a.txt", actor=None)
    assert again.pk == newest.pk
    with pytest.raises(StandsStill):
        sweep_orphans(NOW)
    assert newest.file.name in files(folder)


@pytest.mark.django_db(transaction=True)
def test_an_upload_is_remembered_as_soon_as_it_is_kept(draft):
    version = draft("zh").versions.get()
    forget(version)
    with pytest.raises(StandsStill):
        sweep_orphans(NOW)


def test_whoever_says_that_it_was_restored_stops_the_sweep_until_files_and_database_belong_together(
    lost, folder
):
    put_in_doubt()
    erase_what_is_kept_too_long()
    said = StringIO()
    call_command("apply_retention", stdout=StringIO(), stderr=said)
    assert ("was restored" in said.getvalue(), files(folder)) == (True, ["papers/ab/cdef"])
    os.utime(lost, (0, 0))
    call_command("apply_retention", "--files-belong", stdout=StringIO())
    assert [path.startswith("aside/") for path in files(folder)] == [True]


def test_a_young_file_may_have_its_paper_in_a_moment(lost, folder):
    os.utime(lost, ((NOW - timedelta(hours=23)).timestamp(),) * 2)
    assert (sweep_orphans(NOW), files(folder)) == ([], ["papers/ab/cdef"])
