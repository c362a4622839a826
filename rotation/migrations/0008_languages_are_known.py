"""Languages were typed freely; from now on they are those that the service knows."""

import rotation.ticked
from django.db import migrations, models

NAMES, PAPERS = ("en", "zh", "ru"), ("en", "zh", "ru", "kk", "ky", "tg", "tk", "uz")


def known(code, codes):
    """The code as the service writes it: ru of ru-RU and RU; empty where it knows none such."""
    short = code.strip().lower().replace("_", "-").partition("-")[0]
    return short if short in codes else ""


def keep_what_is_known(apps, schema_editor):
    """An alphabet that is not known was that of English names all along, and stays so."""
    for side in apps.get_model("rotation", "Side").objects.exclude(locale__in=NAMES):
        side.locale = known(side.locale, NAMES) or "en"
        side.save(update_fields=["locale"])
    for state in apps.get_model("rotation", "State").objects.exclude(languages__contained_by=list(PAPERS)):
        state.languages = list(dict.fromkeys(filter(None, (known(code, PAPERS) for code in state.languages))))
        state.save(update_fields=["languages"])


class Migration(migrations.Migration):

    dependencies = [
        ('rotation', '0007_text_is_folded_for_search'),
    ]

    operations = [
        migrations.RunPython(keep_what_is_known, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='side',
            name='locale',
            field=models.CharField(choices=[('en', 'English'), ('zh', '中文'), ('ru', 'Русский')], default='en', help_text='in an alphabetical side members go by their names in this language', max_length=16, verbose_name='language of the alphabet'),
        ),
        migrations.AlterField(
            model_name='sideevent',
            name='locale',
            field=models.CharField(choices=[('en', 'English'), ('zh', '中文'), ('ru', 'Русский')], default='en', help_text='in an alphabetical side members go by their names in this language', max_length=16, verbose_name='language of the alphabet'),
        ),
        migrations.AlterField(
            model_name='state',
            name='languages',
            field=rotation.ticked.TickedField(base_field=models.CharField(choices=[('en', 'English'), ('zh', '中文'), ('ru', 'Русский'), ('kk', 'Қазақша'), ('ky', 'Кыргызча'), ('tg', 'Тоҷикӣ'), ('tk', 'Türkmençe'), ('uz', 'Oʻzbekcha')], max_length=8), blank=True, default=list, size=None, verbose_name='languages'),
        ),
        migrations.AlterField(
            model_name='stateevent',
            name='languages',
            field=rotation.ticked.TickedField(base_field=models.CharField(choices=[('en', 'English'), ('zh', '中文'), ('ru', 'Русский'), ('kk', 'Қазақша'), ('ky', 'Кыргызча'), ('tg', 'Тоҷикӣ'), ('tk', 'Türkmençe'), ('uz', 'Oʻzbekcha')], max_length=8), blank=True, default=list, size=None, verbose_name='languages'),
        ),
        migrations.AddConstraint(
            model_name='side',
            constraint=models.CheckConstraint(condition=models.Q(('locale__in', ['en', 'zh', 'ru'])), name='a_side_goes_by_a_known_alphabet', violation_error_message='Names are kept in Chinese, English and Russian: choose one of these.'),
        ),
        migrations.AddConstraint(
            model_name='state',
            constraint=models.CheckConstraint(condition=models.Q(('languages__contained_by', ['en', 'zh', 'ru', 'kk', 'ky', 'tg', 'tk', 'uz'])), name='a_state_speaks_known_languages', violation_error_message='A language is one of those in which papers may appear.'),
        ),
    ]
