"""What every test stands on: real PostgreSQL and Redis given by the environment, plain static files."""

from importlib import import_module

import pytest
from django.apps import apps
from django.utils import translation
from hypothesis import HealthCheck, settings
from pytest_django.plugin import blocking_manager_key

from tests.factories import UserFactory

# How long a machine takes says nothing of the rules.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

# What a new installation starts with, and the migrations that bring it.
DEFAULTS = [
    ("secretariat.reminders.migrations.0014_default_policy", "add_policy"),
    ("secretariat.reminders.migrations.0017_quiet_hours_of_invitations", "add_quiet_hours"),
    ("secretariat.reminders.migrations.0019_answers_to_replies", "add_rule"),
    ("secretariat.reminders.migrations.0020_policy_shows_what_is_off", "add_lines"),
    ("secretariat.reminders.migrations.0021_late_reminders_keep_quiet_hours", "add_quiet_hours"),
    ("meetings.migrations.0001_squashed_0019_terms_are_over_on_a_day", "add_defaults"),
]


# They begin first, so that no worker ends with one of them alone.
LONGEST = (
    "test_openapi.py",
    "test_supervisor.py",
    "test_servers_fail.py",
    "test_crashes.py",
    "test_database_lost.py",
    "test_disturbed.py",
    "test_restored.py",
    "test_silence_crashes.py",
    "test_sync_races.py",
    "test_sending.py",
)


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """A test that commits leaves empty tables behind; the next test finds what a new installation starts with."""
    yield
    marker = item.get_closest_marker("django_db")
    if nextitem and marker and marker.kwargs.get("transaction"):
        with item.config.stash[blocking_manager_key].unblock():
            for module, function in DEFAULTS:
                getattr(import_module(module), function)(apps, None)


@pytest.fixture(autouse=True)
def own_language():
    """A request leaves its language behind in the thread; each test begins in the default one."""
    translation.deactivate()


@pytest.fixture(scope="session")
def no_collected_files(tmp_path_factory):
    return str(tmp_path_factory.mktemp("static"))


@pytest.fixture(autouse=True)
def plain_static_files(settings, no_collected_files):
    """The hashed names of production need `collectstatic`, which no test runs; nor serves what `make run` left."""
    settings.STATIC_ROOT = no_collected_files
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def user(db):
    """Somebody who may do everything on the desk."""
    return UserFactory(username="aida", is_superuser=True)


@pytest.fixture
def desk(client, user):
    """The desk as `user` clicks it."""
    client.force_login(user)
    return client


@pytest.fixture(autouse=True)
def folder_of_papers(settings, tmp_path_factory):
    """Each test's papers are kept in a folder of its own."""
    settings.MEDIA_ROOT = str(tmp_path_factory.mktemp("documents"))
