"""All tables of a new database in one step; then the reminders that it starts with.

A database made before takes the migrations that it replaces one by one. When none is left those are deleted, with
`replaces`, and what depends on them is pointed here.
"""

import datetime
import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import uuid
from django.conf import settings
from django.db import migrations, models
from rotation.creation import CreateModels

DAYS_BEFORE = (14, 7, 3, 1)


def add_rules(apps, schema_editor):
    """The reminders a new installation starts with; staff change them in the desk."""
    rule = apps.get_model("reminders", "ReminderRule")
    for days in DAYS_BEFORE:
        rule.objects.get_or_create(track=None, days_before=days, defaults={"at": datetime.time(9)})


class Migration(migrations.Migration):

    replaces = [
        ('reminders', '0001_initial'),
        ('reminders', '0002_default_reminder_rules'),
        ('reminders', '0003_settled_by_a_person'),
        ('reminders', '0004_every_dated_thing_is_told'),
    ]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('meetings', '0013_tracks_say_who_prepares_and_until_when'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        CreateModels(state_operations=[
            migrations.CreateModel(
                name='Delivery',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('kind', models.CharField(choices=[('reminder', 'reminder'), ('changed', 'notice of change'), ('withdrawn', 'notice of withdrawal'), ('opened', 'silence opened'), ('extended', 'silence extended'), ('broken', 'silence broken'), ('adopted', 'text adopted'), ('issued', 'agenda issued'), ("moved", "meeting moved"), ("off", "meeting off")], max_length=10, verbose_name='kind')),
                    ('sequence', models.PositiveIntegerField(help_text='another one whenever that moved or changed', verbose_name='revision of what it tells of')),
                    ('offset_code', models.CharField(blank=True, help_text='P7D: seven days before', max_length=8, verbose_name='offset')),
                    ('reason', models.CharField(max_length=300, verbose_name='why')),
                    ('says_due_at', models.DateTimeField(verbose_name='moment that is told')),
                    ('was_due_at', models.DateTimeField(blank=True, null=True, verbose_name='said before')),
                    ('planned_on', models.DateField(verbose_name='planned on')),
                    ('planned_hour', models.TimeField(help_text='local time of the recipient', verbose_name='at')),
                    ('zone', models.CharField(max_length=64, verbose_name='time zone')),
                    ('planned_at', models.DateTimeField(verbose_name='planned')),
                    ('expires_at', models.DateTimeField(verbose_name='untrue from')),
                    ('state', models.CharField(choices=[('pending', 'planned'), ('deferred', 'to be tried again'), ('claimed', 'taken by a worker'), ('sending', 'being sent'), ('sent', 'taken by the mail server'), ('uncertain', 'not known whether it arrived'), ('failed', 'failed'), ('cancelled', 'cancelled')], default='pending', max_length=10, verbose_name='state')),
                    ('next_try_at', models.DateTimeField(verbose_name='next try')),
                    ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                    ('token', models.UUIDField(blank=True, editable=False, null=True)),
                    ('lease_until', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('message_id', models.CharField(max_length=200, unique=True, verbose_name='Message-ID')),
                    ('in_reply_to', models.CharField(blank=True, max_length=200)),
                    ('language', models.CharField(blank=True, max_length=8, verbose_name='language')),
                    ('recipient', models.EmailField(blank=True, max_length=254, verbose_name='sent to')),
                    ('subject', models.CharField(blank=True, max_length=500, verbose_name='subject')),
                    ('text', models.TextField(blank=True, verbose_name='text')),
                    ('html', models.TextField(blank=True, verbose_name='HTML')),
                    ('dated_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('sha256', models.CharField(blank=True, max_length=64)),
                    ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
                    ('reply', models.CharField(blank=True, max_length=500, verbose_name="mail server's reply")),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('contact', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='meetings.contact', verbose_name='contact')),
                    ('due', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='meetings.due', verbose_name='deadline')),
                    ('meeting', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='meetings.meeting', verbose_name='meeting')),
                    ('agenda', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='meetings.agenda', verbose_name='agenda')),
                    ('silence', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='meetings.silenceprocedure', verbose_name='silence procedure')),
                    ('term', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='meetings.seatterm', verbose_name='term')),
                ],
                options={
                    'verbose_name': 'delivery',
                    'verbose_name_plural': 'deliveries',
                    'ordering': ['-planned_at', 'pk'],
                    'indexes': [models.Index(condition=models.Q(('state__in', ['pending', 'deferred'])), fields=['next_try_at', 'id'], name='delivery_due'), models.Index(condition=models.Q(('state__in', ['claimed', 'sending'])), fields=['lease_until'], name='delivery_leased'), models.Index(fields=['meeting', 'state'], name='delivery_of_meeting')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'sent')), models.Q(('state', 'sent'), _negated=True), _connector='OR'), name='what_was_sent_says_when'), models.UniqueConstraint(fields=('kind', 'due', 'silence', 'term', 'agenda', 'sequence', 'offset_code', 'contact'), name='one_thing_is_said_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('agenda__isnull', True), ('due__isnull', False), ('silence__isnull', True), ('term__isnull', True)), models.Q(('agenda__isnull', True), ('due__isnull', True), ('silence__isnull', False), ('term__isnull', True)), models.Q(('agenda__isnull', True), ('due__isnull', True), ('silence__isnull', True), ('term__isnull', False)), models.Q(('agenda__isnull', False), ('due__isnull', True), ('silence__isnull', True), ('term__isnull', True)), _connector='OR'), name='a_delivery_has_one_subject'), models.CheckConstraint(condition=models.Q(models.Q(('agenda__isnull', True), ('due__isnull', True)), ('meeting__isnull', False), _connector='XOR'), name='a_delivery_names_the_meeting')],
                    'triggers': [pgtrigger.compiler.Trigger(name='what_was_sent_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" = \'sent\')', func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a2d20c71622eea9333a2a0ff9f70959aaa402deb', operation='UPDATE OR DELETE', pgid='pgtrigger_what_was_sent_stays_4e973', table='reminders_delivery', when='BEFORE')), pgtrigger.compiler.Trigger(name='the_ledger_forgets_nothing', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='460e14494db68d56cd4fbffe125ed0589e8803d3', operation='DELETE', pgid='pgtrigger_the_ledger_forgets_nothing_0c4d0', table='reminders_delivery', when='BEFORE'))],
                    'permissions': [('settle_delivery', 'Can settle deliveries that failed or are not known to have arrived')],
                },
            ),
            migrations.CreateModel(
                name='DeliveryEvent',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('at', models.DateTimeField(auto_now_add=True, verbose_name='moment')),
                    ('state', models.CharField(choices=[('pending', 'planned'), ('deferred', 'to be tried again'), ('claimed', 'taken by a worker'), ('sending', 'being sent'), ('sent', 'taken by the mail server'), ('uncertain', 'not known whether it arrived'), ('failed', 'failed'), ('cancelled', 'cancelled')], max_length=10, verbose_name='state')),
                    ('detail', models.CharField(blank=True, max_length=500, verbose_name='detail')),
                    ('worker', models.CharField(blank=True, max_length=100, verbose_name='worker')),
                    ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='reminders.delivery', verbose_name='delivery')),
                    ('author', models.ForeignKey(blank=True, help_text='empty where the service did it by itself', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ],
                options={
                    'verbose_name': 'delivery event',
                    'verbose_name_plural': 'delivery events',
                    'ordering': ['delivery', 'pk'],
                    'triggers': [pgtrigger.compiler.Trigger(name='events_are_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='7bf2ca4b482d500b497927c6181c0b2ffeb23fdd', operation='UPDATE OR DELETE', pgid='pgtrigger_events_are_append_only_b81a7', table='reminders_deliveryevent', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='ReminderRule',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('days_before', models.PositiveSmallIntegerField(help_text='calendar days; 0 is the day itself', validators=[django.core.validators.MaxValueValidator(365)], verbose_name='days before')),
                    ('at', models.TimeField(default=datetime.time(9, 0), help_text='local time of the recipient', verbose_name='at')),
                    ('track', models.ForeignKey(blank=True, help_text='empty means every track that has no rule of its own', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='reminder_rules', to='meetings.track', verbose_name='track')),
                ],
                options={
                    'verbose_name': 'reminder rule',
                    'verbose_name_plural': 'reminder rules',
                    'ordering': ['track', '-days_before'],
                    'constraints': [models.UniqueConstraint(fields=('track', 'days_before'), name='a_reminder_is_ruled_once', nulls_distinct=False)],
                    'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reminders_reminderruleevent" ("at", "days_before", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "track_id") VALUES (NEW."at", NEW."days_before", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."track_id"); RETURN NULL;', hash='0bd6c49429fdc1166611ed89c1d82667d0f90513', operation='INSERT', pgid='pgtrigger_insert_insert_596af', table='reminders_reminderrule', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reminders_reminderruleevent" ("at", "days_before", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "track_id") VALUES (NEW."at", NEW."days_before", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."track_id"); RETURN NULL;', hash='ba6ff85d591723bf1e0bc189c01d4236a26ddc70', operation='UPDATE', pgid='pgtrigger_update_update_72824', table='reminders_reminderrule', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reminders_reminderruleevent" ("at", "days_before", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "track_id") VALUES (OLD."at", OLD."days_before", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."track_id"); RETURN NULL;', hash='20458dbd522402160f5f40a92ca644677327f8f2', operation='DELETE', pgid='pgtrigger_delete_delete_d5236', table='reminders_reminderrule', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='ReminderRuleEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('days_before', models.PositiveSmallIntegerField(help_text='calendar days; 0 is the day itself', validators=[django.core.validators.MaxValueValidator(365)], verbose_name='days before')),
                    ('at', models.TimeField(default=datetime.time(9, 0), help_text='local time of the recipient', verbose_name='at')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='reminders.reminderrule')),
                    ('track', models.ForeignKey(blank=True, db_constraint=False, help_text='empty means every track that has no rule of its own', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='meetings.track', verbose_name='track')),
                ],
                options={
                    'abstract': False,
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9d4e8780bc8a0e4c33add149f5207de7722cdae2', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_6dfa0', table='reminders_reminderruleevent', when='BEFORE'))],
                },
            ),
        ]),
        # Going back, the rules go with their table.
        migrations.RunPython(add_rules, migrations.RunPython.noop),
    ]
