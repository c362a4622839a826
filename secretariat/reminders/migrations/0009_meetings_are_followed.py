"""Contacts follow tracks, states and meetings, and the ledger invites them; what is uncertain is found by an index."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('meetings', '0013_tracks_say_who_prepares_and_until_when'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('reminders', '0005_adoptions_are_set_aside'),
        ('rotation', '0004_the_secretariat_has_a_seat'),
    ]

    operations = [
        migrations.CreateModel(
            name='Follow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('part', models.CharField(blank=True, choices=[('host', 'as host'), ('participant', 'as host or participant')], help_text='only where a state is followed', max_length=11, verbose_name='the state takes part')),
                ('valid_from', models.DateField(blank=True, help_text='empty means from now; nothing is sent before', null=True, verbose_name='follows from')),
                ('valid_until', models.DateField(blank=True, help_text='last day, inclusive: a meeting that begins after it is not followed', null=True, verbose_name='follows until')),
            ],
            options={
                'verbose_name': 'thing followed',
                'verbose_name_plural': 'followed meetings',
                'ordering': ['contact', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='FollowEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('part', models.CharField(blank=True, choices=[('host', 'as host'), ('participant', 'as host or participant')], help_text='only where a state is followed', max_length=11, verbose_name='the state takes part')),
                ('valid_from', models.DateField(blank=True, help_text='empty means from now; nothing is sent before', null=True, verbose_name='follows from')),
                ('valid_until', models.DateField(blank=True, help_text='last day, inclusive: a meeting that begins after it is not followed', null=True, verbose_name='follows until')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.RemoveConstraint(
            model_name='delivery',
            name='one_thing_is_said_once',
        ),
        migrations.RemoveConstraint(
            model_name='delivery',
            name='a_delivery_has_one_subject',
        ),
        migrations.RemoveConstraint(
            model_name='delivery',
            name='a_delivery_names_the_meeting',
        ),
        migrations.AddField(
            model_name='delivery',
            name='calendar',
            field=models.TextField(blank=True, help_text='of an invitation', verbose_name='iCalendar'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='kind',
            field=models.CharField(choices=[('reminder', 'reminder'), ('changed', 'notice of change'), ('withdrawn', 'notice of withdrawal'), ('opened', 'silence opened'), ('extended', 'silence extended'), ('broken', 'silence broken'), ('adopted', 'text adopted'), ('set aside', 'adoption set aside'), ('narrowed', 'text adopted by fewer'), ('issued', 'agenda issued'), ('moved', 'meeting moved'), ('off', 'meeting off'), ('invited', 'invitation')], max_length=10, verbose_name='kind'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state', 'uncertain')), fields=['id'], name='delivery_uncertain'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('kind', 'meeting', 'due', 'silence', 'term', 'agenda', 'sequence', 'offset_code', 'contact'), name='one_thing_is_said_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('agenda__isnull', True), ('due__isnull', False), ('silence__isnull', True), ('term__isnull', True)), models.Q(('agenda__isnull', True), ('due__isnull', True), ('silence__isnull', False), ('term__isnull', True)), models.Q(('agenda__isnull', True), ('due__isnull', True), ('silence__isnull', True), ('term__isnull', False)), models.Q(('agenda__isnull', False), ('due__isnull', True), ('silence__isnull', True), ('term__isnull', True)), models.Q(('agenda__isnull', True), ('due__isnull', True), ('silence__isnull', True), ('term__isnull', True)), _connector='OR'), name='a_delivery_has_one_subject'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('silence__isnull', True), ('term__isnull', True)), ('meeting__isnull', True), _connector='XOR'), name='a_delivery_names_the_meeting'),
        ),
        migrations.AddField(
            model_name='follow',
            name='contact',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='follows', to='meetings.contact', verbose_name='contact'),
        ),
        migrations.AddField(
            model_name='follow',
            name='meeting',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='follows', to='meetings.meeting', verbose_name='meeting'),
        ),
        migrations.AddField(
            model_name='follow',
            name='state',
            field=models.ForeignKey(blank=True, help_text='the meetings of a state, whatever their track', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='follows', to='rotation.state', verbose_name='state'),
        ),
        migrations.AddField(
            model_name='follow',
            name='track',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='follows', to='meetings.track', verbose_name='track'),
        ),
        migrations.AddField(
            model_name='followevent',
            name='contact',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='meetings.contact', verbose_name='contact'),
        ),
        migrations.AddField(
            model_name='followevent',
            name='meeting',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='meetings.meeting', verbose_name='meeting'),
        ),
        migrations.AddField(
            model_name='followevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='followevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='reminders.follow'),
        ),
        migrations.AddField(
            model_name='followevent',
            name='state',
            field=models.ForeignKey(blank=True, db_constraint=False, help_text='the meetings of a state, whatever their track', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='rotation.state', verbose_name='state'),
        ),
        migrations.AddField(
            model_name='followevent',
            name='track',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='meetings.track', verbose_name='track'),
        ),
        migrations.AddConstraint(
            model_name='follow',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('meeting__isnull', True), ('state__isnull', True), ('track__isnull', False)), models.Q(('meeting__isnull', True), ('state__isnull', False), ('track__isnull', True)), models.Q(('meeting__isnull', False), ('state__isnull', True), ('track__isnull', True)), _connector='OR'), name='a_contact_follows_one_thing_a_row', violation_error_message='Choose one: a track, a state or a meeting.'),
        ),
        migrations.AddConstraint(
            model_name='follow',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('part', ''), ('state__isnull', True)), models.Q(('part__in', ['host', 'participant']), ('state__isnull', False)), _connector='OR'), name='of_a_state_its_part_is_said', violation_error_message='Say how the state takes part, where a state is followed and only there.'),
        ),
        migrations.AddConstraint(
            model_name='follow',
            constraint=models.UniqueConstraint(fields=('contact', 'track', 'state', 'meeting'), name='a_contact_follows_a_thing_once', nulls_distinct=False, violation_error_message='This contact follows it already; change the days of that row.'),
        ),
        migrations.AddConstraint(
            model_name='follow',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_from__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='following_ends_after_it_begins', violation_error_message='The last day lies before the first.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='follow',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reminders_followevent" ("contact_id", "id", "meeting_id", "part", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state_id", "track_id", "valid_from", "valid_until") VALUES (NEW."contact_id", NEW."id", NEW."meeting_id", NEW."part", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."state_id", NEW."track_id", NEW."valid_from", NEW."valid_until"); RETURN NULL;', hash='626969d2ddb1de75a2bd12af17fab7a519458c35', operation='INSERT', pgid='pgtrigger_insert_insert_22b21', table='reminders_follow', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='follow',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reminders_followevent" ("contact_id", "id", "meeting_id", "part", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state_id", "track_id", "valid_from", "valid_until") VALUES (NEW."contact_id", NEW."id", NEW."meeting_id", NEW."part", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."state_id", NEW."track_id", NEW."valid_from", NEW."valid_until"); RETURN NULL;', hash='c3c4410c43404d2c6bc95824296fb9372747f276', operation='UPDATE', pgid='pgtrigger_update_update_281e8', table='reminders_follow', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='follow',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reminders_followevent" ("contact_id", "id", "meeting_id", "part", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state_id", "track_id", "valid_from", "valid_until") VALUES (OLD."contact_id", OLD."id", OLD."meeting_id", OLD."part", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."state_id", OLD."track_id", OLD."valid_from", OLD."valid_until"); RETURN NULL;', hash='697dd22db689827735b4b2ac9a37eaf7775bd0e9', operation='DELETE', pgid='pgtrigger_delete_delete_7b366', table='reminders_follow', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='247e5d0c6cf384fa8d5548ab7bfcf2d634189e0b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d4abd', table='reminders_followevent', when='BEFORE')),
        ),
    ]
