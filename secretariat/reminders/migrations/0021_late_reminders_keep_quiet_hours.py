"""A reminder whose hour was past when it was planned goes at once: by night it waits for the morning, as notices do.

Only lines of every track that say no quiet hours; staff change them in the desk.
"""

from datetime import time

from django.db import migrations

COUNTED = ["before", "overdue", "escalated"]
NIGHT = {"quiet_from": time(21), "quiet_until": time(7)}


def _lines(apps, **of_it):
    rules = apps.get_model("reminders", "ReminderRule")
    return rules.objects.filter(track=None, about__in=["due", "closing"], key="", occasion__in=COUNTED, **of_it)


def add_quiet_hours(apps, schema_editor):
    _lines(apps, quiet_from=None).update(**NIGHT)


def take_them_away(apps, schema_editor):
    _lines(apps, **NIGHT).update(quiet_from=None, quiet_until=None)


class Migration(migrations.Migration):
    dependencies = [("reminders", "0020_policy_shows_what_is_off")]
    operations = [migrations.RunPython(add_quiet_hours, take_them_away)]
