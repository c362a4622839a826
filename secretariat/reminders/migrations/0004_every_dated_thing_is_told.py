"""Silence procedures, terms of committees and agendas are told of by the ledger, as dues are."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('meetings', '0013_tracks_say_who_prepares_and_until_when'),
        ('reminders', '0003_settled_by_a_person'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='delivery',
            name='one_thing_is_said_once',
        ),
        migrations.AddField(
            model_name='delivery',
            name='agenda',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='meetings.agenda', verbose_name='agenda'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='silence',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='meetings.silenceprocedure', verbose_name='silence procedure'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='term',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='meetings.seatterm', verbose_name='term'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='due',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='meetings.due', verbose_name='deadline'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='kind',
            field=models.CharField(choices=[('reminder', 'reminder'), ('changed', 'notice of change'), ('withdrawn', 'notice of withdrawal'), ('opened', 'silence opened'), ('extended', 'silence extended'), ('broken', 'silence broken'), ('adopted', 'text adopted'), ('issued', 'agenda issued'), ("moved", "meeting moved"), ("off", "meeting off")], max_length=10, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='meeting',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='meetings.meeting', verbose_name='meeting'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='says_due_at',
            field=models.DateTimeField(verbose_name='moment that is told'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='sequence',
            field=models.PositiveIntegerField(help_text='another one whenever that moved or changed', verbose_name='revision of what it tells of'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('kind', 'due', 'silence', 'term', 'agenda', 'sequence', 'offset_code', 'contact'), name='one_thing_is_said_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('agenda__isnull', True), ('due__isnull', False), ('silence__isnull', True), ('term__isnull', True)), models.Q(('agenda__isnull', True), ('due__isnull', True), ('silence__isnull', False), ('term__isnull', True)), models.Q(('agenda__isnull', True), ('due__isnull', True), ('silence__isnull', True), ('term__isnull', False)), models.Q(('agenda__isnull', False), ('due__isnull', True), ('silence__isnull', True), ('term__isnull', True)), _connector='OR'), name='a_delivery_has_one_subject'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('agenda__isnull', True), ('due__isnull', True)), ('meeting__isnull', False), _connector='XOR'), name='a_delivery_names_the_meeting'),
        ),
    ]
