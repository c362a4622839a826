"""The service as the web server runs it, with three addresses of its own to compare with. Of benchmarks/feed.py only."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "secretariat.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import path  # noqa: E402

from secretariat.feed.bodies import kept  # noqa: E402
from secretariat.urls import urlpatterns as of_the_service  # noqa: E402

bodies = {}


def empty(request):
    return HttpResponse()


def bare(request):
    """The bytes of an address of the service, from this process's memory."""
    address = request.GET["of"]
    if address not in bodies:
        bodies[address] = Client(HTTP_HOST="localhost").get(address).content
    return HttpResponse(bodies[address])


def forget(request):
    kept.empty()
    return HttpResponse()


urlpatterns = [path("empty", empty), path("bare", bare), path("forget", forget), *of_the_service]
settings.ROOT_URLCONF = __name__
application = get_wsgi_application()
