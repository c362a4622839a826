"""The reminder rules become the policy; mails can be held, and sent again as linked copies."""

import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import rotation.ticked
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('meetings', '0018_contacts_have_roles'),
        ('reminders', '0012_domains_are_served_in_their_pace'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='delivery',
            options={'ordering': ['-planned_at', 'pk'], 'permissions': [('settle_delivery', 'Can settle deliveries that failed or are not known to have arrived'), ('hold_delivery', 'Can hold and release deliveries, send one again, and send a test')], 'verbose_name': 'delivery', 'verbose_name_plural': 'deliveries'},
        ),
        migrations.AlterModelOptions(
            name='reminderrule',
            options={'ordering': [models.OrderBy(models.F('track__position'), nulls_first=True), 'about', 'key', 'occasion', '-days'], 'verbose_name': 'reminder rule', 'verbose_name_plural': 'reminder rules'},
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='reminderrule',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='reminderrule',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='reminderrule',
            name='delete_delete',
        ),
        migrations.RemoveConstraint(
            model_name='delivery',
            name='one_thing_is_said_once',
        ),
        migrations.RemoveConstraint(
            model_name='delivery',
            name='a_delivery_names_the_meeting',
        ),
        migrations.RemoveConstraint(
            model_name='reminderrule',
            name='a_reminder_is_ruled_once',
        ),
        migrations.RenameField(
            model_name='reminderrule',
            old_name='days_before',
            new_name='days',
        ),
        migrations.RenameField(
            model_name='reminderruleevent',
            old_name='days_before',
            new_name='days',
        ),
        migrations.AddField(
            model_name='delivery',
            name='digest',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='items', to='reminders.delivery', verbose_name='weekly digest'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='is_held',
            field=models.BooleanField(default=False, help_text='kept back by staff', verbose_name='held'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='is_item',
            field=models.BooleanField(default=False, editable=False, help_text='it stands in a digest and does not go by itself', verbose_name='in a digest'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='resends',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='reminders.delivery', verbose_name='sends again'),
        ),
        migrations.AddField(
            model_name='reminderrule',
            name='about',
            field=models.CharField(choices=[('due', 'deadlines'), ('closing', 'last day for items of an agenda'), ('agenda', 'agendas issued'), ('silence', 'silence procedures'), ('term', 'ends of terms')], default='due', max_length=7, verbose_name='of what'),
        ),
        migrations.AlterField(
            model_name='reminderrule',
            name='days',
            field=models.PositiveSmallIntegerField(blank=True, help_text='calendar days before or after; 0 is the day itself. Empty for what goes at once, and for silence and terms, which have their own', null=True, validators=[django.core.validators.MaxValueValidator(365)], verbose_name='days'),
        ),
        migrations.AddField(
            model_name='reminderrule',
            name='is_on',
            field=models.BooleanField(default=True, help_text='off: nothing is sent for this, also where a line of every track would', verbose_name='on'),
        ),
        migrations.AddField(
            model_name='reminderrule',
            name='key',
            field=models.SlugField(blank=True, help_text='the key of a template line, such as agenda; empty means every deadline', verbose_name='key of the deadline'),
        ),
        migrations.AddField(
            model_name='reminderrule',
            name='occasion',
            field=models.CharField(choices=[('first', 'at once, when it is set or happens'), ('before', 'days before'), ('overdue', 'days after, while it is open'), ('escalated', 'escalation, days after, while it is open'), ('changed', 'at once, when it moved'), ('withdrawn', 'at once, when it no longer applies'), ('received', 'thanks on receipt')], default='before', max_length=9, verbose_name='when'),
        ),
        migrations.AddField(
            model_name='reminderrule',
            name='on_working_days',
            field=models.BooleanField(default=False, help_text="in the calendar of the recipient's state: a reminder moves to the working day before, what comes after a deadline to the one after", verbose_name='on working days only'),
        ),
        migrations.AddField(
            model_name='reminderrule',
            name='quiet_from',
            field=models.TimeField(blank=True, help_text='local time of the recipient; what goes at once waits', null=True, verbose_name='quiet from'),
        ),
        migrations.AddField(
            model_name='reminderrule',
            name='quiet_until',
            field=models.TimeField(blank=True, null=True, verbose_name='quiet until'),
        ),
        migrations.AddField(
            model_name='reminderrule',
            name='roles',
            field=rotation.ticked.TickedField(base_field=models.CharField(choices=[('focal point', 'focal point'), ('head of department', 'head of department'), ('protocol', 'protocol'), ('chair', 'chair')], max_length=20), blank=True, default=list, help_text='none ticked means everybody who answers for the track', size=None, verbose_name='to whom'),
        ),
        migrations.AddField(
            model_name='reminderruleevent',
            name='about',
            field=models.CharField(choices=[('due', 'deadlines'), ('closing', 'last day for items of an agenda'), ('agenda', 'agendas issued'), ('silence', 'silence procedures'), ('term', 'ends of terms')], default='due', max_length=7, verbose_name='of what'),
        ),
        migrations.AlterField(
            model_name='reminderruleevent',
            name='days',
            field=models.PositiveSmallIntegerField(blank=True, help_text='calendar days before or after; 0 is the day itself. Empty for what goes at once, and for silence and terms, which have their own', null=True, validators=[django.core.validators.MaxValueValidator(365)], verbose_name='days'),
        ),
        migrations.AddField(
            model_name='reminderruleevent',
            name='is_on',
            field=models.BooleanField(default=True, help_text='off: nothing is sent for this, also where a line of every track would', verbose_name='on'),
        ),
        migrations.AddField(
            model_name='reminderruleevent',
            name='key',
            field=models.SlugField(blank=True, db_index=False, help_text='the key of a template line, such as agenda; empty means every deadline', verbose_name='key of the deadline'),
        ),
        migrations.AddField(
            model_name='reminderruleevent',
            name='occasion',
            field=models.CharField(choices=[('first', 'at once, when it is set or happens'), ('before', 'days before'), ('overdue', 'days after, while it is open'), ('escalated', 'escalation, days after, while it is open'), ('changed', 'at once, when it moved'), ('withdrawn', 'at once, when it no longer applies'), ('received', 'thanks on receipt')], default='before', max_length=9, verbose_name='when'),
        ),
        migrations.AddField(
            model_name='reminderruleevent',
            name='on_working_days',
            field=models.BooleanField(default=False, help_text="in the calendar of the recipient's state: a reminder moves to the working day before, what comes after a deadline to the one after", verbose_name='on working days only'),
        ),
        migrations.AddField(
            model_name='reminderruleevent',
            name='quiet_from',
            field=models.TimeField(blank=True, help_text='local time of the recipient; what goes at once waits', null=True, verbose_name='quiet from'),
        ),
        migrations.AddField(
            model_name='reminderruleevent',
            name='quiet_until',
            field=models.TimeField(blank=True, null=True, verbose_name='quiet until'),
        ),
        migrations.AddField(
            model_name='reminderruleevent',
            name='roles',
            field=rotation.ticked.TickedField(base_field=models.CharField(choices=[('focal point', 'focal point'), ('head of department', 'head of department'), ('protocol', 'protocol'), ('chair', 'chair')], max_length=20), blank=True, default=list, help_text='none ticked means everybody who answers for the track', size=None, verbose_name='to whom'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='kind',
            field=models.CharField(choices=[('reminder', 'reminder'), ('changed', 'notice of change'), ('withdrawn', 'notice of withdrawal'), ('opened', 'silence opened'), ('extended', 'silence extended'), ('broken', 'silence broken'), ('adopted', 'text adopted'), ('set aside', 'adoption set aside'), ('narrowed', 'text adopted by fewer'), ('issued', 'agenda issued'), ('moved', 'meeting moved'), ('off', 'meeting off'), ('invited', 'invitation'), ('first', 'first notice'), ('overdue', 'overdue notice'), ('escalated', 'escalation'), ('received', 'thanks on receipt'), ('digest', 'weekly digest')], max_length=10, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='state',
            field=models.CharField(choices=[('pending', 'planned'), ('deferred', 'to be tried again'), ('claimed', 'taken by a worker'), ('sending', 'being sent'), ('sent', 'taken by the mail server'), ('uncertain', 'not known whether it arrived'), ('failed', 'failed'), ('cancelled', 'cancelled'), ('carried', 'told in a digest')], default='pending', max_length=10, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='deliveryevent',
            name='state',
            field=models.CharField(choices=[('pending', 'planned'), ('deferred', 'to be tried again'), ('claimed', 'taken by a worker'), ('sending', 'being sent'), ('sent', 'taken by the mail server'), ('uncertain', 'not known whether it arrived'), ('failed', 'failed'), ('cancelled', 'cancelled'), ('carried', 'told in a digest'), ('returned', 'came back'), ('delayed', 'delayed on the way')], max_length=10, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='reminderrule',
            name='track',
            field=models.ForeignKey(blank=True, help_text='empty means every track that has no line of its own for this', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='reminder_rules', to='meetings.track', verbose_name='track'),
        ),
        migrations.AlterField(
            model_name='reminderruleevent',
            name='track',
            field=models.ForeignKey(blank=True, db_constraint=False, help_text='empty means every track that has no line of its own for this', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='meetings.track', verbose_name='track'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('is_item', True), ('kind', 'digest'), _connector='OR'), fields=['contact', 'planned_on'], name='delivery_in_digest'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reminderrule',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reminders_reminderruleevent" ("about", "at", "days", "id", "is_on", "key", "occasion", "on_working_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quiet_from", "quiet_until", "roles", "track_id") VALUES (NEW."about", NEW."at", NEW."days", NEW."id", NEW."is_on", NEW."key", NEW."occasion", NEW."on_working_days", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."quiet_from", NEW."quiet_until", NEW."roles", NEW."track_id"); RETURN NULL;', hash='1223339efcbb7f628a396dc819498d1b0a76fba5', operation='INSERT', pgid='pgtrigger_insert_insert_596af', table='reminders_reminderrule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reminderrule',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reminders_reminderruleevent" ("about", "at", "days", "id", "is_on", "key", "occasion", "on_working_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quiet_from", "quiet_until", "roles", "track_id") VALUES (NEW."about", NEW."at", NEW."days", NEW."id", NEW."is_on", NEW."key", NEW."occasion", NEW."on_working_days", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."quiet_from", NEW."quiet_until", NEW."roles", NEW."track_id"); RETURN NULL;', hash='70ff6c73ac2d4a43395fdfb875d7ca22e9db3a52', operation='UPDATE', pgid='pgtrigger_update_update_72824', table='reminders_reminderrule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reminderrule',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reminders_reminderruleevent" ("about", "at", "days", "id", "is_on", "key", "occasion", "on_working_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quiet_from", "quiet_until", "roles", "track_id") VALUES (OLD."about", OLD."at", OLD."days", OLD."id", OLD."is_on", OLD."key", OLD."occasion", OLD."on_working_days", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."quiet_from", OLD."quiet_until", OLD."roles", OLD."track_id"); RETURN NULL;', hash='b397abf01bb8b016b828a9c00200bb8745ab9a6f', operation='DELETE', pgid='pgtrigger_delete_delete_d5236', table='reminders_reminderrule', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(condition=models.Q(('resends__isnull', True)), fields=('kind', 'meeting', 'due', 'silence', 'term', 'agenda', 'sequence', 'offset_code', 'contact'), name='one_thing_is_said_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['pending', 'deferred', 'claimed', 'sending', 'uncertain'])), fields=('resends',), name='one_copy_is_under_way_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(('is_held', False), ('state__in', ['pending', 'deferred', 'cancelled']), _connector='OR'), name='what_is_held_is_with_no_worker'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('digest__isnull', False), ('is_item', True), ('state', 'carried')), models.Q(models.Q(('state', 'carried'), _negated=True), ('digest__isnull', True)), _connector='OR'), name='what_a_digest_told_names_it'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'digest'), _negated=True), models.Q(('agenda__isnull', True), ('due__isnull', True), ('silence__isnull', True), ('term__isnull', True), ('meeting__isnull', True)), _connector='OR'), name='a_digest_is_of_its_contact_alone'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'digest'), models.Q(models.Q(('silence__isnull', True), ('term__isnull', True)), ('meeting__isnull', True), _connector='XOR'), _connector='OR'), name='a_delivery_names_the_meeting'),
        ),
        migrations.AddConstraint(
            model_name='reminderrule',
            constraint=models.UniqueConstraint(fields=('track', 'about', 'key', 'occasion', 'days'), name='a_reminder_is_ruled_once', nulls_distinct=False, violation_error_message='There is such a line already.'),
        ),
        migrations.AddConstraint(
            model_name='reminderrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('about', 'due'), ('occasion__in', ('first', 'before', 'overdue', 'escalated', 'changed', 'withdrawn', 'received'))), models.Q(('about', 'closing'), ('occasion__in', ('first', 'before', 'changed', 'withdrawn'))), models.Q(('about', 'term'), ('occasion__in', ('first', 'before', 'changed', 'withdrawn'))), models.Q(('about', 'agenda'), ('occasion__in', ('first', 'changed', 'withdrawn'))), models.Q(('about', 'silence'), ('occasion__in', ('first', 'before'))), _connector='OR'), name='a_rule_is_of_what_can_happen', violation_error_message='This does not happen to what the line is about.'),
        ),
        migrations.AddConstraint(
            model_name='reminderrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('occasion__in', ('before', 'overdue', 'escalated')), models.Q(('about__in', ('term', 'silence')), _negated=True), ('days__isnull', False)), models.Q(models.Q(('occasion__in', ('before', 'overdue', 'escalated')), models.Q(('about__in', ('term', 'silence')), _negated=True), _negated=True), ('days__isnull', True)), _connector='OR'), name='a_rule_in_days_says_how_many', violation_error_message='Say how many days; none for what goes at once, for silence and for terms.'),
        ),
        migrations.AddConstraint(
            model_name='reminderrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('occasion__in', ('overdue', 'escalated')), _negated=True), ('days__gte', 1), _connector='OR'), name='what_is_overdue_is_so_for_a_day', violation_error_message='A day after at the earliest.'),
        ),
        migrations.AddConstraint(
            model_name='reminderrule',
            constraint=models.CheckConstraint(condition=models.Q(('key', ''), ('about', 'due'), _connector='OR'), name='a_key_is_that_of_a_deadline', violation_error_message='Only deadlines have a key.'),
        ),
        migrations.AddConstraint(
            model_name='reminderrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('quiet_from__isnull', True), ('quiet_until__isnull', True)), models.Q(('quiet_from__isnull', False), ('quiet_until__isnull', False), models.Q(('quiet_from', models.F('quiet_until')), _negated=True)), _connector='OR'), name='quiet_hours_begin_and_end', violation_error_message='Quiet hours need a beginning and another hour as their end, or neither.'),
        ),
    ]
