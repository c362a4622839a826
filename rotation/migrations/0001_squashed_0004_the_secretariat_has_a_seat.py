"""All tables of a new database in one step; the guards and the history's triggers with them.

A database made before takes the migrations that it replaces one by one. When none is left those are deleted, with
`replaces`, and what depends on them is pointed here.
"""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.constraints
import django.db.models.deletion
import pgtrigger.compiler
import rotation.translated
import rotation.zones
from django.conf import settings
from django.db import migrations, models
from rotation.creation import CreateModels


class Migration(migrations.Migration):

    replaces = [
        ('rotation', '0001_initial'),
        ('rotation', '0002_rotation_decisions'),
        ('rotation', '0003_a_held_summit_stays'),
        ('rotation', '0004_the_secretariat_has_a_seat'),
    ]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        CreateModels(state_operations=[
            migrations.CreateModel(
                name='Mechanism',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('slug', models.SlugField(unique=True, verbose_name='slug')),
                    ('names', rotation.translated.TextsField(default=dict, verbose_name='name')),
                    ('basis', models.CharField(help_text='document and article', max_length=300, verbose_name='legal basis')),
                    ('first_period', models.CharField(help_text='such as 2023', max_length=10, verbose_name='first period')),
                    ('step_months', models.PositiveSmallIntegerField(default=24, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1200)], verbose_name='step in months')),
                    ('first_holder', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='rotation.state', verbose_name='first holder')),
                    ('seat', models.ForeignKey(blank=True, help_text="the state whose working days are the secretariat's; empty where none is set", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='rotation.state', verbose_name='seat of the secretariat')),
                ],
                options={
                    'verbose_name': 'mechanism',
                    'verbose_name_plural': 'mechanisms',
                    'ordering': ['slug'],
                    'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "rotation_mechanismevent" ("basis", "first_holder_id", "first_period", "id", "names", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "seat_id", "slug", "step_months") VALUES (NEW."basis", NEW."first_holder_id", NEW."first_period", NEW."id", NEW."names", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."seat_id", NEW."slug", NEW."step_months"); RETURN NULL;', hash='ad9c69f9fc36987d817b29eee2c36533a00f15ff', operation='INSERT', pgid='pgtrigger_insert_insert_8685c', table='rotation_mechanism', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "rotation_mechanismevent" ("basis", "first_holder_id", "first_period", "id", "names", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "seat_id", "slug", "step_months") VALUES (NEW."basis", NEW."first_holder_id", NEW."first_period", NEW."id", NEW."names", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."seat_id", NEW."slug", NEW."step_months"); RETURN NULL;', hash='b1cddd4f573e6b9bc17c68a55c0362fc30da9643', operation='UPDATE', pgid='pgtrigger_update_update_89946', table='rotation_mechanism', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "rotation_mechanismevent" ("basis", "first_holder_id", "first_period", "id", "names", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "seat_id", "slug", "step_months") VALUES (OLD."basis", OLD."first_holder_id", OLD."first_period", OLD."id", OLD."names", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."seat_id", OLD."slug", OLD."step_months"); RETURN NULL;', hash='9e717745d23229b5a24d159fc232c1e563259161', operation='DELETE', pgid='pgtrigger_delete_delete_26bdb', table='rotation_mechanism', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='State',
                fields=[
                    ('code', models.CharField(help_text='ISO 3166-1 alpha-2, such as KZ', max_length=8, primary_key=True, serialize=False, validators=[django.core.validators.RegexValidator('^[A-Z][A-Z0-9-]*$', 'Capital letters, such as KZ.')], verbose_name='code')),
                    ('alpha3', models.CharField(blank=True, max_length=3, verbose_name='three-letter code')),
                    ('names', rotation.translated.TextsField(default=dict, verbose_name='name')),
                    ('formal_names', rotation.translated.TextsField(blank=True, default=dict, verbose_name='formal name')),
                    ('capital', models.CharField(blank=True, max_length=100, verbose_name='capital')),
                    ('zone', models.CharField(help_text='IANA name', max_length=64, validators=[rotation.zones.validate_zone], verbose_name='time zone')),
                    ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), blank=True, default=list, size=None, verbose_name='languages')),
                    ('weekend', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(7)]), blank=True, default=list, help_text='ISO weekdays that are not worked, Monday is 1: 6,7', size=None, verbose_name='weekend')),
                ],
                options={
                    'verbose_name': 'state',
                    'verbose_name_plural': 'states',
                    'ordering': ['code'],
                    'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "rotation_stateevent" ("alpha3", "capital", "code", "formal_names", "languages", "names", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "weekend", "zone") VALUES (NEW."alpha3", NEW."capital", NEW."code", NEW."formal_names", NEW."languages", NEW."names", _pgh_attach_context(), NOW(), \'insert\', NEW."code", NEW."weekend", NEW."zone"); RETURN NULL;', hash='a2dee2e0d64c43d27440b9afd99be2a569822731', operation='INSERT', pgid='pgtrigger_insert_insert_69e14', table='rotation_state', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "rotation_stateevent" ("alpha3", "capital", "code", "formal_names", "languages", "names", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "weekend", "zone") VALUES (NEW."alpha3", NEW."capital", NEW."code", NEW."formal_names", NEW."languages", NEW."names", _pgh_attach_context(), NOW(), \'update\', NEW."code", NEW."weekend", NEW."zone"); RETURN NULL;', hash='d40453942eb866e5529849795c2e95f1c6b848d2', operation='UPDATE', pgid='pgtrigger_update_update_f43bf', table='rotation_state', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "rotation_stateevent" ("alpha3", "capital", "code", "formal_names", "languages", "names", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "weekend", "zone") VALUES (OLD."alpha3", OLD."capital", OLD."code", OLD."formal_names", OLD."languages", OLD."names", _pgh_attach_context(), NOW(), \'delete\', OLD."code", OLD."weekend", OLD."zone"); RETURN NULL;', hash='3d401a6184b1e6666f6f19da6730fb0965eae732', operation='DELETE', pgid='pgtrigger_delete_delete_adfe3', table='rotation_state', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='StateEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('code', models.CharField(help_text='ISO 3166-1 alpha-2, such as KZ', max_length=8, serialize=False, validators=[django.core.validators.RegexValidator('^[A-Z][A-Z0-9-]*$', 'Capital letters, such as KZ.')], verbose_name='code')),
                    ('alpha3', models.CharField(blank=True, max_length=3, verbose_name='three-letter code')),
                    ('names', rotation.translated.TextsField(default=dict, verbose_name='name')),
                    ('formal_names', rotation.translated.TextsField(blank=True, default=dict, verbose_name='formal name')),
                    ('capital', models.CharField(blank=True, max_length=100, verbose_name='capital')),
                    ('zone', models.CharField(help_text='IANA name', max_length=64, validators=[rotation.zones.validate_zone], verbose_name='time zone')),
                    ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), blank=True, default=list, size=None, verbose_name='languages')),
                    ('weekend', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(7)]), blank=True, default=list, help_text='ISO weekdays that are not worked, Monday is 1: 6,7', size=None, verbose_name='weekend')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='rotation.state')),
                ],
                options={
                    'abstract': False,
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b4de2b5e0476e2e8cf1baffbc31674935cd75a8d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_68513', table='rotation_stateevent', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='Summit',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('ordinal', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='number')),
                    ('period', models.CharField(max_length=10, verbose_name='period')),
                    ('status', models.CharField(choices=[('announced', 'announced'), ('held', 'held')], default='announced', max_length=10, verbose_name='status')),
                    ('source', models.CharField(blank=True, max_length=500, verbose_name='source')),
                    ('host', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='summits', to='rotation.state', verbose_name='host')),
                    ('mechanism', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='summits', to='rotation.mechanism', verbose_name='mechanism')),
                ],
                options={
                    'verbose_name': 'summit',
                    'verbose_name_plural': 'summits',
                    'ordering': ['mechanism', 'ordinal'],
                    'constraints': [models.UniqueConstraint(fields=('mechanism', 'ordinal'), name='a_turn_is_held_once'), models.CheckConstraint(condition=models.Q(('ordinal__gte', 1)), name='summits_count_from_one'), models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['IMMEDIATE'], fields=('mechanism', 'period'), name='a_period_has_one_summit')],
                    'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "rotation_summitevent" ("host_id", "id", "mechanism_id", "ordinal", "period", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "status") VALUES (NEW."host_id", NEW."id", NEW."mechanism_id", NEW."ordinal", NEW."period", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."source", NEW."status"); RETURN NULL;', hash='f80006fb78f6fc99d2170c7ecae86522f4ca614e', operation='INSERT', pgid='pgtrigger_insert_insert_7b65e', table='rotation_summit', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "rotation_summitevent" ("host_id", "id", "mechanism_id", "ordinal", "period", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "status") VALUES (NEW."host_id", NEW."id", NEW."mechanism_id", NEW."ordinal", NEW."period", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."source", NEW."status"); RETURN NULL;', hash='008e16f974d68a53563122220aae38ff72b3e9cf', operation='UPDATE', pgid='pgtrigger_update_update_d7923', table='rotation_summit', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "rotation_summitevent" ("host_id", "id", "mechanism_id", "ordinal", "period", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "status") VALUES (OLD."host_id", OLD."id", OLD."mechanism_id", OLD."ordinal", OLD."period", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."source", OLD."status"); RETURN NULL;', hash='3868fc78c4ffb928a67bc17f63eb44b9640ca1b1', operation='DELETE', pgid='pgtrigger_delete_delete_b565a', table='rotation_summit', when='AFTER')), pgtrigger.compiler.Trigger(name='a_held_summit_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" = \'held\')', func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='3850a00bbacf50df2960e9d498e50f91c2209e32', operation='DELETE', pgid='pgtrigger_a_held_summit_stays_d3f31', table='rotation_summit', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='SummitEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('ordinal', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='number')),
                    ('period', models.CharField(max_length=10, verbose_name='period')),
                    ('status', models.CharField(choices=[('announced', 'announced'), ('held', 'held')], default='announced', max_length=10, verbose_name='status')),
                    ('source', models.CharField(blank=True, max_length=500, verbose_name='source')),
                    ('host', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='rotation.state', verbose_name='host')),
                    ('mechanism', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='rotation.mechanism', verbose_name='mechanism')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='rotation.summit')),
                ],
                options={
                    'abstract': False,
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d0a98f2ec0de740ebc6050f0648bbdec65a44bf1', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_8e7b2', table='rotation_summitevent', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='Side',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                    ('names', rotation.translated.TextsField(default=dict, verbose_name='name')),
                    ('order', models.CharField(choices=[('alphabetical', 'alphabetical'), ('listed', 'as listed')], default='alphabetical', max_length=12, verbose_name='order inside')),
                    ('locale', models.CharField(default='en', help_text='ICU locale, such as en or ru', max_length=16, verbose_name='language of the alphabet')),
                    ('mechanism', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sides', to='rotation.mechanism', verbose_name='mechanism')),
                ],
                options={
                    'verbose_name': 'side',
                    'verbose_name_plural': 'sides',
                    'ordering': ['mechanism', 'position'],
                    'constraints': [models.UniqueConstraint(fields=('mechanism', 'position'), name='sides_take_turns_in_one_order')],
                    'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "rotation_sideevent" ("id", "locale", "mechanism_id", "names", "order", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position") VALUES (NEW."id", NEW."locale", NEW."mechanism_id", NEW."names", NEW."order", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."position"); RETURN NULL;', hash='ad150360308c53b81a3e3281f4716664236ebab2', operation='INSERT', pgid='pgtrigger_insert_insert_25746', table='rotation_side', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "rotation_sideevent" ("id", "locale", "mechanism_id", "names", "order", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position") VALUES (NEW."id", NEW."locale", NEW."mechanism_id", NEW."names", NEW."order", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."position"); RETURN NULL;', hash='47efb2667f6c9bbf05dfcbdcb6cac1cb633609b1', operation='UPDATE', pgid='pgtrigger_update_update_c21c8', table='rotation_side', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "rotation_sideevent" ("id", "locale", "mechanism_id", "names", "order", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position") VALUES (OLD."id", OLD."locale", OLD."mechanism_id", OLD."names", OLD."order", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."position"); RETURN NULL;', hash='7a6ba1fa0f6575fabf744737b7c3dedf778414cb', operation='DELETE', pgid='pgtrigger_delete_delete_e2857', table='rotation_side', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='Membership',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                    ('from_period', models.CharField(blank=True, max_length=10, verbose_name='from period')),
                    ('until_period', models.CharField(blank=True, max_length=10, verbose_name='until period')),
                    ('side', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='rotation.side', verbose_name='side')),
                    ('state', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='rotation.state', verbose_name='state')),
                ],
                options={
                    'verbose_name': 'membership',
                    'verbose_name_plural': 'memberships',
                    'ordering': ['side', 'position', 'state'],
                    'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "rotation_membershipevent" ("from_period", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "side_id", "state_id", "until_period") VALUES (NEW."from_period", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."position", NEW."side_id", NEW."state_id", NEW."until_period"); RETURN NULL;', hash='3e8fa7f1e71b60eeb7233e79c3edf579d90c8742', operation='INSERT', pgid='pgtrigger_insert_insert_5233f', table='rotation_membership', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "rotation_membershipevent" ("from_period", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "side_id", "state_id", "until_period") VALUES (NEW."from_period", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."position", NEW."side_id", NEW."state_id", NEW."until_period"); RETURN NULL;', hash='3668890c038ba1919209e289c452b35ecf982af6', operation='UPDATE', pgid='pgtrigger_update_update_391c9', table='rotation_membership', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "rotation_membershipevent" ("from_period", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "side_id", "state_id", "until_period") VALUES (OLD."from_period", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."position", OLD."side_id", OLD."state_id", OLD."until_period"); RETURN NULL;', hash='262ecaff6b75121865c332653effcb11d6ded6f4', operation='DELETE', pgid='pgtrigger_delete_delete_1cb9b', table='rotation_membership', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='SideEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                    ('names', rotation.translated.TextsField(default=dict, verbose_name='name')),
                    ('order', models.CharField(choices=[('alphabetical', 'alphabetical'), ('listed', 'as listed')], default='alphabetical', max_length=12, verbose_name='order inside')),
                    ('locale', models.CharField(default='en', help_text='ICU locale, such as en or ru', max_length=16, verbose_name='language of the alphabet')),
                    ('mechanism', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='rotation.mechanism', verbose_name='mechanism')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='rotation.side')),
                ],
                options={
                    'abstract': False,
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='93f9a16e9a344ad13980c3b7f9e73d7edc6c19d8', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_34468', table='rotation_sideevent', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='MembershipEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                    ('from_period', models.CharField(blank=True, max_length=10, verbose_name='from period')),
                    ('until_period', models.CharField(blank=True, max_length=10, verbose_name='until period')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='rotation.membership')),
                    ('side', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='rotation.side', verbose_name='side')),
                    ('state', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='rotation.state', verbose_name='state')),
                ],
                options={
                    'abstract': False,
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='bcf34adeb1124191a5e4ab0265df4a1ed5d52108', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_5fec8', table='rotation_membershipevent', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='MechanismEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('slug', models.SlugField(db_index=False, verbose_name='slug')),
                    ('names', rotation.translated.TextsField(default=dict, verbose_name='name')),
                    ('basis', models.CharField(help_text='document and article', max_length=300, verbose_name='legal basis')),
                    ('first_period', models.CharField(help_text='such as 2023', max_length=10, verbose_name='first period')),
                    ('step_months', models.PositiveSmallIntegerField(default=24, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1200)], verbose_name='step in months')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='rotation.mechanism')),
                    ('first_holder', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='rotation.state', verbose_name='first holder')),
                    ('seat', models.ForeignKey(blank=True, db_constraint=False, help_text="the state whose working days are the secretariat's; empty where none is set", null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='rotation.state', verbose_name='seat of the secretariat')),
                ],
                options={
                    'abstract': False,
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='132fc0b1b92aabc845dda0a8e990f405bebf6b56', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d558f', table='rotation_mechanismevent', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='RotationDecision',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.PositiveIntegerField(help_text='in the order of entry, from 1', verbose_name='number')),
                    ('kind', models.CharField(choices=[('swap', 'swap'), ('substitute', 'substitution'), ('skip', 'turn given up'), ('assign', 'turn agreed'), ('postpone', 'postponement'), ('vacate', 'no meeting'), ('accede', 'accession'), ('withdraw', 'withdrawal'), ('announce', 'announcement'), ('revoke', 'revocation')], max_length=10, verbose_name='kind')),
                    ('decided_on', models.DateField(verbose_name='decided on')),
                    ('basis', models.CharField(help_text='the paper and its paragraph, such as Astana Declaration, art. 3', max_length=300, verbose_name='legal basis')),
                    ('note', models.TextField(blank=True, verbose_name='note')),
                    ('period', models.CharField(blank=True, max_length=10, verbose_name='period')),
                    ('other_period', models.CharField(blank=True, max_length=10, verbose_name='other period')),
                    ('to', models.CharField(blank=True, max_length=10, verbose_name='held in')),
                    ('from_period', models.CharField(blank=True, max_length=10, verbose_name='from period')),
                    ('turn_kept', models.BooleanField(default=False, verbose_name="the displaced state's turn is kept")),
                    ('shift', models.BooleanField(default=False, verbose_name='later turns move too')),
                    ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded')),
                    ('after', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='rotation.state', verbose_name='after')),
                    ('mechanism', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='rotation.mechanism', verbose_name='mechanism')),
                    ('member', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='rotation.state', verbose_name='state')),
                    ('recorded_by', models.ForeignKey(blank=True, help_text='empty means the service itself, from the record', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                    ('revokes', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='revocations', to='rotation.rotationdecision', verbose_name='revokes')),
                    ('side', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='rotation.side', verbose_name='side')),
                ],
                options={
                    'verbose_name': 'decision on the rotation',
                    'verbose_name_plural': 'decisions on the rotation',
                    'ordering': ['mechanism', 'number'],
                    'constraints': [models.UniqueConstraint(fields=('mechanism', 'number'), name='decisions_are_numbered_once'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='decisions_count_from_one'), models.CheckConstraint(condition=models.Q(('basis', ''), _negated=True), name='a_decision_has_a_legal_basis'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'swap'), ('other_period__gt', ''), ('period__gt', '')), models.Q(('kind__in', ['substitute', 'assign']), ('member__isnull', False), ('period__gt', '')), models.Q(('kind', 'postpone'), ('period__gt', ''), ('to__gt', '')), models.Q(('from_period__gt', ''), ('kind', 'accede'), ('member__isnull', False), ('side__isnull', False)), models.Q(('from_period__gt', ''), ('kind', 'withdraw'), ('member__isnull', False)), models.Q(('kind__in', ['skip', 'vacate', 'announce']), ('period__gt', '')), models.Q(('kind', 'revoke'), ('revokes__isnull', False)), _connector='OR'), name='a_decision_says_what_its_kind_needs')],
                    'triggers': [pgtrigger.compiler.Trigger(name='decisions_are_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='da4fbc9dbb71f4d4656be70cdcb69d4259247863', operation='UPDATE OR DELETE', pgid='pgtrigger_decisions_are_append_only_f7cf7', table='rotation_rotationdecision', when='BEFORE'))],
                },
            ),
        ]),
    ]
