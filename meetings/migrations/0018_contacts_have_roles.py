"""Contacts have roles, which reminder rules name; everybody there is begins as a focal point."""

import datetime
import meetings.models.parties
import pgtrigger.compiler
import pgtrigger.migrations
import rotation.ticked
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('meetings', '0017_default_rule_for_contacts'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='contact',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='contact',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='contact',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='contact',
            name='digest_at',
            field=models.TimeField(default=datetime.time(9, 0), help_text='local time of the recipient', verbose_name='at'),
        ),
        migrations.AddField(
            model_name='contact',
            name='digest_on',
            field=models.PositiveSmallIntegerField(blank=True, choices=[(1, 'Monday'), (2, 'Tuesday'), (3, 'Wednesday'), (4, 'Thursday'), (5, 'Friday'), (6, 'Saturday'), (7, 'Sunday')], help_text='one mail a week of what falls due, in place of single reminders; changes, withdrawals and the last day are still told singly. Empty means single mails', null=True, verbose_name='weekly digest on'),
        ),
        migrations.AddField(
            model_name='contact',
            name='roles',
            field=rotation.ticked.TickedField(base_field=models.CharField(choices=[('focal point', 'focal point'), ('head of department', 'head of department'), ('protocol', 'protocol'), ('chair', 'chair')], max_length=20), default=meetings.models.parties.default_roles, help_text='reminder rules say which role is told what; several roles get one mail', size=None, verbose_name='roles'),
        ),
        migrations.AddField(
            model_name='contactevent',
            name='digest_at',
            field=models.TimeField(default=datetime.time(9, 0), help_text='local time of the recipient', verbose_name='at'),
        ),
        migrations.AddField(
            model_name='contactevent',
            name='digest_on',
            field=models.PositiveSmallIntegerField(blank=True, choices=[(1, 'Monday'), (2, 'Tuesday'), (3, 'Wednesday'), (4, 'Thursday'), (5, 'Friday'), (6, 'Saturday'), (7, 'Sunday')], help_text='one mail a week of what falls due, in place of single reminders; changes, withdrawals and the last day are still told singly. Empty means single mails', null=True, verbose_name='weekly digest on'),
        ),
        migrations.AddField(
            model_name='contactevent',
            name='roles',
            field=rotation.ticked.TickedField(base_field=models.CharField(choices=[('focal point', 'focal point'), ('head of department', 'head of department'), ('protocol', 'protocol'), ('chair', 'chair')], max_length=20), default=meetings.models.parties.default_roles, help_text='reminder rules say which role is told what; several roles get one mail', size=None, verbose_name='roles'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contact',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "meetings_contactevent" ("digest_at", "digest_on", "email", "id", "is_example", "is_undeliverable", "language", "ministry_id", "name", "office", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "roles", "valid_from", "valid_until", "zone") VALUES (NEW."digest_at", NEW."digest_on", NEW."email", NEW."id", NEW."is_example", NEW."is_undeliverable", NEW."language", NEW."ministry_id", NEW."name", NEW."office", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."roles", NEW."valid_from", NEW."valid_until", NEW."zone"); RETURN NULL;', hash='31d1c2e66ebc7d3ab9cd17f234b07ec6fd238b7e', operation='INSERT', pgid='pgtrigger_insert_insert_958d9', table='meetings_contact', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contact',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "meetings_contactevent" ("digest_at", "digest_on", "email", "id", "is_example", "is_undeliverable", "language", "ministry_id", "name", "office", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "roles", "valid_from", "valid_until", "zone") VALUES (NEW."digest_at", NEW."digest_on", NEW."email", NEW."id", NEW."is_example", NEW."is_undeliverable", NEW."language", NEW."ministry_id", NEW."name", NEW."office", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."roles", NEW."valid_from", NEW."valid_until", NEW."zone"); RETURN NULL;', hash='ef2c75237a3ad03a9b64158cffd2161bd965a430', operation='UPDATE', pgid='pgtrigger_update_update_179ed', table='meetings_contact', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contact',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "meetings_contactevent" ("digest_at", "digest_on", "email", "id", "is_example", "is_undeliverable", "language", "ministry_id", "name", "office", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "roles", "valid_from", "valid_until", "zone") VALUES (OLD."digest_at", OLD."digest_on", OLD."email", OLD."id", OLD."is_example", OLD."is_undeliverable", OLD."language", OLD."ministry_id", OLD."name", OLD."office", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."roles", OLD."valid_from", OLD."valid_until", OLD."zone"); RETURN NULL;', hash='2e81482bf8f2e525f10d6599d07c1dbee1129650', operation='DELETE', pgid='pgtrigger_delete_delete_02ead', table='meetings_contact', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.CheckConstraint(condition=models.Q(('roles__len__gt', 0)), name='a_contact_has_a_role', violation_error_message='Tick at least one role.'),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.CheckConstraint(condition=models.Q(('digest_on__isnull', True), ('digest_on__range', (1, 7)), _connector='OR'), name='a_digest_has_a_day_of_the_week', violation_error_message='Choose a day of the week, or none.'),
        ),
    ]
