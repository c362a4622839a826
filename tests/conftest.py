"""What every test stands on: real PostgreSQL and Redis given by the environment, plain static files."""

import pytest

from tests.factories import UserFactory


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
