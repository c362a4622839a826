"""Lines that are off, so that staff find in the policy what they may switch on: the first notice of a deadline, and its
escalation to the head of department. Where a line for every track was made before, nothing is added."""

from datetime import time

from django.db import migrations

NIGHT = {"quiet_from": time(21), "quiet_until": time(7)}
ESCALATION = {"days": 7, "roles": ["head of department"], "on_working_days": True}


def add_lines(apps, schema_editor):
    rules = apps.get_model("reminders", "ReminderRule")
    for occasion, values in (("first", NIGHT), ("escalated", ESCALATION)):
        line = {"track": None, "about": "due", "key": "", "occasion": occasion}
        if not rules.objects.filter(**line).exists():
            rules.objects.create(**line, **values, is_on=False)


def take_them_away(apps, schema_editor):
    rules = apps.get_model("reminders", "ReminderRule")
    rules.objects.filter(
        track=None, about="due", key="", occasion__in=["first", "escalated"], is_on=False
    ).delete()


class Migration(migrations.Migration):
    dependencies = [("reminders", "0019_answers_to_replies")]
    operations = [migrations.RunPython(add_lines, take_them_away)]
