"""The browser's own fields for days and hours: they speak the reader's language, and work on a phone.

Django's calendar widget compares the browser's clock with the server's, which means nothing for an hour
that is local to a meeting or a state.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models


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


NATIVE_INPUTS = {models.DateField: {"widget": DayInput}, models.TimeField: {"widget": HourInput}}


class PlainInputs:
    """Native inputs in forms, and one icon beside a related row: to add one."""

    formfield_overrides = NATIVE_INPUTS

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        for link in ("can_change_related", "can_view_related", "can_delete_related"):
            if field is not None and hasattr(field.widget, link):
                setattr(field.widget, link, False)
        return field


class TableInline(PlainInputs, admin.TabularInline):
    extra = 0
