from django.db import migrations


def add_defaults(apps, schema_editor):
    """Those of meetings/people/retention.py on this day, so that the desk sees what holds."""
    rules = apps.get_model("meetings", "RetentionRule")
    for category, days in (("heads", None), ("others", 365)):
        rules.objects.get_or_create(category=category, defaults={"days": days})


class Migration(migrations.Migration):
    dependencies = [("meetings", "0011_delegations_and_committees")]
    operations = [migrations.RunPython(add_defaults, migrations.RunPython.noop)]
