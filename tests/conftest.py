"""What every test stands on: real PostgreSQL and Redis given by the environment, plain static files."""

from itertools import count

import pytest
from django.test import TransactionTestCase
from django.utils import translation
from hypothesis import HealthCheck, settings

from tests.factories import UserFactory
from tests.support import database
from tests.support.roles import as_service  # noqa: F401

# How long a machine takes says nothing of the rules.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

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


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """A test that commits leaves the tables as it found them: with what a new installation starts with."""
    with django_db_blocker.unblock():
        database.remember()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: database.restore())
        yield


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


@pytest.fixture(scope="session")
def folders_of_papers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("documents")
    return (str(folder / str(number)) for number in count())


@pytest.fixture(autouse=True)
def folder_of_papers(settings, folders_of_papers):
    """Each test's papers are kept in a folder of its own, which is made when the first one comes."""
    settings.MEDIA_ROOT = next(folders_of_papers)
