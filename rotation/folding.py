"""Text as search compares it: without case, accents or the way in which it was composed ("петр" finds "Пётр").

The rule is one function of the database (`folded`, migration 0007), for what is stored and for what is looked for.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Concat
from django.db.models.sql.compiler import SQLCompiler

from .translated import TextsField

# Of what is found beside a list, so many keys are named in its question; what is commoner is joined to it.
KEYS_NAMED = 1_000
LINE_END = Value("\n", output_field=models.TextField())


class Folded(Func):
    function = "folded"
    output_field = models.TextField()


class FoldedList(Func):
    function = "folded_list"
    output_field = models.TextField()


class FoldedTexts(Func):
    """Of texts in several languages: the texts alone, without the codes of their languages."""

    function = "folded_texts"
    output_field = models.TextField()


def searched(*plain: str, texts: tuple[str, ...] = (), lists: tuple[str, ...] = ()) -> models.GeneratedField:
    """A column with all that a row is searched by; an index of `trigrams` goes with it.

    Folding half a line takes the database 30 µs: too long for what is long.
    """
    kinds = ((FoldedTexts, texts), (Folded, plain), (FoldedList, lists))
    first, *others = [kind(F(name)) for kind, names in kinds for name in names]
    expression = Concat(first, *(part for each in others for part in (LINE_END, each))) if others else first
    return models.GeneratedField(expression=expression, output_field=models.TextField(), db_persist=True)


def trigrams(name: str) -> GinIndex:
    return GinIndex(OpClass(F("searched"), name="gin_trgm_ops"), name=name)


@models.CharField.register_lookup
@models.TextField.register_lookup
@models.GeneratedField.register_lookup
@TextsField.register_lookup
@ArrayField.register_lookup
class Finds(models.Lookup):
    """`name__finds="петр"`: the text has this somewhere in it, folded."""

    lookup_name = "finds"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        text, text_params = self.process_lhs(compiler, connection)
        field = self.lhs.target if hasattr(self.lhs, "target") else self.lhs.output_field
        if isinstance(field, TextsField):
            text = f"folded_texts({text})"
        elif isinstance(field, ArrayField):
            text = f"folded_list({text})"
        elif not isinstance(field, models.GeneratedField):  # which is folded already
            text = f"folded({text})"
        return f"{text} LIKE folded_pattern(%s)", [*text_params, str(self.rhs)]


def found_by(model: type[models.Model], fields: list[str], word: str) -> Q:
    """The rows of a model in which one of these fields has a word.

    fields: as Django's `search_fields`: a path, perhaps through other models, with `=` before it for equality, or
    with a lookup of its own behind it. What lies in other models is looked for there first, and named by its key:
    one condition over several tables serves no index.
    """
    found, beside = [], dict[str, list[str]]()
    for field in fields:
        sign, path = ("=", field[1:]) if field.startswith("=") else ("", field)
        head, _, rest = path.partition("__")
        if rest and model._meta.get_field(head).is_relation:
            beside.setdefault(head, []).append(sign + rest)
        elif rest:
            found.append(Q(**{path: word}))
        elif not sign:
            found.append(Q(**{f"{path}__finds": word}))
        elif isinstance(model._meta.get_field(path), models.IntegerField):
            found += [Q(**{path: int(word)})] if word.isascii() and word.isdigit() and len(word) < 5 else []
        else:
            found.append(Q(**{f"{path}__iexact": word}))
    for head, rests in beside.items():
        found.append(_beside(model, head, rests, word))
    return reduce(or_, found, Q(pk__in=[]))


def _beside(model: type[models.Model], head: str, fields: list[str], word: str) -> Q:
    relation: Any = model._meta.get_field(head)
    other: type[models.Model] = relation.related_model
    there = found_by(other, fields, word)
    rows: Any = other._base_manager.filter(there).order_by()
    if relation.one_to_many:  # parts of a row: their keys to it are its own
        key, rows = "pk__in", rows.values_list(relation.field.attname)
    else:
        key, rows = f"{head}__in", rows.values_list("pk")
    few = [pk for (pk,) in rows[: KEYS_NAMED + 1]]
    if len(few) <= KEYS_NAMED:
        return Q(**{key: few})
    return Q(**{key: rows}) if relation.one_to_many else _through(head, there)


def _through(head: str, found: Q) -> Q:
    """The same asked of the row that a key leads to: of what is common a few are soon met in the order of the list."""
    children: Any = found.children
    parts = [
        _through(head, each) if isinstance(each, Q) else (f"{head}__{each[0]}", each[1]) for each in children
    ]
    return Q(*parts, _connector=found.connector, _negated=found.negated)
