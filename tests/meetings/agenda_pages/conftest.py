"""An agenda of three items, on a day before its meeting."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from tests.factories import AgendaFactory, AgendaItemFactory


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(datetime(2027, 5, 20, 8, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def agenda():
    return AgendaFactory(meeting__track__slug="ministers", meeting__ordinal=7, session_minutes=60)


@pytest.fixture
def items(agenda):
    return [AgendaItemFactory(agenda=agenda, minutes=10) for _each in range(3)]


@pytest.fixture
def urgent(agenda, items):
    return AgendaItemFactory(
        agenda=agenda,
        kind="urgent",
        status="pending",
        urgency="an earthquake",
        requested_on=date(2027, 5, 19),
    )
