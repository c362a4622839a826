"""Nobody is woken by what can wait: acts and reminders of silence, and agendas, keep the quiet hours too, unless the
morning would be too late. Lines that staff gave hours of their own stay as they are."""

from datetime import time

from django.db import migrations

NIGHT = {"quiet_from": time(21), "quiet_until": time(7)}
LINES = (("silence", "first"), ("silence", "before"), ("agenda", "first"))


def lines(apps, **quiet):
    rules = apps.get_model("reminders", "ReminderRule")
    for about, occasion in LINES:
        yield rules.objects.filter(track=None, about=about, key="", occasion=occasion, **quiet)


def keep_quiet(apps, schema_editor):
    for rows in lines(apps, quiet_from=None, quiet_until=None):
        rows.update(**NIGHT)


def wake_again(apps, schema_editor):
    for rows in lines(apps, **NIGHT):
        rows.update(quiet_from=None, quiet_until=None)


class Migration(migrations.Migration):
    dependencies = [("reminders", "0025_what_nobody_understood_is_kept")]
    operations = [migrations.RunPython(keep_quiet, wake_again)]
