import pytest
from django.core.cache import cache
from django.test import override_settings
from pytest_django.live_server_helper import LiveServer

from secretariat.feed.bodies import kept


@pytest.fixture(autouse=True)
def _own_cache(settings):
    """Each test counts requests from zero, in its own process."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch):
    """A test's transaction never commits, so one tag names several states in it."""
    monkeypatch.setattr(kept, "room", 0)


@pytest.fixture
def bodies_kept(monkeypatch):
    """As in production: for tests that number their changes as a commit would."""
    monkeypatch.setattr(kept, "room", 10**7)
    yield kept
    kept.empty()


@pytest.fixture(scope="session")
def live_server(no_collected_files):
    """pytest-django's own, begun before a test could say that no static files are collected."""
    with override_settings(STATIC_ROOT=no_collected_files):
        server = LiveServer("127.0.0.1")
    yield server
    server.stop()
