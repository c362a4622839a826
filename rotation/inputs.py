"""The browser's own fields for days and hours: they speak the reader's language, and work on a phone.

Django's calendar widget compares the browser's clock with the server's, which means nothing for an hour
that is local to a meeting or a state.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .as_shown_forms import AsShownInline
from .state_choices import StatesByName, is_to_state


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
        forms.MultiWidget.__init__(self, [DayInput, HourInput], attrs)


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


NATIVE_INPUTS = {models.DateField: {"widget": DayInput}, models.TimeField: {"widget": HourInput}}


class PlainInputs:
    """Native inputs in forms, states by name, and one icon beside a related row: to add one."""

    formfield_overrides = NATIVE_INPUTS

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and is_to_state(db_field):
            field.iterator = StatesByName
        return field

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        for link in ("can_change_related", "can_view_related", "can_delete_related"):
            if field is not None and hasattr(field.widget, link):
                setattr(field.widget, link, False)
        return field


class TableInline(AsShownInline, PlainInputs, admin.TabularInline):
    extra = 0
