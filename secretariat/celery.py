"""The Celery application: it wakes workers up and holds no state that matters."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "secretariat.settings")

app = Celery("secretariat")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["meetings", "secretariat.reminders", "secretariat.feed", "secretariat.desk"])
