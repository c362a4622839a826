import pytest

from . import factories


@pytest.fixture
def body(db):
    return factories.mechanism()
