"""What ministries say by the links of their mails, and what they no longer wish to receive; append-only."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('meetings', '0013_tracks_say_who_prepares_and_until_when'),
        ('reminders', '0009_meetings_are_followed'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Reply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(choices=[('received', 'mail received'), ('submitted', 'says it was submitted'), ('extension', 'asks for an extension')], max_length=10, verbose_name='what was said')),
                ('until', models.DateField(blank=True, help_text="on the state's own calendar", null=True, verbose_name='until')),
                ('text', models.CharField(blank=True, max_length=500, verbose_name='reason or note')),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='moment')),
                ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='replies', to='reminders.delivery', verbose_name='delivery')),
            ],
            options={
                'verbose_name': 'reply',
                'verbose_name_plural': 'replies',
                'ordering': ['-at', '-pk'],
                'permissions': [('set_aside_reply', 'Can set aside what a ministry said')],
            },
        ),
        migrations.CreateModel(
            name='SettingAside',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='moment')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('reply', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='setting_aside', to='reminders.reply', verbose_name='reply')),
            ],
            options={
                'verbose_name': 'setting aside',
                'verbose_name_plural': 'settings aside',
            },
        ),
        migrations.CreateModel(
            name='Unsubscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('topic', models.CharField(choices=[('agenda', 'agendas')], max_length=10, verbose_name='notices of')),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='since')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('ended_reason', models.CharField(blank=True, max_length=300, verbose_name='reason for ending it')),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='unsubscriptions', to='meetings.contact', verbose_name='contact')),
                ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reminders.delivery', verbose_name='by the link in')),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ended by')),
            ],
            options={
                'verbose_name': 'unsubscription',
                'verbose_name_plural': 'unsubscriptions',
                'ordering': ['-at', '-pk'],
                'permissions': [('end_unsubscription', 'Can send again what a contact had unsubscribed from')],
            },
        ),
        migrations.AddConstraint(
            model_name='reply',
            constraint=models.UniqueConstraint(fields=('delivery', 'what'), name='a_link_is_used_once'),
        ),
        migrations.AddConstraint(
            model_name='reply',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('until__isnull', False), ('what', 'extension'), models.Q(('text', ''), _negated=True)), models.Q(models.Q(('what', 'extension'), _negated=True), ('until__isnull', True)), _connector='OR'), name='an_extension_says_until_when_and_why'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reply',
            trigger=pgtrigger.compiler.Trigger(name='what_was_said_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='eb2c428c4aa2b68009b334ad674cd88a827b2c5e', operation='UPDATE OR DELETE', pgid='pgtrigger_what_was_said_stays_e856b', table='reminders_reply', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='settingaside',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='what_is_set_aside_has_its_reason'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='settingaside',
            trigger=pgtrigger.compiler.Trigger(name='it_stays_set_aside', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='bc9906d25d5989ff9146ab447f1133f38e834276', operation='UPDATE OR DELETE', pgid='pgtrigger_it_stays_set_aside_c8b60', table='reminders_settingaside', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='unsubscription',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('contact', 'topic'), name='a_topic_is_refused_once'),
        ),
        migrations.AddConstraint(
            model_name='unsubscription',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True), ('ended_reason', '')), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False), models.Q(('ended_reason', ''), _negated=True)), _connector='OR'), name='an_ended_refusal_says_by_whom_and_why'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='unsubscription',
            trigger=pgtrigger.compiler.Trigger(name='a_refusal_is_not_forgotten', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='c2cd36644580bfd7100547de2dd81a3d4923748d', operation='DELETE', pgid='pgtrigger_a_refusal_is_not_forgotten_65e14', table='reminders_unsubscription', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='unsubscription',
            trigger=pgtrigger.compiler.Trigger(name='an_ended_refusal_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."ended_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='0f931d48dd7297c02f11095e86928ed47d05d231', operation='UPDATE', pgid='pgtrigger_an_ended_refusal_stays_b8d41', table='reminders_unsubscription', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='unsubscription',
            trigger=pgtrigger.compiler.Trigger(name='a_refusal_is_not_edited', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."contact_id" IS DISTINCT FROM (NEW."contact_id") OR OLD."delivery_id" IS DISTINCT FROM (NEW."delivery_id") OR OLD."topic" IS DISTINCT FROM (NEW."topic"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='c576b78312ce659d52385c3502773727b7a5baa9', operation='UPDATE', pgid='pgtrigger_a_refusal_is_not_edited_98067', table='reminders_unsubscription', when='BEFORE')),
        ),
    ]
