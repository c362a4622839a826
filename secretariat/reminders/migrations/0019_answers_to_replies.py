"""Who said something by a link, which staff set aside, is told so; staff may change or end that in the desk."""

from datetime import time

from django.conf import settings
from django.db import migrations, models


def add_rule(apps, schema_editor):
    night = {"quiet_from": time(21), "quiet_until": time(7)}
    rules = apps.get_model("reminders", "ReminderRule")
    rules.objects.get_or_create(track=None, about="due", occasion="answered", days=None, defaults=night)


def take_it_away(apps, schema_editor):
    apps.get_model("reminders", "ReminderRule").objects.filter(occasion="answered").delete()


class Migration(migrations.Migration):

    dependencies = [
        ('meetings', '0001_squashed_0019_terms_are_over_on_a_day'),
        ('reminders', '0018_ledger_knows_its_home'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='reminderrule',
            name='a_rule_is_of_what_can_happen',
        ),
        migrations.AddField(
            model_name='settingaside',
            name='is_told',
            field=models.BooleanField(default=False, help_text='whether who said it is told that the deadline stays', verbose_name='told by mail'),
        ),
        migrations.AddField(
            model_name='settingaside',
            name='note',
            field=models.CharField(blank=True, max_length=500, verbose_name='words for the ministry'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='kind',
            field=models.CharField(choices=[('reminder', 'reminder'), ('changed', 'notice of change'), ('withdrawn', 'notice of withdrawal'), ('opened', 'silence opened'), ('extended', 'silence extended'), ('broken', 'silence broken'), ('adopted', 'text adopted'), ('set aside', 'adoption set aside'), ('narrowed', 'text adopted by fewer'), ('issued', 'agenda issued'), ('moved', 'meeting moved'), ('off', 'meeting off'), ('invited', 'invitation'), ('first', 'first notice'), ('overdue', 'overdue notice'), ('escalated', 'escalation'), ('received', 'thanks on receipt'), ('answered', 'answer to a reply'), ('digest', 'weekly digest')], max_length=10, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='reminderrule',
            name='occasion',
            field=models.CharField(choices=[('first', 'at once, when it is set or happens'), ('before', 'days before'), ('overdue', 'days after, while it is open'), ('escalated', 'escalation, days after, while it is open'), ('changed', 'at once, when it moved'), ('withdrawn', 'at once, when it no longer applies'), ('received', 'thanks on receipt'), ('answered', 'answer to a reply that changed nothing')], default='before', max_length=9, verbose_name='when'),
        ),
        migrations.AlterField(
            model_name='reminderruleevent',
            name='occasion',
            field=models.CharField(choices=[('first', 'at once, when it is set or happens'), ('before', 'days before'), ('overdue', 'days after, while it is open'), ('escalated', 'escalation, days after, while it is open'), ('changed', 'at once, when it moved'), ('withdrawn', 'at once, when it no longer applies'), ('received', 'thanks on receipt'), ('answered', 'answer to a reply that changed nothing')], default='before', max_length=9, verbose_name='when'),
        ),
        migrations.AddConstraint(
            model_name='reminderrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('about', 'due'), ('occasion__in', ('first', 'before', 'overdue', 'escalated', 'changed', 'withdrawn', 'received', 'answered'))), models.Q(('about', 'closing'), ('occasion__in', ('first', 'before', 'changed', 'withdrawn'))), models.Q(('about', 'term'), ('occasion__in', ('first', 'before', 'changed', 'withdrawn'))), models.Q(('about', 'agenda'), ('occasion__in', ('first', 'changed', 'withdrawn'))), models.Q(('about', 'silence'), ('occasion__in', ('first', 'before'))), models.Q(('about', 'meeting'), ('occasion__in', ('first', 'changed', 'withdrawn'))), _connector='OR'), name='a_rule_is_of_what_can_happen', violation_error_message='This does not happen to what the line is about.'),
        ),
        migrations.AddConstraint(
            model_name='settingaside',
            constraint=models.CheckConstraint(condition=models.Q(('note', ''), ('is_told', True), _connector='OR'), name='words_for_the_ministry_are_sent'),
        ),
        migrations.RunPython(add_rule, take_it_away),
    ]
