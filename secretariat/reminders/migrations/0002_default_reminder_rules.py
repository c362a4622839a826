"""The reminders a new installation starts with; staff change them in the desk."""

from datetime import time

from django.db import migrations

DAYS_BEFORE = (14, 7, 3, 1)


def add_rules(apps, schema_editor):
    rule = apps.get_model("reminders", "ReminderRule")
    for days in DAYS_BEFORE:
        rule.objects.get_or_create(track=None, days_before=days, defaults={"at": time(9)})


class Migration(migrations.Migration):
    dependencies = [("reminders", "0001_initial")]
    # Going back leaves the rules: they may have been edited, and the table goes with 0001.
    operations = [migrations.RunPython(add_rules, migrations.RunPython.noop)]
