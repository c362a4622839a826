"""All tables of a new database in one step; then the policy that it starts with.

A database made before takes the migrations that it replaces one by one. When none is left those are deleted, with
`replaces`, and what depends on them is pointed here.
"""

import datetime
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import rotation.ticked
import uuid
from importlib import import_module
from django.conf import settings
from django.db import migrations, models
from rotation.creation import CreateModels

# A module's name may begin with a figure, a name in Python may not.
policy = import_module("secretariat.reminders.migrations.0014_default_policy")


class Migration(migrations.Migration):

    replaces = [
        ('reminders', '0001_initial'),
        ('reminders', '0002_default_reminder_rules'),
        ('reminders', '0003_settled_by_a_person'),
        ('reminders', '0004_every_dated_thing_is_told'),
        ('reminders', '0005_adoptions_are_set_aside'),
        ('reminders', '0009_meetings_are_followed'),
        ('reminders', '0010_ministries_reply_by_links'),
        ('reminders', '0011_mails_that_came_back'),
        ('reminders', '0012_domains_are_served_in_their_pace'),
        ('reminders', '0013_the_policy'),
        ('reminders', '0014_default_policy'),
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
                    name='Delivery',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('kind', models.CharField(choices=[('reminder', 'reminder'), ('changed', 'notice of change'), ('withdrawn', 'notice of withdrawal'), ('opened', 'silence opened'), ('extended', 'silence extended'), ('broken', 'silence broken'), ('adopted', 'text adopted'), ('set aside', 'adoption set aside'), ('narrowed', 'text adopted by fewer'), ('issued', 'agenda issued'), ('moved', 'meeting moved'), ('off', 'meeting off'), ('invited', 'invitation'), ('first', 'first notice'), ('overdue', 'overdue notice'), ('escalated', 'escalation'), ('received', 'thanks on receipt'), ('digest', 'weekly digest')], max_length=10, verbose_name='kind')),
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
                        ('state', models.CharField(choices=[('pending', 'planned'), ('deferred', 'to be tried again'), ('claimed', 'taken by a worker'), ('sending', 'being sent'), ('sent', 'taken by the mail server'), ('uncertain', 'not known whether it arrived'), ('failed', 'failed'), ('cancelled', 'cancelled'), ('carried', 'told in a digest')], default='pending', max_length=10, verbose_name='state')),
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
                        ('calendar', models.TextField(blank=True, help_text='of an invitation', verbose_name='iCalendar')),
                        ('digest', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='items', to='reminders.delivery', verbose_name='weekly digest')),
                        ('is_held', models.BooleanField(default=False, help_text='kept back by staff', verbose_name='held')),
                        ('is_item', models.BooleanField(default=False, editable=False, help_text='it stands in a digest and does not go by itself', verbose_name='in a digest')),
                        ('resends', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='reminders.delivery', verbose_name='sends again')),
                    ],
                    options={
                        'verbose_name': 'delivery',
                        'verbose_name_plural': 'deliveries',
                        'ordering': ['-planned_at', 'pk'],
                        'indexes': [models.Index(condition=models.Q(('state__in', ['pending', 'deferred'])), fields=['next_try_at', 'id'], name='delivery_due'), models.Index(condition=models.Q(('state__in', ['claimed', 'sending'])), fields=['lease_until'], name='delivery_leased'), models.Index(fields=['meeting', 'state'], name='delivery_of_meeting'), models.Index(condition=models.Q(('state', 'uncertain')), fields=['id'], name='delivery_uncertain'), models.Index(condition=models.Q(('is_item', True), ('kind', 'digest'), _connector='OR'), fields=['contact', 'planned_on'], name='delivery_in_digest')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'sent')), models.Q(('state', 'sent'), _negated=True), _connector='OR'), name='what_was_sent_says_when'), models.CheckConstraint(condition=models.Q(models.Q(('agenda__isnull', True), ('due__isnull', False), ('silence__isnull', True), ('term__isnull', True)), models.Q(('agenda__isnull', True), ('due__isnull', True), ('silence__isnull', False), ('term__isnull', True)), models.Q(('agenda__isnull', True), ('due__isnull', True), ('silence__isnull', True), ('term__isnull', False)), models.Q(('agenda__isnull', False), ('due__isnull', True), ('silence__isnull', True), ('term__isnull', True)), models.Q(('agenda__isnull', True), ('due__isnull', True), ('silence__isnull', True), ('term__isnull', True)), _connector='OR'), name='a_delivery_has_one_subject'), models.UniqueConstraint(condition=models.Q(('resends__isnull', True)), fields=('kind', 'meeting', 'due', 'silence', 'term', 'agenda', 'sequence', 'offset_code', 'contact'), name='one_thing_is_said_once', nulls_distinct=False), models.UniqueConstraint(condition=models.Q(('state__in', ['pending', 'deferred', 'claimed', 'sending', 'uncertain'])), fields=('resends',), name='one_copy_is_under_way_at_a_time'), models.CheckConstraint(condition=models.Q(('is_held', False), ('state__in', ['pending', 'deferred', 'cancelled']), _connector='OR'), name='what_is_held_is_with_no_worker'), models.CheckConstraint(condition=models.Q(models.Q(('digest__isnull', False), ('is_item', True), ('state', 'carried')), models.Q(models.Q(('state', 'carried'), _negated=True), ('digest__isnull', True)), _connector='OR'), name='what_a_digest_told_names_it'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'digest'), _negated=True), models.Q(('agenda__isnull', True), ('due__isnull', True), ('silence__isnull', True), ('term__isnull', True), ('meeting__isnull', True)), _connector='OR'), name='a_digest_is_of_its_contact_alone'), models.CheckConstraint(condition=models.Q(('kind', 'digest'), models.Q(models.Q(('silence__isnull', True), ('term__isnull', True)), ('meeting__isnull', True), _connector='XOR'), _connector='OR'), name='a_delivery_names_the_meeting')],
                        'triggers': [pgtrigger.compiler.Trigger(name='what_was_sent_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" = \'sent\')', func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a2d20c71622eea9333a2a0ff9f70959aaa402deb', operation='UPDATE OR DELETE', pgid='pgtrigger_what_was_sent_stays_4e973', table='reminders_delivery', when='BEFORE')), pgtrigger.compiler.Trigger(name='the_ledger_forgets_nothing', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='460e14494db68d56cd4fbffe125ed0589e8803d3', operation='DELETE', pgid='pgtrigger_the_ledger_forgets_nothing_0c4d0', table='reminders_delivery', when='BEFORE'))],
                        'permissions': [('settle_delivery', 'Can settle deliveries that failed or are not known to have arrived'), ('hold_delivery', 'Can hold and release deliveries, send one again, and send a test')],
                    },
                ),
                migrations.CreateModel(
                    name='DeliveryEvent',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('at', models.DateTimeField(auto_now_add=True, verbose_name='moment')),
                        ('state', models.CharField(choices=[('pending', 'planned'), ('deferred', 'to be tried again'), ('claimed', 'taken by a worker'), ('sending', 'being sent'), ('sent', 'taken by the mail server'), ('uncertain', 'not known whether it arrived'), ('failed', 'failed'), ('cancelled', 'cancelled'), ('carried', 'told in a digest'), ('returned', 'came back'), ('delayed', 'delayed on the way')], max_length=10, verbose_name='state')),
                        ('detail', models.CharField(blank=True, max_length=500, verbose_name='detail')),
                        ('worker', models.CharField(blank=True, max_length=100, verbose_name='worker')),
                        ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='reminders.delivery', verbose_name='delivery')),
                        ('author', models.ForeignKey(blank=True, help_text='empty where the service did it by itself', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                    ],
                    options={
                        'verbose_name': 'delivery event',
                        'verbose_name_plural': 'delivery events',
                        'ordering': ['delivery', 'pk'],
                        'indexes': [],
                        'constraints': [],
                        'triggers': [pgtrigger.compiler.Trigger(name='events_are_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='7bf2ca4b482d500b497927c6181c0b2ffeb23fdd', operation='UPDATE OR DELETE', pgid='pgtrigger_events_are_append_only_b81a7', table='reminders_deliveryevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='ReminderRule',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('at', models.TimeField(default=datetime.time(9, 0), help_text='local time of the recipient', verbose_name='at')),
                        ('track', models.ForeignKey(blank=True, help_text='empty means every track that has no line of its own for this', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='reminder_rules', to='meetings.track', verbose_name='track')),
                        ('days', models.PositiveSmallIntegerField(blank=True, help_text='calendar days before or after; 0 is the day itself. Empty for what goes at once, and for silence and terms, which have their own', null=True, validators=[django.core.validators.MaxValueValidator(365)], verbose_name='days')),
                        ('about', models.CharField(choices=[('due', 'deadlines'), ('closing', 'last day for items of an agenda'), ('agenda', 'agendas issued'), ('silence', 'silence procedures'), ('term', 'ends of terms')], default='due', max_length=7, verbose_name='of what')),
                        ('is_on', models.BooleanField(default=True, help_text='off: nothing is sent for this, also where a line of every track would', verbose_name='on')),
                        ('key', models.SlugField(blank=True, help_text='the key of a template line, such as agenda; empty means every deadline', verbose_name='key of the deadline')),
                        ('occasion', models.CharField(choices=[('first', 'at once, when it is set or happens'), ('before', 'days before'), ('overdue', 'days after, while it is open'), ('escalated', 'escalation, days after, while it is open'), ('changed', 'at once, when it moved'), ('withdrawn', 'at once, when it no longer applies'), ('received', 'thanks on receipt')], default='before', max_length=9, verbose_name='when')),
                        ('on_working_days', models.BooleanField(default=False, help_text="in the calendar of the recipient's state: a reminder moves to the working day before, what comes after a deadline to the one after", verbose_name='on working days only')),
                        ('quiet_from', models.TimeField(blank=True, help_text='local time of the recipient; what goes at once waits', null=True, verbose_name='quiet from')),
                        ('quiet_until', models.TimeField(blank=True, null=True, verbose_name='quiet until')),
                        ('roles', rotation.ticked.TickedField(base_field=models.CharField(choices=[('focal point', 'focal point'), ('head of department', 'head of department'), ('protocol', 'protocol'), ('chair', 'chair')], max_length=20), blank=True, default=list, help_text='none ticked means everybody who answers for the track', size=None, verbose_name='to whom')),
                    ],
                    options={
                        'verbose_name': 'reminder rule',
                        'verbose_name_plural': 'reminder rules',
                        'ordering': [models.OrderBy(models.F('track__position'), nulls_first=True), 'about', 'key', 'occasion', '-days'],
                        'indexes': [],
                        'constraints': [models.UniqueConstraint(fields=('track', 'about', 'key', 'occasion', 'days'), name='a_reminder_is_ruled_once', nulls_distinct=False, violation_error_message='There is such a line already.'), models.CheckConstraint(condition=models.Q(models.Q(('about', 'due'), ('occasion__in', ('first', 'before', 'overdue', 'escalated', 'changed', 'withdrawn', 'received'))), models.Q(('about', 'closing'), ('occasion__in', ('first', 'before', 'changed', 'withdrawn'))), models.Q(('about', 'term'), ('occasion__in', ('first', 'before', 'changed', 'withdrawn'))), models.Q(('about', 'agenda'), ('occasion__in', ('first', 'changed', 'withdrawn'))), models.Q(('about', 'silence'), ('occasion__in', ('first', 'before'))), _connector='OR'), name='a_rule_is_of_what_can_happen', violation_error_message='This does not happen to what the line is about.'), models.CheckConstraint(condition=models.Q(models.Q(('occasion__in', ('before', 'overdue', 'escalated')), models.Q(('about__in', ('term', 'silence')), _negated=True), ('days__isnull', False)), models.Q(models.Q(('occasion__in', ('before', 'overdue', 'escalated')), models.Q(('about__in', ('term', 'silence')), _negated=True), _negated=True), ('days__isnull', True)), _connector='OR'), name='a_rule_in_days_says_how_many', violation_error_message='Say how many days; none for what goes at once, for silence and for terms.'), models.CheckConstraint(condition=models.Q(models.Q(('occasion__in', ('overdue', 'escalated')), _negated=True), ('days__gte', 1), _connector='OR'), name='what_is_overdue_is_so_for_a_day', violation_error_message='A day after at the earliest.'), models.CheckConstraint(condition=models.Q(('key', ''), ('about', 'due'), _connector='OR'), name='a_key_is_that_of_a_deadline', violation_error_message='Only deadlines have a key.'), models.CheckConstraint(condition=models.Q(models.Q(('quiet_from__isnull', True), ('quiet_until__isnull', True)), models.Q(('quiet_from__isnull', False), ('quiet_until__isnull', False), models.Q(('quiet_from', models.F('quiet_until')), _negated=True)), _connector='OR'), name='quiet_hours_begin_and_end', violation_error_message='Quiet hours need a beginning and another hour as their end, or neither.')],
                        'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reminders_reminderruleevent" ("about", "at", "days", "id", "is_on", "key", "occasion", "on_working_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quiet_from", "quiet_until", "roles", "track_id") VALUES (NEW."about", NEW."at", NEW."days", NEW."id", NEW."is_on", NEW."key", NEW."occasion", NEW."on_working_days", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."quiet_from", NEW."quiet_until", NEW."roles", NEW."track_id"); RETURN NULL;', hash='1223339efcbb7f628a396dc819498d1b0a76fba5', operation='INSERT', pgid='pgtrigger_insert_insert_596af', table='reminders_reminderrule', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reminders_reminderruleevent" ("about", "at", "days", "id", "is_on", "key", "occasion", "on_working_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quiet_from", "quiet_until", "roles", "track_id") VALUES (NEW."about", NEW."at", NEW."days", NEW."id", NEW."is_on", NEW."key", NEW."occasion", NEW."on_working_days", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."quiet_from", NEW."quiet_until", NEW."roles", NEW."track_id"); RETURN NULL;', hash='70ff6c73ac2d4a43395fdfb875d7ca22e9db3a52', operation='UPDATE', pgid='pgtrigger_update_update_72824', table='reminders_reminderrule', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reminders_reminderruleevent" ("about", "at", "days", "id", "is_on", "key", "occasion", "on_working_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quiet_from", "quiet_until", "roles", "track_id") VALUES (OLD."about", OLD."at", OLD."days", OLD."id", OLD."is_on", OLD."key", OLD."occasion", OLD."on_working_days", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."quiet_from", OLD."quiet_until", OLD."roles", OLD."track_id"); RETURN NULL;', hash='b397abf01bb8b016b828a9c00200bb8745ab9a6f', operation='DELETE', pgid='pgtrigger_delete_delete_d5236', table='reminders_reminderrule', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='ReminderRuleEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('at', models.TimeField(default=datetime.time(9, 0), help_text='local time of the recipient', verbose_name='at')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='reminders.reminderrule')),
                        ('track', models.ForeignKey(blank=True, db_constraint=False, help_text='empty means every track that has no line of its own for this', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='meetings.track', verbose_name='track')),
                        ('days', models.PositiveSmallIntegerField(blank=True, help_text='calendar days before or after; 0 is the day itself. Empty for what goes at once, and for silence and terms, which have their own', null=True, validators=[django.core.validators.MaxValueValidator(365)], verbose_name='days')),
                        ('about', models.CharField(choices=[('due', 'deadlines'), ('closing', 'last day for items of an agenda'), ('agenda', 'agendas issued'), ('silence', 'silence procedures'), ('term', 'ends of terms')], default='due', max_length=7, verbose_name='of what')),
                        ('is_on', models.BooleanField(default=True, help_text='off: nothing is sent for this, also where a line of every track would', verbose_name='on')),
                        ('key', models.SlugField(blank=True, db_index=False, help_text='the key of a template line, such as agenda; empty means every deadline', verbose_name='key of the deadline')),
                        ('occasion', models.CharField(choices=[('first', 'at once, when it is set or happens'), ('before', 'days before'), ('overdue', 'days after, while it is open'), ('escalated', 'escalation, days after, while it is open'), ('changed', 'at once, when it moved'), ('withdrawn', 'at once, when it no longer applies'), ('received', 'thanks on receipt')], default='before', max_length=9, verbose_name='when')),
                        ('on_working_days', models.BooleanField(default=False, help_text="in the calendar of the recipient's state: a reminder moves to the working day before, what comes after a deadline to the one after", verbose_name='on working days only')),
                        ('quiet_from', models.TimeField(blank=True, help_text='local time of the recipient; what goes at once waits', null=True, verbose_name='quiet from')),
                        ('quiet_until', models.TimeField(blank=True, null=True, verbose_name='quiet until')),
                        ('roles', rotation.ticked.TickedField(base_field=models.CharField(choices=[('focal point', 'focal point'), ('head of department', 'head of department'), ('protocol', 'protocol'), ('chair', 'chair')], max_length=20), blank=True, default=list, help_text='none ticked means everybody who answers for the track', size=None, verbose_name='to whom')),
                    ],
                    options={
                        'abstract': False,
                        'indexes': [],
                        'constraints': [],
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9d4e8780bc8a0e4c33add149f5207de7722cdae2', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_6dfa0', table='reminders_reminderruleevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='Follow',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('part', models.CharField(blank=True, choices=[('host', 'as host'), ('participant', 'as host or participant')], help_text='only where a state is followed', max_length=11, verbose_name='the state takes part')),
                        ('valid_from', models.DateField(blank=True, help_text='empty means from now; nothing is sent before', null=True, verbose_name='follows from')),
                        ('valid_until', models.DateField(blank=True, help_text='last day, inclusive: a meeting that begins after it is not followed', null=True, verbose_name='follows until')),
                        ('contact', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='follows', to='meetings.contact', verbose_name='contact')),
                        ('meeting', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='follows', to='meetings.meeting', verbose_name='meeting')),
                        ('state', models.ForeignKey(blank=True, help_text='the meetings of a state, whatever their track', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='follows', to='rotation.state', verbose_name='state')),
                        ('track', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='follows', to='meetings.track', verbose_name='track')),
                    ],
                    options={
                        'verbose_name': 'thing followed',
                        'verbose_name_plural': 'followed meetings',
                        'ordering': ['contact', 'pk'],
                        'indexes': [],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('meeting__isnull', True), ('state__isnull', True), ('track__isnull', False)), models.Q(('meeting__isnull', True), ('state__isnull', False), ('track__isnull', True)), models.Q(('meeting__isnull', False), ('state__isnull', True), ('track__isnull', True)), _connector='OR'), name='a_contact_follows_one_thing_a_row', violation_error_message='Choose one: a track, a state or a meeting.'), models.CheckConstraint(condition=models.Q(models.Q(('part', ''), ('state__isnull', True)), models.Q(('part__in', ['host', 'participant']), ('state__isnull', False)), _connector='OR'), name='of_a_state_its_part_is_said', violation_error_message='Say how the state takes part, where a state is followed and only there.'), models.UniqueConstraint(fields=('contact', 'track', 'state', 'meeting'), name='a_contact_follows_a_thing_once', nulls_distinct=False, violation_error_message='This contact follows it already; change the days of that row.'), models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_from__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='following_ends_after_it_begins', violation_error_message='The last day lies before the first.')],
                        'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reminders_followevent" ("contact_id", "id", "meeting_id", "part", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state_id", "track_id", "valid_from", "valid_until") VALUES (NEW."contact_id", NEW."id", NEW."meeting_id", NEW."part", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."state_id", NEW."track_id", NEW."valid_from", NEW."valid_until"); RETURN NULL;', hash='626969d2ddb1de75a2bd12af17fab7a519458c35', operation='INSERT', pgid='pgtrigger_insert_insert_22b21', table='reminders_follow', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reminders_followevent" ("contact_id", "id", "meeting_id", "part", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state_id", "track_id", "valid_from", "valid_until") VALUES (NEW."contact_id", NEW."id", NEW."meeting_id", NEW."part", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."state_id", NEW."track_id", NEW."valid_from", NEW."valid_until"); RETURN NULL;', hash='c3c4410c43404d2c6bc95824296fb9372747f276', operation='UPDATE', pgid='pgtrigger_update_update_281e8', table='reminders_follow', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reminders_followevent" ("contact_id", "id", "meeting_id", "part", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state_id", "track_id", "valid_from", "valid_until") VALUES (OLD."contact_id", OLD."id", OLD."meeting_id", OLD."part", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."state_id", OLD."track_id", OLD."valid_from", OLD."valid_until"); RETURN NULL;', hash='697dd22db689827735b4b2ac9a37eaf7775bd0e9', operation='DELETE', pgid='pgtrigger_delete_delete_7b366', table='reminders_follow', when='AFTER'))],
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
                        ('contact', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='meetings.contact', verbose_name='contact')),
                        ('meeting', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='meetings.meeting', verbose_name='meeting')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='reminders.follow')),
                        ('state', models.ForeignKey(blank=True, db_constraint=False, help_text='the meetings of a state, whatever their track', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='rotation.state', verbose_name='state')),
                        ('track', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='meetings.track', verbose_name='track')),
                    ],
                    options={
                        'abstract': False,
                        'indexes': [],
                        'constraints': [],
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='247e5d0c6cf384fa8d5548ab7bfcf2d634189e0b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d4abd', table='reminders_followevent', when='BEFORE'))],
                    },
                ),
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
                        'indexes': [],
                        'constraints': [models.UniqueConstraint(fields=('delivery', 'what'), name='a_link_is_used_once'), models.CheckConstraint(condition=models.Q(models.Q(('until__isnull', False), ('what', 'extension'), models.Q(('text', ''), _negated=True)), models.Q(models.Q(('what', 'extension'), _negated=True), ('until__isnull', True)), _connector='OR'), name='an_extension_says_until_when_and_why')],
                        'triggers': [pgtrigger.compiler.Trigger(name='what_was_said_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='eb2c428c4aa2b68009b334ad674cd88a827b2c5e', operation='UPDATE OR DELETE', pgid='pgtrigger_what_was_said_stays_e856b', table='reminders_reply', when='BEFORE'))],
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
                        'indexes': [],
                        'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='what_is_set_aside_has_its_reason')],
                        'triggers': [pgtrigger.compiler.Trigger(name='it_stays_set_aside', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='bc9906d25d5989ff9146ab447f1133f38e834276', operation='UPDATE OR DELETE', pgid='pgtrigger_it_stays_set_aside_c8b60', table='reminders_settingaside', when='BEFORE'))],
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
                        'indexes': [],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('contact', 'topic'), name='a_topic_is_refused_once'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True), ('ended_reason', '')), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False), models.Q(('ended_reason', ''), _negated=True)), _connector='OR'), name='an_ended_refusal_says_by_whom_and_why')],
                        'triggers': [pgtrigger.compiler.Trigger(name='a_refusal_is_not_forgotten', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='c2cd36644580bfd7100547de2dd81a3d4923748d', operation='DELETE', pgid='pgtrigger_a_refusal_is_not_forgotten_65e14', table='reminders_unsubscription', when='BEFORE')), pgtrigger.compiler.Trigger(name='an_ended_refusal_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."ended_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='0f931d48dd7297c02f11095e86928ed47d05d231', operation='UPDATE', pgid='pgtrigger_an_ended_refusal_stays_b8d41', table='reminders_unsubscription', when='BEFORE')), pgtrigger.compiler.Trigger(name='a_refusal_is_not_edited', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."contact_id" IS DISTINCT FROM (NEW."contact_id") OR OLD."delivery_id" IS DISTINCT FROM (NEW."delivery_id") OR OLD."topic" IS DISTINCT FROM (NEW."topic"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='c576b78312ce659d52385c3502773727b7a5baa9', operation='UPDATE', pgid='pgtrigger_a_refusal_is_not_edited_98067', table='reminders_unsubscription', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='Bounce',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('verdict', models.CharField(choices=[('gone', 'address is no good'), ('returned', 'came back'), ('delayed', 'delayed on the way')], max_length=10, verbose_name='what became of it')),
                        ('status', models.CharField(help_text='as RFC 3463 numbers it', max_length=20, verbose_name='status')),
                        ('diagnostic', models.CharField(blank=True, max_length=500, verbose_name='what the server said')),
                        ('sha256', models.CharField(editable=False, max_length=64, unique=True)),
                        ('at', models.DateTimeField(auto_now_add=True, verbose_name='moment')),
                        ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bounces', to='reminders.delivery', verbose_name='delivery')),
                    ],
                    options={
                        'verbose_name': 'mail that came back',
                        'verbose_name_plural': 'mails that came back',
                        'ordering': ['-at', '-pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('verdict__in', ['gone', 'returned', 'delayed'])), name='a_mail_comes_back_in_one_of_three_ways')],
                        'indexes': [],
                        'triggers': [pgtrigger.compiler.Trigger(name='what_came_back_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8f4ee11ef1678ab382368d1b4635598a25913752', operation='UPDATE OR DELETE', pgid='pgtrigger_what_came_back_stays_438d5', table='reminders_bounce', when='BEFORE'))],
                    },
                ),
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
                        'indexes': [],
                    },
                ),
            ],
        ),
        migrations.RunPython(policy.add_policy, migrations.RunPython.noop),
    ]
