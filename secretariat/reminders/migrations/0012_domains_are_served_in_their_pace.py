"""Domains whose servers asked for patience, and the slots of their next mails."""

import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reminders', '0011_mails_that_came_back'),
    ]

    operations = [
        migrations.CreateModel(
            name='MailDomain',
            fields=[
                ('name', models.CharField(max_length=253, primary_key=True, serialize=False, verbose_name='domain')),
                ('pause_seconds', models.FloatField(default=0, verbose_name='seconds between two mails')),
                ('slow_until', models.DateTimeField(blank=True, null=True, verbose_name='slow until')),
                ('next_slot_at', models.DateTimeField(verbose_name='next mail')),
                ('said', models.CharField(blank=True, max_length=500, verbose_name='what its server said')),
            ],
            options={
                'verbose_name': 'mail domain',
                'verbose_name_plural': 'mail domains',
                'ordering': ['name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('name', django.db.models.functions.text.Lower('name'))), name='a_domain_is_written_small'), models.CheckConstraint(condition=models.Q(('pause_seconds__gte', 0)), name='a_pause_is_not_negative')],
            },
        ),
    ]
