"""Mails that came back: what their servers said, append-only."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reminders', '0010_ministries_reply_by_links'),
    ]

    operations = [
        migrations.AlterField(
            model_name='deliveryevent',
            name='state',
            field=models.CharField(choices=[('pending', 'planned'), ('deferred', 'to be tried again'), ('claimed', 'taken by a worker'), ('sending', 'being sent'), ('sent', 'taken by the mail server'), ('uncertain', 'not known whether it arrived'), ('failed', 'failed'), ('cancelled', 'cancelled'), ('returned', 'came back'), ('delayed', 'delayed on the way')], max_length=10, verbose_name='state'),
        ),
        migrations.CreateModel(
            name='Bounce',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verdict', models.CharField(choices=[('gone', 'address is no good'), ('returned', 'came back'), ('delayed', 'delayed on the way')], max_length=10, verbose_name='what became of it')),
                ('status', models.CharField(help_text='as RFC 3463 numbers it', max_length=20, verbose_name='status')),
                ('diagnostic', models.CharField(blank=True, max_length=500, verbose_name='what the server said')),
                ('sha256', models.CharField(editable=False, max_length=64, unique=True)),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='moment')),
                ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bounces', to='reminders.delivery', verbose_name='delivery')),
            ],
            options={
                'verbose_name': 'mail that came back',
                'verbose_name_plural': 'mails that came back',
                'ordering': ['-at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('verdict__in', ['gone', 'returned', 'delayed'])), name='a_mail_comes_back_in_one_of_three_ways')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bounce',
            trigger=pgtrigger.compiler.Trigger(name='what_came_back_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8f4ee11ef1678ab382368d1b4635598a25913752', operation='UPDATE OR DELETE', pgid='pgtrigger_what_came_back_stays_438d5', table='reminders_bounce', when='BEFORE')),
        ),
    ]
