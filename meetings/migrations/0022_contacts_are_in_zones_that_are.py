"""What was typed and is no zone stopped every mail: it is put right where only its capitals differ, else it is the
state's own, which an empty one means."""

from zoneinfo import available_timezones

from django.db import migrations


def mend(apps, editor):
    contact = apps.get_model("meetings", "Contact")
    known = {name.lower(): name for name in available_timezones()}
    rows = contact.objects.using(editor.connection.alias)
    for zone in rows.exclude(zone="").exclude(zone__in=known.values()).values_list("zone", flat=True).distinct():
        rows.filter(zone=zone).update(zone=known.get(zone.strip().lower(), ""))


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0021_who_is_written_to_since_when"),
    ]

    operations = [migrations.RunPython(mend, migrations.RunPython.noop)]
