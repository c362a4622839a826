"""Two who have one form open: the second to save is told what changed since its page was shown, and saves nothing yet.

A hidden field holds how each field of the row was when the form was shown. It guards against haste and not against
malice, since who may save may also overwrite: so it is not signed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

from django import forms
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from .concurrency import one_at_a_time
from .history import HistoryEntry, history_of, value_text
from .lists import listed

NAME = "as_shown"


class AsShownField(forms.CharField):
    """How the row was when the form was shown; nothing that somebody enters, and no change of the row."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False, label="")

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class AsShownForm(forms.ModelForm):
    """A form that saves nothing over what it did not show."""

    # (field to many others, model that tracks its links), as the admin tells them of its history.
    history_links: Sequence[tuple[str, type[models.Model]]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:  # a new state has an empty key already: its code
            self.fields[NAME] = AsShownField()
            self.initial[NAME] = _written(self._marks(self.instance))

    def clean_as_shown(self) -> str:
        shown = dict(mark.partition("=")[::2] for mark in self.cleaned_data[NAME].split())
        if self.instance._state.adding or not shown:
            return ""
        row = self.row_now()
        now = self._marks(row, shown)
        changed = [name for name, mark in now.items() if shown[name] != mark]
        if changed:
            # Whoever saves again has seen what stands there now.
            self.data = self.data.copy()
            self.data[self.add_prefix(NAME)] = _written(now)
            self.add_error(None, ValidationError(list(self._told(row, changed))))
        return ""

    def row_now(self) -> models.Model:
        """The row as it stands, once all who save it by a form before us are done."""
        one_at_a_time(f"form {self._key}")
        found: models.Model = type(self.instance)._base_manager.get(pk=self.instance.pk)
        return found

    @property
    def _key(self) -> str:
        return f"{self.instance._meta.label} {self.instance.pk}"

    def _marks(self, row: models.Model, names: Any = None) -> dict[str, str]:
        """How each of the fields is, in short: all that the form has, or these."""
        found = {}
        for name in self.fields if names is None else names:
            field = _field_of(row, name)
            if field is not None:
                found[name] = sha256(repr(_value(field, row)).encode()).hexdigest()[:12]
        return found

    def _told(self, row: models.Model, changed: Sequence[str]) -> Iterator[str]:
        yield _("This has changed since it was shown. Nothing is saved.")
        entries = history_of(row, links=self.history_links)
        for name in changed:
            field: Any = _field_of(row, name)
            values = {"field": _label(field), "value": _shown(field, row) or _("empty")}
            entry = _last_of(entries, _label(field))
            if entry is None:
                yield _("%(field)s is now: %(value)s.") % values
            else:
                when = date_format(localtime(entry.at), "DATETIME_FORMAT")
                values |= {"who": entry.user, "when": when}
                yield _("%(field)s is now: %(value)s (%(who)s, %(when)s).") % values
        yield _how_to_go_on()


class AsShownInlineForm(AsShownForm):
    """The same for a row among those of another's form, whose lock it needs no second of."""

    as_shown = AsShownField()

    def row_now(self) -> models.Model:
        found: models.Model = self.instance
        return found


class AsShownInline:
    """Mixed into an inline: its rows carry how they were shown."""

    form = AsShownInlineForm

    def get_fieldsets(self, request: Any, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if not self.has_change_permission(request, obj):
            return fieldsets
        return [*fieldsets, (None, {"fields": [NAME], "classes": ["hidden"]})]


def _field_of(row: models.Model, name: str) -> Any:
    """The column, or the field to many others, that a form's field writes; None where it writes none."""
    try:
        field = row._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return field if field.concrete else None


def _value(field: Any, row: models.Model) -> Any:
    value = field.value_from_object(row)
    return sorted(str(each.pk) for each in value) if field.many_to_many else value


def _label(field: Any) -> str:
    return str(field.verbose_name).capitalize()


def _shown(field: Any, row: models.Model) -> str:
    if field.many_to_many:
        return listed(getattr(row, field.name).all())
    if field.is_relation:
        return str(getattr(row, field.name) or "")
    return value_text(field, field.value_from_object(row))


def _last_of(entries: Sequence[HistoryEntry], label: str) -> HistoryEntry | None:
    """The newest that tells of this field."""
    return next((each for each in entries if any(change.label == label for change in each.changes)), None)


def _written(marks: dict[str, str]) -> str:
    return " ".join(f"{name}={mark}" for name, mark in marks.items())


def _how_to_go_on() -> SafeString:
    link = format_html('<a href="">{}</a>', _("load the page anew"))
    text = _("Save again to put what stands below in its place, or {link} to begin from what stands now.")
    return format_html(text, link=link)
