"""Invitations keep the quiet hours that other notices keep; staff change them in the desk."""

from datetime import time

from django.db import migrations, models


def add_quiet_hours(apps, schema_editor):
    rules = apps.get_model("reminders", "ReminderRule")
    night = {"quiet_from": time(21), "quiet_until": time(7)}
    for occasion in ("first", "changed", "withdrawn"):
        rules.objects.get_or_create(track=None, about="meeting", occasion=occasion, days=None, defaults=night)


def take_them_away(apps, schema_editor):
    apps.get_model("reminders", "ReminderRule").objects.filter(about="meeting").delete()


class Migration(migrations.Migration):
    dependencies = [("reminders", "0016_fewer_indexes")]

    operations = [
        migrations.RemoveConstraint(
            model_name='reminderrule',
            name='a_rule_is_of_what_can_happen',
        ),
        migrations.AlterField(
            model_name='reminderrule',
            name='about',
            field=models.CharField(choices=[('due', 'deadlines'), ('closing', 'last day for items of an agenda'), ('agenda', 'agendas issued'), ('silence', 'silence procedures'), ('term', 'ends of terms'), ('meeting', 'invitations to meetings')], default='due', max_length=7, verbose_name='of what'),
        ),
        migrations.AlterField(
            model_name='reminderrule',
            name='quiet_from',
            field=models.TimeField(blank=True, help_text='local time of the recipient; what goes at once waits until they end, unless it would be too late then', null=True, verbose_name='quiet from'),
        ),
        migrations.AlterField(
            model_name='reminderruleevent',
            name='about',
            field=models.CharField(choices=[('due', 'deadlines'), ('closing', 'last day for items of an agenda'), ('agenda', 'agendas issued'), ('silence', 'silence procedures'), ('term', 'ends of terms'), ('meeting', 'invitations to meetings')], default='due', max_length=7, verbose_name='of what'),
        ),
        migrations.AlterField(
            model_name='reminderruleevent',
            name='quiet_from',
            field=models.TimeField(blank=True, help_text='local time of the recipient; what goes at once waits until they end, unless it would be too late then', null=True, verbose_name='quiet from'),
        ),
        migrations.AddConstraint(
            model_name='reminderrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('about', 'due'), ('occasion__in', ('first', 'before', 'overdue', 'escalated', 'changed', 'withdrawn', 'received'))), models.Q(('about', 'closing'), ('occasion__in', ('first', 'before', 'changed', 'withdrawn'))), models.Q(('about', 'term'), ('occasion__in', ('first', 'before', 'changed', 'withdrawn'))), models.Q(('about', 'agenda'), ('occasion__in', ('first', 'changed', 'withdrawn'))), models.Q(('about', 'silence'), ('occasion__in', ('first', 'before'))), models.Q(('about', 'meeting'), ('occasion__in', ('first', 'changed', 'withdrawn'))), _connector='OR'), name='a_rule_is_of_what_can_happen', violation_error_message='This does not happen to what the line is about.'),
        ),
        migrations.AddConstraint(
            model_name='reminderrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('about', 'meeting'), _negated=True), models.Q(('is_on', True), ('roles', [])), _connector='OR'), name='an_invitation_is_for_who_follows', violation_error_message='Who is invited to meetings is said by who follows them: tick no role and leave the line on; it says the quiet hours.'),
        ),
        migrations.RunPython(add_quiet_hours, take_them_away),
    ]
