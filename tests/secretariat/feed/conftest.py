import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _own_cache(settings):
    """Each test counts requests from zero, in its own process."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
