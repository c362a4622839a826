"""All tables of a new database in one step; then the trigger that numbers feed items at commit.

A database made before takes the migrations that it replaces one by one. When none is left those are deleted, with
`replaces`, and what depends on them is pointed here.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import uuid
from django.conf import settings
from django.db import migrations, models
from rotation.creation import CreateModels

# A number given earlier (a sequence, a timestamp) does not follow the order of commits: who reads 42 while 41 is
# still open never sees 41. Here a deferred constraint trigger runs at commit, takes one advisory lock as late as
# possible and numbers all that the transaction changed. PostgreSQL lets go of the lock after the commit is
# visible, so the next number is always visible later. The counter is a row, not a sequence: it rolls back.
FORWARD = """
CREATE FUNCTION feed_number_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- One event a changed row is queued; the first one numbers them all. No other transaction's row can be
    -- without a number here: a committed row has one.
    IF NOT EXISTS (SELECT 1 FROM feed_feeditem WHERE id = NEW.id AND seq IS NULL) THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('feed_number_at_commit'));
    WITH unnumbered AS (
        SELECT id, audience, row_number() OVER (PARTITION BY audience ORDER BY id) AS place
        FROM feed_feeditem WHERE seq IS NULL
    ), counted AS (
        INSERT INTO feed_feed AS feed (audience, high_seq, floor_seq, epoch)
        SELECT audience, count(*), 0, gen_random_uuid() FROM unnumbered GROUP BY audience ORDER BY audience
        ON CONFLICT (audience) DO UPDATE SET high_seq = feed.high_seq + EXCLUDED.high_seq
        RETURNING audience, high_seq
    )
    UPDATE feed_feeditem AS item
    SET seq = counted.high_seq - total.rows + unnumbered.place
    FROM unnumbered
    JOIN counted USING (audience)
    JOIN (SELECT audience, count(*) AS rows FROM unnumbered GROUP BY audience) AS total USING (audience)
    WHERE item.id = unnumbered.id;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER feed_number_at_commit
    AFTER INSERT OR UPDATE ON feed_feeditem
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.seq IS NULL)
    EXECUTE FUNCTION feed_number_at_commit();
INSERT INTO feed_feed (audience, high_seq, floor_seq, epoch)
    VALUES ('public', 0, 0, gen_random_uuid()), ('partners', 0, 0, gen_random_uuid());
"""
# The two rows go with their table.
BACKWARD = """
DROP TRIGGER feed_number_at_commit ON feed_feeditem;
DROP FUNCTION feed_number_at_commit();
"""


class Migration(migrations.Migration):

    replaces = [
        ('feed', '0001_initial'),
        ('feed', '0002_number_changes_at_commit'),
    ]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('meetings', '0002_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        CreateModels(state_operations=[
            migrations.CreateModel(
                name='Feed',
                fields=[
                    ('audience', models.CharField(choices=[('public', 'public'), ('partners', 'partner systems')], max_length=10, primary_key=True, serialize=False, verbose_name='audience')),
                    ('high_seq', models.PositiveBigIntegerField(default=0, editable=False, verbose_name='last change')),
                    ('floor_seq', models.PositiveBigIntegerField(default=0, editable=False, verbose_name='oldest kept removal')),
                    ('epoch', models.UUIDField(default=uuid.uuid4, editable=False)),
                ],
                options={
                    'verbose_name': 'feed',
                    'verbose_name_plural': 'feeds',
                },
            ),
            migrations.CreateModel(
                name='PartnerSystem',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=200, unique=True, verbose_name='name')),
                    ('operator', models.CharField(help_text='ministry and office', max_length=200, verbose_name='run by')),
                    ('contact', models.EmailField(help_text='who is written to when a token runs out', max_length=254, verbose_name='contact')),
                    ('feed', models.ForeignKey(default='partners', on_delete=django.db.models.deletion.PROTECT, related_name='systems', to='feed.feed', verbose_name='reads')),
                ],
                options={
                    'verbose_name': 'partner system',
                    'verbose_name_plural': 'partner systems',
                    'ordering': ['name'],
                    'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "feed_partnersystemevent" ("contact", "feed_id", "id", "name", "operator", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."contact", NEW."feed_id", NEW."id", NEW."name", NEW."operator", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='0799ec5e399d492b81db0e333f127c05299f71fb', operation='INSERT', pgid='pgtrigger_insert_insert_979bd', table='feed_partnersystem', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "feed_partnersystemevent" ("contact", "feed_id", "id", "name", "operator", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."contact", NEW."feed_id", NEW."id", NEW."name", NEW."operator", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;', hash='3ff99ab047d7a1a4f8062ec996a98ae701681def', operation='UPDATE', pgid='pgtrigger_update_update_554c6', table='feed_partnersystem', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "feed_partnersystemevent" ("contact", "feed_id", "id", "name", "operator", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."contact", OLD."feed_id", OLD."id", OLD."name", OLD."operator", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='250747850335a267e45a306752eef40da3c2101d', operation='DELETE', pgid='pgtrigger_delete_delete_c6ad5', table='feed_partnersystem', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='PartnerSystemEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('name', models.CharField(max_length=200, verbose_name='name')),
                    ('operator', models.CharField(help_text='ministry and office', max_length=200, verbose_name='run by')),
                    ('contact', models.EmailField(help_text='who is written to when a token runs out', max_length=254, verbose_name='contact')),
                    ('feed', models.ForeignKey(db_constraint=False, default='partners', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='feed.feed', verbose_name='reads')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='feed.partnersystem')),
                ],
                options={
                    'abstract': False,
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6e91b79c74a855583d1eec9e51082f15f2618b95', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_22da9', table='feed_partnersystemevent', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='PartnerToken',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('prefix', models.CharField(editable=False, max_length=16, unique=True, verbose_name='begins with')),
                    ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                    ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('meetings:read', 'read meetings')], max_length=20), default=list, size=None, verbose_name='scopes')),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                    ('expires_at', models.DateTimeField(verbose_name='expires')),
                    ('last_used_at', models.DateTimeField(editable=False, null=True, verbose_name='last used')),
                    ('revoked_at', models.DateTimeField(editable=False, null=True, verbose_name='revoked')),
                    ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('revoked_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('system', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tokens', to='feed.partnersystem', verbose_name='partner system')),
                ],
                options={
                    'verbose_name': 'partner token',
                    'verbose_name_plural': 'partner tokens',
                    'ordering': ['-created_at', 'pk'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at'))), name='a_token_expires_after_it_was_made')],
                    'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "feed_partnertokenevent" ("created_at", "created_by_id", "expires_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prefix", "revoked_at", "revoked_by_id", "scopes", "system_id") VALUES (NEW."created_at", NEW."created_by_id", NEW."expires_at", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."prefix", NEW."revoked_at", NEW."revoked_by_id", NEW."scopes", NEW."system_id"); RETURN NULL;', hash='48d2ae8c55d6cd7ba81aa3ca4894e5a2cbb55e4f', operation='INSERT', pgid='pgtrigger_insert_insert_9a8cb', table='feed_partnertoken', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."prefix" IS DISTINCT FROM (NEW."prefix") OR OLD."revoked_at" IS DISTINCT FROM (NEW."revoked_at") OR OLD."revoked_by_id" IS DISTINCT FROM (NEW."revoked_by_id") OR OLD."scopes" IS DISTINCT FROM (NEW."scopes") OR OLD."system_id" IS DISTINCT FROM (NEW."system_id"))', func='INSERT INTO "feed_partnertokenevent" ("created_at", "created_by_id", "expires_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prefix", "revoked_at", "revoked_by_id", "scopes", "system_id") VALUES (NEW."created_at", NEW."created_by_id", NEW."expires_at", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."prefix", NEW."revoked_at", NEW."revoked_by_id", NEW."scopes", NEW."system_id"); RETURN NULL;', hash='d3faa21e2769d443dd0413338afa4b5bad4ea138', operation='UPDATE', pgid='pgtrigger_update_update_2bc92', table='feed_partnertoken', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "feed_partnertokenevent" ("created_at", "created_by_id", "expires_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prefix", "revoked_at", "revoked_by_id", "scopes", "system_id") VALUES (OLD."created_at", OLD."created_by_id", OLD."expires_at", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."prefix", OLD."revoked_at", OLD."revoked_by_id", OLD."scopes", OLD."system_id"); RETURN NULL;', hash='074a23d7adfc0582298a8d7aa1b84db6b5ddee5f', operation='DELETE', pgid='pgtrigger_delete_delete_a66d5', table='feed_partnertoken', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='PartnerTokenEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('prefix', models.CharField(editable=False, max_length=16, verbose_name='begins with')),
                    ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('meetings:read', 'read meetings')], max_length=20), default=list, size=None, verbose_name='scopes')),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                    ('expires_at', models.DateTimeField(verbose_name='expires')),
                    ('revoked_at', models.DateTimeField(editable=False, null=True, verbose_name='revoked')),
                    ('created_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='feed.partnertoken')),
                    ('revoked_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('system', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='feed.partnersystem', verbose_name='partner system')),
                ],
                options={
                    'abstract': False,
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e6ec50218a416d5c49caa4cb8264b360632a6682', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_7c20f', table='feed_partnertokenevent', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='FeedItem',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('audience', models.CharField(choices=[('public', 'public'), ('partners', 'partner systems')], max_length=10)),
                    ('uid', models.UUIDField()),
                    ('seq', models.PositiveBigIntegerField(null=True)),
                    ('removed', models.BooleanField(default=False)),
                    ('reason', models.CharField(blank=True, choices=[('', ''), ('deleted', 'deleted'), ('hidden', 'no longer shown')], max_length=8)),
                    ('changed_at', models.DateTimeField()),
                    ('renderer', models.PositiveSmallIntegerField(default=0)),
                    ('json', models.JSONField(default=dict)),
                    ('ics', models.JSONField(default=dict)),
                    ('ics_utc', models.JSONField(default=dict)),
                    ('start_key', models.CharField(blank=True, db_collation='C', max_length=48)),
                    ('words', models.TextField(blank=True)),
                    ('meeting', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='feed_items', to='meetings.meeting')),
                ],
                options={
                    'verbose_name': 'feed item',
                    'verbose_name_plural': 'feed items',
                    'indexes': [models.Index(fields=['audience', 'start_key', 'uid'], name='feed_by_start'), models.Index(fields=['audience', 'changed_at', 'uid'], name='feed_by_change'), models.Index(condition=models.Q(('seq__isnull', True)), fields=['id'], name='feed_unnumbered')],
                    'constraints': [models.UniqueConstraint(fields=('audience', 'uid'), name='a_feed_shows_a_meeting_once'), models.UniqueConstraint(fields=('audience', 'seq'), name='a_change_number_is_used_once'), models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('removed', False)), models.Q(('ics', {}), ('ics_utc', {}), ('json', {}), ('reason__in', ['deleted', 'hidden']), ('removed', True), ('words', '')), _connector='OR'), name='what_is_removed_keeps_no_text')],
                },
            ),
        ]),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
