"""The policy that a new installation starts with; staff change it in the desk.

What was ruled before is kept: it was for deadlines and for the last days of agendas alike.
"""

from datetime import time

from django.db import migrations

DAYS_BEFORE = (14, 7, 3, 1)
DAYS_OVERDUE = (1, 7)
NIGHT = {"quiet_from": time(21), "quiet_until": time(7)}
# Of what, on which occasion, by night or not: what happens to a silence, and a new agenda, are never kept until the morning.
AT_ONCE = (
    ("due", "changed", NIGHT),
    ("due", "withdrawn", NIGHT),
    ("due", "received", NIGHT),
    ("closing", "changed", NIGHT),
    ("closing", "withdrawn", NIGHT),
    ("term", "before", {}),
    ("term", "changed", NIGHT),
    ("term", "withdrawn", NIGHT),
    ("agenda", "first", {}),
    ("agenda", "changed", NIGHT),
    ("agenda", "withdrawn", NIGHT),
    ("silence", "first", {}),
    ("silence", "before", {}),
)


def carry_over(apps, schema_editor):
    """Beside each rule of deadlines the same one of agendas' last days."""
    rules = apps.get_model("reminders", "ReminderRule")
    for rule in rules.objects.filter(about="due", occasion="before"):
        rules.objects.get_or_create(
            track_id=rule.track_id, about="closing", occasion="before", days=rule.days, defaults={"at": rule.at}
        )


def add_the_rest(apps, schema_editor):
    rules = apps.get_model("reminders", "ReminderRule")
    for days in DAYS_OVERDUE:
        rules.objects.get_or_create(track=None, about="due", occasion="overdue", days=days)
    for about, occasion, quiet in AT_ONCE:
        rules.objects.get_or_create(track=None, about=about, occasion=occasion, days=None, defaults=quiet)


def add_policy(apps, schema_editor):
    """All of it, into an empty table."""
    rules = apps.get_model("reminders", "ReminderRule")
    for days in DAYS_BEFORE:
        rules.objects.get_or_create(track=None, about="due", occasion="before", days=days)
    carry_over(apps, schema_editor)
    add_the_rest(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("reminders", "0013_the_policy")]
    # Going back, 0010 cannot keep lines without days or of other things; they are taken away first.
    operations = [
        migrations.RunPython(carry_over, lambda apps, schema_editor: only_reminders(apps)),
        migrations.RunPython(add_the_rest, migrations.RunPython.noop),
    ]


def only_reminders(apps):
    rules = apps.get_model("reminders", "ReminderRule")
    rules.objects.exclude(about="due", occasion="before", key="", is_on=True).delete()
