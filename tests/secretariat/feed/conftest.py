import os
import time
from itertools import count

import pytest
from django.test import override_settings
from pytest_django.live_server_helper import LiveServer

from secretariat.feed import throttles
from secretariat.feed.bodies import kept
from secretariat.feed.repeating import remembered
from secretariat.feed.views import pages, subscriptions

tests = count(time.time_ns())


@pytest.fixture(autouse=True)
def _own_counters(monkeypatch):
    """Each test counts requests from zero, by the shared server as in production."""
    number = next(tests)
    real = throttles.counted
    monkeypatch.setattr(
        throttles, "counted", lambda name, key, limit: real(name, f"{os.getpid()}.{number}.{key}", limit)
    )
    for module in (pages, subscriptions):
        monkeypatch.setattr(module, "counted", throttles.counted)


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch):
    """A test's transaction never commits, so one tag names several states in it; others have left some behind."""
    for each in (kept, remembered):
        each.empty()
        monkeypatch.setattr(each, "room", 0)


@pytest.fixture
def bodies_kept(monkeypatch):
    """As in production: for tests that number their changes as a commit would."""
    monkeypatch.setattr(kept, "room", 10**7)
    monkeypatch.setattr(remembered, "room", 100)
    yield kept
    kept.empty()
    remembered.empty()


@pytest.fixture(scope="session")
def live_server(no_collected_files):
    """pytest-django's own, begun before a test could say that no static files are collected."""
    with override_settings(STATIC_ROOT=no_collected_files):
        server = LiveServer("127.0.0.1")
    yield server
    server.stop()
