"""What the tests of the record and of the papers share."""

import json
from datetime import date

import pytest

from meetings.management.commands.load_mechanism import SHIPPED
from meetings.models import Document
from meetings.papers.acts import add_version, issue_document, register_document
from tests.factories import SymbolSchemeFactory, TrackFactory
from tests.meetings.papers.files import text


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
