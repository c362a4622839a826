from django.db import migrations


def add_default(apps, schema_editor):
    """That of meetings/people/retention.py on this day, so that the desk sees what holds."""
    rules = apps.get_model("meetings", "RetentionRule")
    rules.objects.get_or_create(category="contacts", defaults={"days": 730})


class Migration(migrations.Migration):
    dependencies = [("meetings", "0016_contacts_are_erased")]
    operations = [migrations.RunPython(add_default, migrations.RunPython.noop)]
