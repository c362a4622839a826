"""The rows of a list, made quickly: what all rows of a page share is found once, not once a cell.

Django looks for a column's field or method, its empty value and the address behind it in every cell, and gives each
cell to the template by itself; of a list of 500 dues that was half of the time. What a value looks like remains
Django's to say (`display_for_field`, `display_for_value`), and so does the table around the rows.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from html import escape
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote as quote_url

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.templatetags.admin_list import _coerce_field_name
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.utils import display_for_field, display_for_value, lookup_field, quote
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.urls import NoReverseMatch
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as of_django  # a sentence that its own catalogue holds

# Of a row, what stands in one cell, and the class that the cell takes from it.
Said = Callable[[Any], tuple[str, str]]


def row_maker(changes: ChangeList) -> Callable[[models.Model], SafeString]:
    """Makes of a row all its cells, equal to those of Django's `items_for_result` without a form."""
    opening = _opening(changes)
    columns, is_first = [], True
    for index, name in enumerate(changes.list_display):
        if name == "action_checkbox":
            columns.append(("td", "action-checkbox", False, _checkbox()))
            continue
        links = changes.list_display_links
        is_link = links is not None and (name in links if links else is_first)
        said = _said(changes, name, is_link)
        css = f"field-{_coerce_field_name(name, index)}"
        columns.append(("th" if is_link and is_first else "td", css, is_link and opening is not None, said))
        is_first = is_first and not is_link

    def made(row: models.Model) -> SafeString:
        link = opening(row) if opening else ""
        cells = []
        for tag, css, is_link, said in columns:
            text, more = said(row)
            if is_link:
                text = f"{link}{text}</a>"
            cells.append(f'<{tag} class="{css}{more}">{text}</{tag}>')
        return SafeString("".join(cells))

    return made


def _opening(changes: ChangeList) -> Callable[[models.Model], str] | None:
    """Makes the opening tag of a row's links; None where rows have no page. Resolving took 100 µs a link."""
    try:
        address = changes.url_for_result(SimpleNamespace(**{changes.pk_attname: "ROW"}))
    except NoReverseMatch:
        return None
    filters = {"preserved_filters": changes.preserved_filters, "opts": changes.opts}
    start = address.rpartition("ROW")[0]
    end = escape(add_preserved_filters(filters, address)[len(start) + len("ROW") :])
    start = f'<a href="{escape(start)}'
    key = str(changes.to_field or changes.lookup_opts.pk.attname)

    def opening(row: models.Model) -> str:
        chosen = (
            f'" data-popup-opener="{escape(str(row.serializable_value(key)))}' if changes.is_popup else ""
        )
        return f'{start}{quote_url(str(quote(row.pk)))}{end}{chosen}">'

    return opening


def _checkbox() -> Said:
    label = of_django("Select this object for an action - {}")
    start = f'<input type="checkbox" name="{ACTION_CHECKBOX_NAME}" value="'

    def said(row: models.Model) -> tuple[str, str]:
        spoken = escape(label.format(row))
        return f'{start}{escape(str(row.pk))}" class="action-select" aria-label="{spoken}">', ""

    return said


def _said(changes: ChangeList, name: Any, is_link: bool) -> Said:
    """What a column says of a row. A column is a field, a method of the admin, or whatever else Django finds."""
    admin, nothing = changes.model_admin, changes.model_admin.get_empty_value_display()
    field = {field.name: field for field in changes.lookup_opts.fields if not field.auto_created}.get(name)
    if field is not None:
        return _of_field(field, nothing, is_link)
    method = getattr(admin, name, None) if isinstance(name, str) and name != "__str__" else None

    def said(row: models.Model) -> tuple[str, str]:
        try:
            attr, value = (method, method(row)) if method else lookup_field(name, row, admin)[1:]
        except ObjectDoesNotExist:
            return nothing, ""
        return _of_value(value, attr, nothing)

    return said


def _of_field(field: models.Field, nothing: str, is_link: bool) -> Said:
    """A field's column. Related rows and choices are few: each is put into words once a page."""
    css = " nowrap" if isinstance(field, (models.DateField, models.TimeField, models.ForeignKey)) else ""
    words: dict[Any, str] = {}

    def related(row: models.Model) -> tuple[str, str]:
        key = getattr(row, field.attname)
        if key not in words:
            other = getattr(row, field.name)
            words[key] = nothing if other is None else conditional_escape(other)
        return words[key], css

    def chosen(row: models.Model) -> tuple[str, str]:
        value = getattr(row, field.name)
        if value not in words:
            words[value] = conditional_escape(display_for_field(value, field, nothing))
        return words[value], css

    def plain(row: models.Model) -> tuple[str, str]:
        value = getattr(row, field.name)
        value = "" if isinstance(value, str) and not value.strip() else value
        return conditional_escape(display_for_field(value, field, nothing, avoid_link=is_link)), css

    return related if field.is_relation else chosen if field.flatchoices else plain


def _of_value(value: Any, attr: Any, nothing: str) -> tuple[str, str]:
    """What a method or a property gave, with the marks that `admin.display` put on it."""
    if isinstance(value, str) and value.strip():
        return conditional_escape(value), ""
    marked = getattr(attr, "fget", attr) if isinstance(attr, property) else attr
    text = display_for_value(
        "" if isinstance(value, str) else value,
        getattr(attr, "empty_value_display", nothing),
        getattr(marked, "boolean", False),
    )
    return conditional_escape(text), " nowrap" if isinstance(value, (date, time)) else ""
