from django.db import migrations


def fill(apps, schema_editor):
    """What the library entered rests on it; of what staff entered nothing better is known than their word.

    The history is append-only: its new column is filled with the guard down, and nothing else of it changes.
    """
    schema_editor.execute("UPDATE meetings_calendarday SET basis = 'library' WHERE entered_by = 'library'")
    schema_editor.execute("ALTER TABLE meetings_calendardayevent DISABLE TRIGGER USER")
    schema_editor.execute("UPDATE meetings_calendardayevent SET basis = 'library' WHERE entered_by = 'library'")
    schema_editor.execute("ALTER TABLE meetings_calendardayevent ENABLE TRIGGER USER")


def give_up(apps, schema_editor):
    """Before, a day had one entry of staff's and one of the library's: the strongest stays, what is expected goes."""
    schema_editor.execute("DELETE FROM meetings_calendarday WHERE basis = 'provisional'")
    rank = "array_position(ARRAY['decree', 'notice', 'law', 'word', 'library'], {}.basis::text)"
    schema_editor.execute(
        "DELETE FROM meetings_calendarday weak USING meetings_calendarday strong"
        " WHERE weak.state_id = strong.state_id AND weak.day = strong.day"
        " AND weak.entered_by = strong.entered_by"
        f" AND {rank.format('weak')} > {rank.format('strong')}"
    )
    # The column of status is narrower there, and knows no shortened day.
    schema_editor.execute("DELETE FROM meetings_calendarday WHERE status = 'shortened'")


class Migration(migrations.Migration):

    dependencies = [
        ('meetings', '0006_days_say_what_they_rest_on'),
    ]

    operations = [
        migrations.RunPython(fill, give_up),
    ]
