"""What the tests of the record and of the papers share."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from meetings.management.commands.load_mechanism import SHIPPED
from meetings.models import Document
from meetings.papers.acts import add_version, issue_document, register_document
from tests.factories import SymbolSchemeFactory, TrackFactory
from tests.meetings.papers.files import text
from tests.support import database


@pytest.fixture(scope="session")
def _record_kept(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        database.keep("recorded", lambda: call_command("load_mechanism", stdout=StringIO()))


@pytest.fixture
def record(_record_kept, db):
    """The shipped record, as its first load leaves it. Loaded once: it takes a second and more."""
    database.bring("recorded")


@pytest.fixture
def changed(tmp_path):
    """Writes the shipped record with one change, and gives its path."""

    def write(change):
        record = json.loads(SHIPPED.read_text())
        change(record)
        path = tmp_path / "mechanism.json"
        path.write_text(json.dumps(record, indent=1))
        return path

    return write


@pytest.fixture
def track(db):
    """A track of the six, whose papers are called CCA/2027/… and appear in Chinese and Russian."""
    track = TrackFactory()
    SymbolSchemeFactory(mechanism=track.mechanism)
    return track


@pytest.fixture
def draft(track):
    """Registers a paper; with languages, it has a text in each."""

    def register(*languages, **values):
        given = {"track": track, "titles": {"en": "Draft communiqué"}, "dated_on": date(2027, 4, 1)}
        document = register_document(actor=None, **given | values)
        for code in languages:
            add_version(document.pk, language=code, file=text(code), name="draft.txt", actor=None)
        return Document.objects.with_versions().get(pk=document.pk)

    return register


@pytest.fixture
def issued(draft):
    """Registers a paper in Chinese and Russian and issues it."""

    def issue(**values):
        document = issue_document(draft("zh", "ru", **values).pk, actor=None)
        return Document.objects.with_versions().get(pk=document.pk)

    return issue
