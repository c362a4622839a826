import pytest

from . import factories


@pytest.fixture(autouse=True)
def _plain_static(settings):
    """Pages name their static files by themselves: no test waits for collectstatic."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def user(db):
    return factories.staff()


@pytest.fixture
def desk(client, user):
    client.force_login(user)
    return client


@pytest.fixture
def body(db):
    return factories.mechanism()
