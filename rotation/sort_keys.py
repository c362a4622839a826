"""Names in the order of the reader's alphabet where the database sorts them, page by page; whole lists: `name_key`.

PostgreSQL may have been built without ICU, and its alphabets are those of whoever built it. So a row keeps what ICU
makes of its name for each language of the service, and the language of the reader decides: in Russian Ё stands among
Е, and Cyrillic before Latin and Chinese; in Chinese names stand by their pinyin, before all others.

Keys are written with the name, whichever way a row is saved, and stand in its row and nowhere else: they give the name
away, so what erases it makes them anew (`sort_keys`), as must whatever writes a name past the models (`update`). They
hold for one version of ICU and one set of languages; `migrate` makes those anew that another made, or nobody yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.apps import apps as installed
from django.conf import settings
from django.db import models, transaction
from django.db.models.sql.compiler import SQLCompiler

from .collation import VERSION, sort_key
from .translated import content_language, text_in

AT_ONCE = 500


def sort_keys(name: str | Mapping[str, str]) -> dict[str, str]:
    """By language, and `by`: what made them."""
    keys = {"by": made_by()}
    for code, _name in settings.CONTENT_LANGUAGES:
        text = name if isinstance(name, str) else text_in(name, code)
        keys[code] = sort_key(text, code).hex()
    return keys


def made_by() -> str:
    return " ".join([VERSION, *(code for code, _name in settings.CONTENT_LANGUAGES)])


class SortKeysField(models.JSONField):
    """The keys of the field `of`, which stands before it."""

    def __init__(self, *args: Any, of: str = "name", **kwargs: Any) -> None:
        self.of = of
        kwargs.setdefault("default", dict)
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        keys = sort_keys(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, keys)
        return keys


class ByAlphabet(models.Func):
    """Orders by a `SortKeysField` in the language that is active when the database is asked."""

    output_field = models.TextField()

    def as_sql(self, compiler: SQLCompiler, connection: Any, *args: Any, **extra: Any) -> Any:
        # Of bytes in hexadecimal, and by no alphabet of the database.
        extra["template"] = f"(%(expressions)s ->> '{content_language()}') COLLATE \"C\""
        return super().as_sql(compiler, connection, *args, **extra)


class ByProtocol(models.Func):
    """Orders codes of states by whom the setting names first; all others are one, and stand by the alphabet."""

    output_field = models.IntegerField()

    def as_sql(self, compiler: SQLCompiler, connection: Any, *args: Any, **extra: Any) -> Any:
        first = list(settings.STATES_FIRST)
        extra["template"] = "COALESCE(ARRAY_POSITION(%%s::text[], %(expressions)s::text), %%s)"
        sql, params = super().as_sql(compiler, connection, *args, **extra)
        return sql, (first, *params, len(first) + 1)


def alphabet_of(model: type[models.Model], field: str) -> ByAlphabet | None:
    """The order of the names in this field, where the model keeps one."""
    for each in model._meta.concrete_fields:
        if isinstance(each, SortKeysField) and each.of == field:
            return ByAlphabet(each.name)
    return None


def make_keys_anew(using: str = "default", apps: Any = installed, **_kwargs: Any) -> None:
    """Of the rows whose keys are not by this ICU and these languages; after every migration."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, SortKeysField):
                rows = model._base_manager.using(using).exclude(
                    **{f"{field.name}__contains": {"by": made_by()}}
                )
                while _some_anew(rows, field):
                    pass


def _some_anew(rows: Any, field: SortKeysField) -> int:
    with transaction.atomic(using=rows.db):
        some = list(rows.select_for_update(of=("self",)).order_by("pk")[:AT_ONCE])
        for row in some:
            setattr(row, field.attname, sort_keys(getattr(row, field.of)))
        rows.model._base_manager.using(rows.db).bulk_update(some, [field.name])
    return len(some)
