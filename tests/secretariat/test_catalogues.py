"""Everything a person reads exists in every language of the desk."""

from __future__ import annotations

import ast
import re
from string import Formatter

import pytest
from babel.messages.catalog import Message
from django.conf import settings
from django.contrib import admin
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import to_locale

from secretariat import catalogues
from secretariat.catalogues import APPS, LANGUAGES, MARKS, ROOT
from secretariat.reminders.models import Delivery

MEND = "run `make words`, write the translations into the .po files it names, and run it again"
OURS = ("rotation", "meetings", "secretariat")
EACH = [(app, language) for app in APPS for language in LANGUAGES]


def named(app: str, language: str) -> str:
    return str(catalogues.po_path(app, language).relative_to(ROOT))


def spoken(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def forms_of(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else message.string


def messages(app: str, language: str) -> list[Message]:
    return [message for message in catalogues.translated(app, language) if message.id]


def places(text: str) -> set[str]:
    """What is put into a sentence: %(name)s, {name}."""
    found = set(re.findall(r"%\(\w+\)[sd]", text))
    if not found and "{" in text:
        found = {
            f"{{{name}}}" for _text, name, _spec, _conversion in Formatter().parse(text) if name is not None
        }
    return found


def test_each_language_of_the_desk_has_its_catalogues():
    assert {to_locale(code) for code, _name in settings.LANGUAGES} - {"en"} == set(LANGUAGES)


@pytest.mark.parametrize(("app", "language"), EACH)
def test_no_string_waits_for_a_translation(app, language):
    waiting = [spoken(each) for each in catalogues.untranslated(catalogues.brought_up_to_date(app, language))]
    assert not waiting, f"{named(app, language)} has no translation of {waiting}: {MEND}"


@pytest.mark.parametrize(("app", "language"), EACH)
def test_a_catalogue_is_as_the_command_writes_it(app, language):
    path = catalogues.po_path(app, language)
    written = catalogues.po_bytes(language, catalogues.brought_up_to_date(app, language))
    assert path.read_bytes() == written, f"{named(app, language)} is not up to date: {MEND}"
    assert not [spoken(each) for each in catalogues.translated(app, language) if each.fuzzy and each.id]


@pytest.mark.parametrize(("app", "language"), EACH)
def test_what_django_reads_is_what_the_translators_wrote(app, language):
    path = catalogues.po_path(app, language)
    read = path.with_suffix(".mo").read_bytes()
    assert read == catalogues.mo_bytes(path), (
        f"the .mo beside {named(app, language)} is of another day: {MEND}"
    )


@pytest.mark.parametrize(("app", "language"), EACH)
def test_a_translation_puts_in_what_the_string_puts_in(app, language):
    for message in messages(app, language):
        wanted = places(message.id if isinstance(message.id, str) else message.id[-1])
        given = [places(form) for form in forms_of(message)]
        assert given == [wanted] * len(given), f"{named(app, language)}: {message.id}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_word_is_translated_alike_in_all_catalogues(language):
    """Django merges them into one: of two translations the reader would see either."""
    found: dict[tuple[str | None, str], set[tuple[str, ...]]] = {}
    for app in APPS:
        for message in messages(app, language):
            found.setdefault((message.context, spoken(message)), set()).add(forms_of(message))
    several = {text: forms for text, forms in found.items() if len(forms) > 1}
    assert not several, f"{several}: give the strings that mean something else a context (pgettext)"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reader_sees_our_translation_and_not_that_of_another_package(language):
    code = next(code for code, _name in settings.LANGUAGES if to_locale(code) == language)
    with translation.override(code):
        others = {
            (app, message.id): shown
            for app in APPS
            for message in messages(app, language)
            if isinstance(message.id, str)
            if (shown := _shown(message)) != message.string
        }
    assert others == {}


def _shown(message: Message) -> str:
    if message.context:
        return translation.pgettext(message.context, message.id)
    return translation.gettext(message.id)


@pytest.mark.parametrize(("count", "text"), [(1, "через 1 день"), (3, "через 3 дня"), (11, "через 11 дней")])
def test_russian_counts_in_three_forms(count, text):
    with translation.override("ru"):
        shown = translation.ngettext("in %(days)s day", "in %(days)s days", count) % {"days": count}
    assert shown == text


def test_what_a_form_of_the_desk_asks_for_has_a_name_that_can_be_translated():
    pages = [
        admin.site._registry[model] for model in admin.site._registry if model.__module__.startswith(OURS)
    ]
    models = {each.model for page in pages for each in (page, *page.inlines)}
    unmarked = [
        str(field)
        for model in models - {Delivery}  # its page is read only, and lists what it shows
        for field in model._meta.local_fields
        if field.editable and not field.auto_created and not isinstance(field.verbose_name, Promise)
    ]
    assert sorted(unmarked) == []


def test_no_string_stands_outside_the_apps_that_have_catalogues():
    homes = [ROOT / app for app in APPS]
    outside = [
        path.relative_to(ROOT)
        for floor in ("rotation", "meetings", "secretariat")
        for path in catalogues.sources(ROOT / floor)
        if not any(home in path.parents for home in homes) and list(catalogues.strings(path))
    ]
    assert outside == []


def test_no_string_hides_in_an_f_string_where_it_cannot_be_found():
    hidden = [
        (path.relative_to(ROOT), call.lineno)
        for app in APPS
        for path in catalogues.sources(ROOT / app)
        if path.suffix == ".py"
        for written in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(written, ast.JoinedStr)
        for call in ast.walk(written)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in MARKS
        if any(isinstance(part, ast.Constant) for part in call.args)
    ]
    assert hidden == []
