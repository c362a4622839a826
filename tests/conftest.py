"""What every test stands on: real PostgreSQL and Redis given by the environment, plain static files."""

import pytest


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """The hashed names of production need `collectstatic`, which no test runs."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
