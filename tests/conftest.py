"""What every test stands on: real PostgreSQL and Redis given by the environment, plain static files."""

from itertools import count

import pytest
from django.test import TransactionTestCase
from django.utils import translation
from hypothesis import HealthCheck, settings

from tests.factories import UserFactory
from tests.support import database
from tests.support.roles import as_service  # noqa: F401
from tests.support.template import Template

# How long a machine takes says nothing of the rules.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

# They begin first, the longest before the others, so that no worker ends with one of them alone. The second asks for
# no database: the worker that begins with it finds the template of the other.
LONGEST = (
    "test_crashes.py",
    "test_supervisor.py",
    "test_openapi.py",
    "test_servers_fail.py",
    "test_silence_crashes.py",
    "test_database_lost.py",
    "test_calendar_options.py",
    "test_axe.py",
    "test_disturbed.py",
    "test_sending.py",
    "test_example.py",
    "test_digest_items.py",
    "test_summit_pages.py",
    "test_pages.py",
    "test_told_in_the_end.py",
    "test_bounces.py",
    "test_papers.py",
    "test_health.py",
    "test_restored.py",
    "test_load_mechanism.py",
    "test_sync.py",
    "test_localstack.py",
    "test_meetings.py",
    "test_sync_races.py",
)
PLACE = {name: place for place, name in enumerate(LONGEST)}


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: PLACE.get(item.path.name, len(PLACE)))


@pytest.fixture(scope="session")
def template(request, tmp_path_factory):
    """Shared by the workers of a run; a single process, which may keep its database, has none."""
    return Template(tmp_path_factory.getbasetemp().parent) if hasattr(request.config, "workerinput") else None


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, django_db_keepdb, template):
    if template is not None and not django_db_keepdb:
        template.take()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, django_db_keepdb, template):
    """A test that commits leaves the tables as it found them: with what a new installation starts with."""
    is_ours = False
    with django_db_blocker.unblock():
        if template is not None and not django_db_keepdb:
            is_ours = template.leave()
        database.remember()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: database.restore())
        yield
    if is_ours:
        with django_db_blocker.unblock():
            template.remove()


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
