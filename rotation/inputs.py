"""The browser's own fields for days and hours: they speak the reader's language, and work on a phone.

Django's calendar widget compares the browser's clock with the server's, which means nothing for an hour
that is local to a meeting or a state.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import (
    AutocompleteSelect,
    AutocompleteSelectMultiple,
    RelatedFieldWidgetWrapper,
)
from django.db import models
from django.forms.utils import pretty_name
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .as_shown_forms import AsShownInline
from .numbers import number_in
from .zone_choices import ZoneField, ZoneSelect
from .zones import validate_zone


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class HourInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


class MomentInput(forms.SplitDateTimeWidget):
    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        parts = [DayInput({"aria-label": _("Day")}), HourInput({"aria-label": _("Hour")})]
        forms.MultiWidget.__init__(self, parts, attrs)


class PastDay(forms.DateField):
    """A day that has come: what is recorded has happened."""

    widget = DayInput
    default_error_messages = {"future": _("This day has not come yet.")}

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day and day > timezone.localdate():
            raise forms.ValidationError(self.error_messages["future"], code="future")
        return day


class LastDay(forms.DateField):
    """The end of a half-open span as people say it: the form speaks of the last day, its value is the day after."""

    widget = DayInput

    def prepare_value(self, value: Any) -> Any:
        return value - timedelta(days=1) if isinstance(value, date) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day == date.max:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return day and day + timedelta(days=1)


NATIVE_INPUTS = {
    models.DateField: {"widget": DayInput},
    models.TimeField: {"widget": HourInput},
    models.DateTimeField: {"widget": MomentInput},
}


class FoundOnly:
    """Django's, which looks up whatever an address or a form names, and fails where that can be no key."""

    def optgroups(self, name: str, value: list[str], attr: Any = None) -> Any:
        return super().optgroups(name, [key for key in value if self._is_key(key)], attr)

    def _is_key(self, key: str) -> bool:
        to = self.field.target_field
        return not isinstance(to, models.IntegerField) or number_in(str(key)) is not None


class FoundSelect(FoundOnly, AutocompleteSelect):
    pass


class FoundSelects(FoundOnly, AutocompleteSelectMultiple):
    pass


class PlainInputs:
    """Native inputs in forms, zones to choose, and one icon beside a related row: to add one."""

    formfield_overrides = NATIVE_INPUTS

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if "widget" not in kwargs and db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = FoundSelect(db_field, self.admin_site, using=kwargs.get("using"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if "widget" not in kwargs and db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = FoundSelects(db_field, self.admin_site, using=kwargs.get("using"))
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if validate_zone in db_field.validators:
            kwargs |= {"form_class": ZoneField, "widget": ZoneSelect}
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        for link in ("can_change_related", "can_view_related", "can_delete_related"):
            if field is not None and hasattr(field.widget, link):
                setattr(field.widget, link, False)
        return field


class LabelledRows:
    """A formset as a table: a column's head is no label to who hears the page, so each field says its own."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)  # type: ignore[misc]
        for name, field in form.fields.items():
            said_aloud(field.widget, field.label or pretty_name(name))


def said_aloud(widget: forms.Widget, label: Any) -> None:
    """Give a label to a field that the page shows none of: to each of its parts, where it has several."""
    if isinstance(widget, forms.MultiWidget):
        for part in widget.widgets:
            said_aloud(part, label)
        return
    shown = widget.widget if isinstance(widget, RelatedFieldWidgetWrapper) else widget
    if not shown.is_hidden:
        shown.attrs.setdefault("aria-label", label)


class TableInline(AsShownInline, PlainInputs, admin.TabularInline):
    extra = 0

    def get_formset(self, request: Any, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        return type(formset.__name__, (LabelledRows, formset), {})
