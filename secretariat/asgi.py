"""The same application for an ASGI server; no view is asynchronous today."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "secretariat.settings")
application = get_asgi_application()
