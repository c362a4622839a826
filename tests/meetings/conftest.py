"""What the tests of the record share."""

import json

import pytest

from meetings.management.commands.load_mechanism import SHIPPED


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
