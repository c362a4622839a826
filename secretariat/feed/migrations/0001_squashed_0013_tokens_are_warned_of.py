"""All tables of a new database in one step; then the triggers that number its items, and tell webhooks.

A database made before takes the migrations that it replaces one by one. When none is left those are deleted, with
`replaces`, and what depends on them is pointed here.
"""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from importlib import import_module
from django.conf import settings
from django.db import migrations, models
from rotation.creation import CreateModels

# A module's name may begin with a figure, a name in Python may not.
hidden = import_module("secretariat.feed.migrations.0005_what_is_hidden_is_told")
webhooks = import_module("secretariat.feed.migrations.0012_changes_are_told_to_webhooks")

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
        INSERT INTO feed_feed AS feed (audience, high_seq, floor_seq, epoch, changed_at)
        SELECT audience, count(*), 0, gen_random_uuid(), clock_timestamp() FROM unnumbered GROUP BY audience ORDER BY audience
        ON CONFLICT (audience) DO UPDATE SET high_seq = feed.high_seq + EXCLUDED.high_seq, changed_at = EXCLUDED.changed_at
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
INSERT INTO feed_feed (audience, high_seq, floor_seq, epoch, changed_at) VALUES
    ('public', 0, 0, gen_random_uuid(), clock_timestamp()), ('partners', 0, 0, gen_random_uuid(), clock_timestamp());
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
        ('feed', '0003_items_know_tracks_and_systems_their_reach'),
        ('feed', '0004_feeds_say_when_they_changed'),
        ('feed', '0005_what_is_hidden_is_told'),
        ('feed', '0010_calendar_addresses_and_cities'),
        ('feed', '0011_webhooks'),
        ('feed', '0012_changes_are_told_to_webhooks'),
        ('feed', '0013_tokens_are_warned_of'),
    ]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('meetings', '0019_terms_are_over_on_a_day'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('rotation', '0004_the_secretariat_has_a_seat'),
    ]

    operations = [
        CreateModels(
            state_operations=[
                migrations.CreateModel(
                    name='Feed',
                    fields=[
                        ('audience', models.CharField(choices=[('public', 'public'), ('partners', 'partner systems')], max_length=10, primary_key=True, serialize=False, verbose_name='audience')),
                        ('high_seq', models.PositiveBigIntegerField(default=0, editable=False, verbose_name='last change')),
                        ('floor_seq', models.PositiveBigIntegerField(default=0, editable=False, verbose_name='oldest kept removal')),
                        ('epoch', models.UUIDField(default=uuid.uuid4, editable=False)),
                        ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ],
                    options={
                        'verbose_name': 'feed',
                        'verbose_name_plural': 'feeds',
                        'indexes': [],
                        'constraints': [],
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
                        ('states', models.ManyToManyField(blank=True, help_text='with a token that may read deadlines; none chosen means no deadlines', related_name='+', to='rotation.state', verbose_name='deadlines of')),
                        ('tracks', models.ManyToManyField(blank=True, help_text='none chosen means all', related_name='+', to='meetings.track', verbose_name='only these tracks')),
                    ],
                    options={
                        'verbose_name': 'partner system',
                        'verbose_name_plural': 'partner systems',
                        'ordering': ['name'],
                        'indexes': [],
                        'constraints': [],
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
                        'indexes': [],
                        'constraints': [],
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6e91b79c74a855583d1eec9e51082f15f2618b95', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_22da9', table='feed_partnersystemevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='PartnerToken',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('prefix', models.CharField(editable=False, max_length=16, unique=True, verbose_name='begins with')),
                        ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                        ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('meetings:read', 'read meetings'), ('deadlines:read', 'read deadlines')], max_length=20), default=list, size=None, verbose_name='scopes')),
                        ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                        ('expires_at', models.DateTimeField(verbose_name='expires')),
                        ('last_used_at', models.DateTimeField(editable=False, null=True, verbose_name='last used')),
                        ('revoked_at', models.DateTimeField(editable=False, null=True, verbose_name='revoked')),
                        ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('revoked_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('system', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tokens', to='feed.partnersystem', verbose_name='partner system')),
                        ('warned_at', models.DateTimeField(editable=False, null=True, verbose_name='owner told that it ends')),
                    ],
                    options={
                        'verbose_name': 'partner token',
                        'verbose_name_plural': 'partner tokens',
                        'ordering': ['-created_at', 'pk'],
                        'indexes': [],
                        'constraints': [models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at'))), name='a_token_expires_after_it_was_made'), models.CheckConstraint(condition=models.Q(('scopes__len__gt', 0)), name='a_token_may_something')],
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
                        ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('meetings:read', 'read meetings'), ('deadlines:read', 'read deadlines')], max_length=20), default=list, size=None, verbose_name='scopes')),
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
                        'indexes': [],
                        'constraints': [],
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
                        ('states', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), default=list, size=None)),
                        ('track', models.BigIntegerField(null=True)),
                        ('tracks_seen', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                    ],
                    options={
                        'verbose_name': 'feed item',
                        'verbose_name_plural': 'feed items',
                        'indexes': [models.Index(fields=['audience', 'start_key', 'uid'], name='feed_by_start'), models.Index(fields=['audience', 'changed_at', 'uid'], name='feed_by_change'), models.Index(condition=models.Q(('seq__isnull', True)), fields=['id'], name='feed_unnumbered'), models.Index(condition=models.Q(('removed', True)), fields=['audience', 'seq'], name='feed_removed')],
                        'constraints': [models.UniqueConstraint(fields=('audience', 'uid'), name='a_feed_shows_a_meeting_once'), models.UniqueConstraint(fields=('audience', 'seq'), name='a_change_number_is_used_once'), models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('removed', False)), models.Q(('ics', {}), ('ics_utc', {}), ('json', {}), ('reason__in', ['deleted', 'hidden']), ('removed', True), ('words', '')), _connector='OR'), name='what_is_removed_keeps_no_text')],
                    },
                ),
                migrations.CreateModel(
                    name='SystemStateEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('partnersystem', models.ForeignKey(db_constraint=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='feed.partnersystem')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('state', models.ForeignKey(db_constraint=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='rotation.state')),
                    ],
                    options={
                        'abstract': False,
                        'indexes': [],
                        'constraints': [],
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2e006904d29173b7e330ee6a790d628d74ef033f', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_70661', table='feed_systemstateevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='SystemTrackEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('partnersystem', models.ForeignKey(db_constraint=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='feed.partnersystem')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('track', models.ForeignKey(db_constraint=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='meetings.track')),
                    ],
                    options={
                        'abstract': False,
                        'indexes': [],
                        'constraints': [],
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f82bb7b9e78589f5b63b1e5b07100f437ce813e3', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_bbe54', table='feed_systemtrackevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='SystemState',
                    fields=[
                    ],
                    options={
                        'proxy': True,
                        'indexes': [],
                        'constraints': [],
                    },
                    bases=('feed.partnersystem_states',),
                ),
                migrations.CreateModel(
                    name='SystemTrack',
                    fields=[
                    ],
                    options={
                        'proxy': True,
                        'indexes': [],
                        'constraints': [],
                    },
                    bases=('feed.partnersystem_tracks',),
                ),
                migrations.CreateModel(
                    name='City',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(help_text='as meetings write it; capitals or small is the same', max_length=100, verbose_name='name')),
                        ('latitude', models.DecimalField(decimal_places=5, help_text='degrees, WGS 84; south and west are negative', max_digits=8, validators=[django.core.validators.MinValueValidator(-90), django.core.validators.MaxValueValidator(90)], verbose_name='latitude')),
                        ('longitude', models.DecimalField(decimal_places=5, help_text='degrees, WGS 84; south and west are negative', max_digits=8, validators=[django.core.validators.MinValueValidator(-180), django.core.validators.MaxValueValidator(180)], verbose_name='longitude')),
                        ('country', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='rotation.state', verbose_name='country')),
                    ],
                    options={
                        'verbose_name': 'city',
                        'verbose_name_plural': 'cities',
                        'ordering': ['country', 'name'],
                        'indexes': [],
                        'constraints': [models.UniqueConstraint(models.F('country'), django.db.models.functions.text.Upper('name'), name='a_city_lies_in_one_place', violation_error_message='This city of this country is there already.'), models.CheckConstraint(condition=models.Q(('latitude__range', (-90, 90)), ('longitude__range', (-180, 180))), name='a_city_lies_on_the_globe')],
                        'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "feed_cityevent" ("country_id", "id", "latitude", "longitude", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."country_id", NEW."id", NEW."latitude", NEW."longitude", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='7384d80c51036a85257d199a55550ab86ef9ac19', operation='INSERT', pgid='pgtrigger_insert_insert_988de', table='feed_city', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "feed_cityevent" ("country_id", "id", "latitude", "longitude", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."country_id", NEW."id", NEW."latitude", NEW."longitude", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;', hash='b9db5030b6f2852dda0fd02f76d3606cb0f641aa', operation='UPDATE', pgid='pgtrigger_update_update_c76b4', table='feed_city', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "feed_cityevent" ("country_id", "id", "latitude", "longitude", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."country_id", OLD."id", OLD."latitude", OLD."longitude", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='98a0d5a91fbfe43b5d828b60fa75d9533c91ef51', operation='DELETE', pgid='pgtrigger_delete_delete_3f67a', table='feed_city', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='CityEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('name', models.CharField(help_text='as meetings write it; capitals or small is the same', max_length=100, verbose_name='name')),
                        ('latitude', models.DecimalField(decimal_places=5, help_text='degrees, WGS 84; south and west are negative', max_digits=8, validators=[django.core.validators.MinValueValidator(-90), django.core.validators.MaxValueValidator(90)], verbose_name='latitude')),
                        ('longitude', models.DecimalField(decimal_places=5, help_text='degrees, WGS 84; south and west are negative', max_digits=8, validators=[django.core.validators.MinValueValidator(-180), django.core.validators.MaxValueValidator(180)], verbose_name='longitude')),
                        ('country', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='rotation.state', verbose_name='country')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='feed.city')),
                    ],
                    options={
                        'abstract': False,
                        'indexes': [],
                        'constraints': [],
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5ee94cb341100398e95ed6e287d497bae3859228', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_9b55d', table='feed_cityevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='Subscription',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('holder', models.CharField(help_text='the person or office whose calendar it is; revoke it when they leave', max_length=200, verbose_name='for')),
                        ('language', models.CharField(choices=[('en', 'English'), ('zh', '中文'), ('ru', 'Русский')], max_length=8, verbose_name='language')),
                        ('prefix', models.CharField(editable=False, max_length=6, verbose_name='begins with')),
                        ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                        ('last_used_at', models.DateTimeField(editable=False, null=True, verbose_name='last used')),
                        ('revoked_at', models.DateTimeField(editable=False, null=True, verbose_name='revoked')),
                        ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('revoked_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('state', models.ForeignKey(blank=True, help_text='that it hosts or takes part in', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='rotation.state', verbose_name='only meetings of this state')),
                        ('system', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='subscriptions', to='feed.partnersystem', verbose_name='partner system')),
                        ('track', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='meetings.track', verbose_name='only this track')),
                    ],
                    options={
                        'verbose_name': 'calendar address',
                        'verbose_name_plural': 'calendar addresses',
                        'ordering': ['-created_at', 'pk'],
                        'indexes': [],
                        'constraints': [models.CheckConstraint(condition=models.Q(('revoked_by__isnull', True), ('revoked_at__isnull', False), _connector='OR'), name='who_revoked_an_address_revoked_it_at_a_moment')],
                        'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "feed_subscriptionevent" ("created_at", "created_by_id", "holder", "id", "language", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prefix", "revoked_at", "revoked_by_id", "state_id", "system_id", "track_id") VALUES (NEW."created_at", NEW."created_by_id", NEW."holder", NEW."id", NEW."language", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."prefix", NEW."revoked_at", NEW."revoked_by_id", NEW."state_id", NEW."system_id", NEW."track_id"); RETURN NULL;', hash='eebfcf8d7e9dc02508b1e0a2ebde0c5f4ce2cb0f', operation='INSERT', pgid='pgtrigger_insert_insert_a07cf', table='feed_subscription', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."holder" IS DISTINCT FROM (NEW."holder") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."prefix" IS DISTINCT FROM (NEW."prefix") OR OLD."revoked_at" IS DISTINCT FROM (NEW."revoked_at") OR OLD."revoked_by_id" IS DISTINCT FROM (NEW."revoked_by_id") OR OLD."state_id" IS DISTINCT FROM (NEW."state_id") OR OLD."system_id" IS DISTINCT FROM (NEW."system_id") OR OLD."track_id" IS DISTINCT FROM (NEW."track_id"))', func='INSERT INTO "feed_subscriptionevent" ("created_at", "created_by_id", "holder", "id", "language", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prefix", "revoked_at", "revoked_by_id", "state_id", "system_id", "track_id") VALUES (NEW."created_at", NEW."created_by_id", NEW."holder", NEW."id", NEW."language", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."prefix", NEW."revoked_at", NEW."revoked_by_id", NEW."state_id", NEW."system_id", NEW."track_id"); RETURN NULL;', hash='de5a2e4c4318f6ff28ef5e7322ffb8fc1b0d2371', operation='UPDATE', pgid='pgtrigger_update_update_21470', table='feed_subscription', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "feed_subscriptionevent" ("created_at", "created_by_id", "holder", "id", "language", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prefix", "revoked_at", "revoked_by_id", "state_id", "system_id", "track_id") VALUES (OLD."created_at", OLD."created_by_id", OLD."holder", OLD."id", OLD."language", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."prefix", OLD."revoked_at", OLD."revoked_by_id", OLD."state_id", OLD."system_id", OLD."track_id"); RETURN NULL;', hash='72061c0ff7203fdd0db6fd0ab2b26e56652baba2', operation='DELETE', pgid='pgtrigger_delete_delete_264c2', table='feed_subscription', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='SubscriptionEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('holder', models.CharField(help_text='the person or office whose calendar it is; revoke it when they leave', max_length=200, verbose_name='for')),
                        ('language', models.CharField(choices=[('en', 'English'), ('zh', '中文'), ('ru', 'Русский')], max_length=8, verbose_name='language')),
                        ('prefix', models.CharField(editable=False, max_length=6, verbose_name='begins with')),
                        ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                        ('revoked_at', models.DateTimeField(editable=False, null=True, verbose_name='revoked')),
                        ('created_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='feed.subscription')),
                        ('revoked_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('state', models.ForeignKey(blank=True, db_constraint=False, help_text='that it hosts or takes part in', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='rotation.state', verbose_name='only meetings of this state')),
                        ('system', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='feed.partnersystem', verbose_name='partner system')),
                        ('track', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='meetings.track', verbose_name='only this track')),
                    ],
                    options={
                        'abstract': False,
                        'indexes': [],
                        'constraints': [],
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='64c8ecc323c184296ba6ca5f7dd20027699a4aa8', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_74469', table='feed_subscriptionevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='Webhook',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('url', models.CharField(help_text='https on port 443, by name: https://calendar.mfa.example/hook', max_length=500, verbose_name='address')),
                        ('secret', models.TextField(editable=False)),
                        ('former_secret', models.TextField(blank=True, editable=False)),
                        ('former_until', models.DateTimeField(editable=False, null=True, verbose_name='former secret signs until')),
                        ('state', models.CharField(choices=[('unproved', 'waits for its proof'), ('active', 'active'), ('paused', 'paused by staff'), ('off', 'switched off')], default='unproved', editable=False, max_length=10, verbose_name='state')),
                        ('why_off', models.CharField(blank=True, choices=[('', ''), ('gone', 'it answered 410: gone for good'), ('failing', 'it failed for days')], editable=False, max_length=10, verbose_name='why')),
                        ('off_at', models.DateTimeField(editable=False, null=True, verbose_name='switched off')),
                        ('position', models.PositiveBigIntegerField(default=0, editable=False, verbose_name='told up to change')),
                        ('epoch', models.UUIDField(editable=False, null=True)),
                        ('rests_until', models.DateTimeField(editable=False, null=True, verbose_name='rests until')),
                        ('failing_since', models.DateTimeField(editable=False, null=True, verbose_name='failing since')),
                        ('taken_at', models.DateTimeField(editable=False, null=True, verbose_name='last success')),
                        ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                        ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('system', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='webhooks', to='feed.partnersystem', verbose_name='partner system')),
                    ],
                    options={
                        'verbose_name': 'webhook',
                        'verbose_name_plural': 'webhooks',
                        'ordering': ['system__name', 'pk'],
                        'indexes': [],
                        'constraints': [models.UniqueConstraint(fields=('system', 'url'), name='a_system_is_told_once_at_an_address', violation_error_message='This system has a webhook with this address already.'), models.CheckConstraint(condition=models.Q(models.Q(('off_at__isnull', False), ('state', 'off'), ('why_off__in', ['gone', 'failing'])), models.Q(models.Q(('state', 'off'), _negated=True), ('off_at__isnull', True), ('why_off', '')), _connector='OR'), name='what_is_off_says_why_and_when'), models.CheckConstraint(condition=models.Q(models.Q(('former_secret', ''), ('former_until__isnull', True)), models.Q(models.Q(('former_secret', ''), _negated=True), ('former_until__isnull', False)), _connector='OR'), name='a_former_secret_ends')],
                        'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "feed_webhookevent" ("created_at", "created_by_id", "epoch", "former_until", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "system_id", "url", "why_off") VALUES (NEW."created_at", NEW."created_by_id", NEW."epoch", NEW."former_until", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."state", NEW."system_id", NEW."url", NEW."why_off"); RETURN NULL;', hash='e1da0418b86a6157e046bde4e69ad75b5cb2e49a', operation='INSERT', pgid='pgtrigger_insert_insert_fb67b', table='feed_webhook', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."epoch" IS DISTINCT FROM (NEW."epoch") OR OLD."former_until" IS DISTINCT FROM (NEW."former_until") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."system_id" IS DISTINCT FROM (NEW."system_id") OR OLD."url" IS DISTINCT FROM (NEW."url") OR OLD."why_off" IS DISTINCT FROM (NEW."why_off"))', func='INSERT INTO "feed_webhookevent" ("created_at", "created_by_id", "epoch", "former_until", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "system_id", "url", "why_off") VALUES (NEW."created_at", NEW."created_by_id", NEW."epoch", NEW."former_until", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."state", NEW."system_id", NEW."url", NEW."why_off"); RETURN NULL;', hash='9af4fc7f1be6f1500999a0b52205d51187930a32', operation='UPDATE', pgid='pgtrigger_update_update_ebc08', table='feed_webhook', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "feed_webhookevent" ("created_at", "created_by_id", "epoch", "former_until", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "system_id", "url", "why_off") VALUES (OLD."created_at", OLD."created_by_id", OLD."epoch", OLD."former_until", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."state", OLD."system_id", OLD."url", OLD."why_off"); RETURN NULL;', hash='f1267f48cd9452142f2d628d06661169a347c9f6', operation='DELETE', pgid='pgtrigger_delete_delete_5e4b9', table='feed_webhook', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='WebhookEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('url', models.CharField(help_text='https on port 443, by name: https://calendar.mfa.example/hook', max_length=500, verbose_name='address')),
                        ('former_until', models.DateTimeField(editable=False, null=True, verbose_name='former secret signs until')),
                        ('state', models.CharField(choices=[('unproved', 'waits for its proof'), ('active', 'active'), ('paused', 'paused by staff'), ('off', 'switched off')], default='unproved', editable=False, max_length=10, verbose_name='state')),
                        ('why_off', models.CharField(blank=True, choices=[('', ''), ('gone', 'it answered 410: gone for good'), ('failing', 'it failed for days')], editable=False, max_length=10, verbose_name='why')),
                        ('epoch', models.UUIDField(editable=False, null=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                        ('created_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='feed.webhook')),
                        ('system', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='feed.partnersystem', verbose_name='partner system')),
                    ],
                    options={
                        'abstract': False,
                        'indexes': [],
                        'constraints': [],
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='21ba4a5665f31aed1cafa3f01bb80d420d5ada1f', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_c7764', table='feed_webhookevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='WebhookMessage',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='webhook-id')),
                        ('kind', models.CharField(choices=[('changed', 'a meeting changed'), ('resync', 'more changed than is told one by one'), ('ping', 'test')], max_length=10, verbose_name='kind')),
                        ('meeting', models.UUIDField(null=True, verbose_name='meeting')),
                        ('seq', models.PositiveBigIntegerField(verbose_name='change')),
                        ('epoch', models.UUIDField(editable=False)),
                        ('state', models.CharField(choices=[('pending', 'waits'), ('deferred', 'to be tried again'), ('claimed', 'taken by a worker'), ('taken', 'taken by the receiver'), ('failed', 'given up'), ('overtaken', 'overtaken by a later change')], default='pending', max_length=10, verbose_name='state')),
                        ('tries', models.PositiveSmallIntegerField(default=0, verbose_name='tries')),
                        ('next_try_at', models.DateTimeField(verbose_name='next try')),
                        ('token', models.UUIDField(editable=False, null=True)),
                        ('lease_until', models.DateTimeField(editable=False, null=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='made')),
                        ('webhook', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='feed.webhook', verbose_name='webhook')),
                    ],
                    options={
                        'verbose_name': 'webhook message',
                        'verbose_name_plural': 'webhook messages',
                        'ordering': ['-pk'],
                        'indexes': [models.Index(condition=models.Q(('state__in', ['pending', 'deferred'])), fields=['webhook', 'next_try_at', 'id'], name='webhook_message_due'), models.Index(condition=models.Q(('state', 'claimed')), fields=['lease_until'], name='webhook_message_leased'), models.Index(condition=models.Q(('state__in', ['pending', 'deferred'])), fields=['webhook', 'meeting'], name='webhook_message_open')],
                        'constraints': [models.UniqueConstraint(fields=('webhook', 'epoch', 'seq', 'meeting'), name='a_change_is_one_message', nulls_distinct=True), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'changed'), ('meeting__isnull', False)), models.Q(models.Q(('kind', 'changed'), _negated=True), ('meeting__isnull', True)), _connector='OR'), name='a_message_of_a_change_names_its_meeting'), models.CheckConstraint(condition=models.Q(models.Q(('lease_until__isnull', False), ('state', 'claimed'), ('token__isnull', False)), models.Q(models.Q(('state', 'claimed'), _negated=True), ('lease_until__isnull', True), ('token__isnull', True)), _connector='OR'), name='who_has_a_message_has_a_token_and_a_lease')],
                        'triggers': [pgtrigger.compiler.Trigger(name='messages_are_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='ba9866827026e70b07559b82fbce12c99d7ff3dd', operation='DELETE', pgid='pgtrigger_messages_are_kept_3e258', table='feed_webhookmessage', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='WebhookAttempt',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('at', models.DateTimeField(auto_now_add=True, verbose_name='moment')),
                        ('state', models.CharField(choices=[('pending', 'waits'), ('deferred', 'to be tried again'), ('claimed', 'taken by a worker'), ('taken', 'taken by the receiver'), ('failed', 'given up'), ('overtaken', 'overtaken by a later change')], max_length=10, verbose_name='state')),
                        ('status', models.PositiveSmallIntegerField(null=True, verbose_name='status')),
                        ('milliseconds', models.PositiveIntegerField(null=True, verbose_name='milliseconds')),
                        ('detail', models.CharField(blank=True, help_text="the answer's beginning", max_length=500, verbose_name='detail')),
                        ('worker', models.CharField(blank=True, max_length=100, verbose_name='worker')),
                        ('author', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('message', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='feed.webhookmessage', verbose_name='webhook message')),
                    ],
                    options={
                        'verbose_name': 'webhook attempt',
                        'verbose_name_plural': 'webhook attempts',
                        'ordering': ['pk'],
                        'indexes': [],
                        'constraints': [],
                        'triggers': [pgtrigger.compiler.Trigger(name='attempts_are_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b1238ba6f05ec2c016a9dfb1367da0d28430fd9b', operation='UPDATE OR DELETE', pgid='pgtrigger_attempts_are_append_only_e6125', table='feed_webhookattempt', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='WebhookNotice',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('off_at', models.DateTimeField()),
                        ('recipient', models.EmailField(max_length=254)),
                        ('uid', models.UUIDField(default=uuid.uuid4, unique=True)),
                        ('tries', models.PositiveSmallIntegerField(default=0)),
                        ('next_try_at', models.DateTimeField()),
                        ('sent_at', models.DateTimeField(null=True)),
                        ('reply', models.CharField(blank=True, max_length=500)),
                        ('webhook', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='feed.webhook')),
                    ],
                    options={
                        'indexes': [],
                        'constraints': [models.UniqueConstraint(fields=('webhook', 'off_at'), name='one_mail_when_a_webhook_is_switched_off')],
                        'triggers': [pgtrigger.compiler.Trigger(name='notices_are_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='02112b540bbdb71a40d157860277e9251b47aa80', operation='DELETE', pgid='pgtrigger_notices_are_kept_8527e', table='feed_webhooknotice', when='BEFORE'))],
                    },
                ),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='systemstate',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "feed_systemstateevent" ("id", "partnersystem_id", "pgh_context_id", "pgh_created_at", "pgh_label", "state_id") VALUES (NEW."id", NEW."partnersystem_id", _pgh_attach_context(), NOW(), \'insert\', NEW."state_id"); RETURN NULL;', hash='6beb70e12fbf52f19088a3e731a124ab45d1fc53', operation='INSERT', pgid='pgtrigger_insert_insert_19642', table='feed_partnersystem_states', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='systemstate',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "feed_systemstateevent" ("id", "partnersystem_id", "pgh_context_id", "pgh_created_at", "pgh_label", "state_id") VALUES (NEW."id", NEW."partnersystem_id", _pgh_attach_context(), NOW(), \'update\', NEW."state_id"); RETURN NULL;', hash='9da7fa8b478b56078b960757f2290955f4d4a85d', operation='UPDATE', pgid='pgtrigger_update_update_803b6', table='feed_partnersystem_states', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='systemstate',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "feed_systemstateevent" ("id", "partnersystem_id", "pgh_context_id", "pgh_created_at", "pgh_label", "state_id") VALUES (OLD."id", OLD."partnersystem_id", _pgh_attach_context(), NOW(), \'delete\', OLD."state_id"); RETURN NULL;', hash='dccbf43e21828f10297a0781bc995cdbccabfff6', operation='DELETE', pgid='pgtrigger_delete_delete_8f1dc', table='feed_partnersystem_states', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='systemtrack',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "feed_systemtrackevent" ("id", "partnersystem_id", "pgh_context_id", "pgh_created_at", "pgh_label", "track_id") VALUES (NEW."id", NEW."partnersystem_id", _pgh_attach_context(), NOW(), \'insert\', NEW."track_id"); RETURN NULL;', hash='943e4bd45f50c861b159cf88190c551212938b10', operation='INSERT', pgid='pgtrigger_insert_insert_99332', table='feed_partnersystem_tracks', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='systemtrack',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "feed_systemtrackevent" ("id", "partnersystem_id", "pgh_context_id", "pgh_created_at", "pgh_label", "track_id") VALUES (NEW."id", NEW."partnersystem_id", _pgh_attach_context(), NOW(), \'update\', NEW."track_id"); RETURN NULL;', hash='c9fb80ff6ba273e86b8db62d06a48d9a78442b38', operation='UPDATE', pgid='pgtrigger_update_update_02884', table='feed_partnersystem_tracks', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='systemtrack',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "feed_systemtrackevent" ("id", "partnersystem_id", "pgh_context_id", "pgh_created_at", "pgh_label", "track_id") VALUES (OLD."id", OLD."partnersystem_id", _pgh_attach_context(), NOW(), \'delete\', OLD."track_id"); RETURN NULL;', hash='47eb16b3298d1b9c0a4c55d81b1d933ed5b9fbd0', operation='DELETE', pgid='pgtrigger_delete_delete_72e77', table='feed_partnersystem_tracks', when='AFTER')),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.RunSQL(hidden.FORWARD, hidden.BACKWARD),
        migrations.RunSQL(webhooks.FORWARD, webhooks.BACKWARD),
    ]
