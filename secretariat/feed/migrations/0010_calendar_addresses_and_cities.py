"""Partners get private calendar addresses, and cities a place on the map."""

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('feed', '0005_what_is_hidden_is_told'),
        ('meetings', '0013_tracks_say_who_prepares_and_until_when'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('rotation', '0004_the_secretariat_has_a_seat'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
            },
        ),
        migrations.AddConstraint(
            model_name='city',
            constraint=models.UniqueConstraint(models.F('country'), django.db.models.functions.text.Upper('name'), name='a_city_lies_in_one_place', violation_error_message='This city of this country is there already.'),
        ),
        migrations.AddConstraint(
            model_name='city',
            constraint=models.CheckConstraint(condition=models.Q(('latitude__range', (-90, 90)), ('longitude__range', (-180, 180))), name='a_city_lies_on_the_globe'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='city',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "feed_cityevent" ("country_id", "id", "latitude", "longitude", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."country_id", NEW."id", NEW."latitude", NEW."longitude", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='7384d80c51036a85257d199a55550ab86ef9ac19', operation='INSERT', pgid='pgtrigger_insert_insert_988de', table='feed_city', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='city',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "feed_cityevent" ("country_id", "id", "latitude", "longitude", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."country_id", NEW."id", NEW."latitude", NEW."longitude", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;', hash='b9db5030b6f2852dda0fd02f76d3606cb0f641aa', operation='UPDATE', pgid='pgtrigger_update_update_c76b4', table='feed_city', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='city',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "feed_cityevent" ("country_id", "id", "latitude", "longitude", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."country_id", OLD."id", OLD."latitude", OLD."longitude", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='98a0d5a91fbfe43b5d828b60fa75d9533c91ef51', operation='DELETE', pgid='pgtrigger_delete_delete_3f67a', table='feed_city', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='cityevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5ee94cb341100398e95ed6e287d497bae3859228', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_9b55d', table='feed_cityevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.CheckConstraint(condition=models.Q(('revoked_by__isnull', True), ('revoked_at__isnull', False), _connector='OR'), name='who_revoked_an_address_revoked_it_at_a_moment'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='subscription',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "feed_subscriptionevent" ("created_at", "created_by_id", "holder", "id", "language", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prefix", "revoked_at", "revoked_by_id", "state_id", "system_id", "track_id") VALUES (NEW."created_at", NEW."created_by_id", NEW."holder", NEW."id", NEW."language", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."prefix", NEW."revoked_at", NEW."revoked_by_id", NEW."state_id", NEW."system_id", NEW."track_id"); RETURN NULL;', hash='eebfcf8d7e9dc02508b1e0a2ebde0c5f4ce2cb0f', operation='INSERT', pgid='pgtrigger_insert_insert_a07cf', table='feed_subscription', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='subscription',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."holder" IS DISTINCT FROM (NEW."holder") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."prefix" IS DISTINCT FROM (NEW."prefix") OR OLD."revoked_at" IS DISTINCT FROM (NEW."revoked_at") OR OLD."revoked_by_id" IS DISTINCT FROM (NEW."revoked_by_id") OR OLD."state_id" IS DISTINCT FROM (NEW."state_id") OR OLD."system_id" IS DISTINCT FROM (NEW."system_id") OR OLD."track_id" IS DISTINCT FROM (NEW."track_id"))', func='INSERT INTO "feed_subscriptionevent" ("created_at", "created_by_id", "holder", "id", "language", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prefix", "revoked_at", "revoked_by_id", "state_id", "system_id", "track_id") VALUES (NEW."created_at", NEW."created_by_id", NEW."holder", NEW."id", NEW."language", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."prefix", NEW."revoked_at", NEW."revoked_by_id", NEW."state_id", NEW."system_id", NEW."track_id"); RETURN NULL;', hash='de5a2e4c4318f6ff28ef5e7322ffb8fc1b0d2371', operation='UPDATE', pgid='pgtrigger_update_update_21470', table='feed_subscription', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='subscription',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "feed_subscriptionevent" ("created_at", "created_by_id", "holder", "id", "language", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prefix", "revoked_at", "revoked_by_id", "state_id", "system_id", "track_id") VALUES (OLD."created_at", OLD."created_by_id", OLD."holder", OLD."id", OLD."language", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."prefix", OLD."revoked_at", OLD."revoked_by_id", OLD."state_id", OLD."system_id", OLD."track_id"); RETURN NULL;', hash='72061c0ff7203fdd0db6fd0ab2b26e56652baba2', operation='DELETE', pgid='pgtrigger_delete_delete_264c2', table='feed_subscription', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='subscriptionevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='64c8ecc323c184296ba6ca5f7dd20027699a4aa8', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_74469', table='feed_subscriptionevent', when='BEFORE')),
        ),
    ]
