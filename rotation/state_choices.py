"""States where one is chosen: in the order of protocol and the reader's alphabet, not of their codes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db import models
from django.forms.models import ModelChoiceIterator
from django.http import HttpRequest

from .models import State
from .translated import state_key


def is_to_state(field: models.Field[Any, Any]) -> bool:
    return isinstance(field, models.ForeignKey) and field.related_model is State


class StatesByName(ModelChoiceIterator):  # type: ignore[type-arg]  # generic in the stubs only
    def __iter__(self) -> Iterator[Any]:
        choices = list(super().__iter__())
        empty = [each for each in choices if not each[0]]
        states = [each for each in choices if each[0]]
        return iter(empty + sorted(states, key=lambda each: state_key(str(each[0]), str(each[1]))))


class StateFilter(admin.RelatedFieldListFilter):
    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        choices = super().field_choices(field, request, model_admin)
        return sorted(choices, key=lambda each: state_key(str(each[0]), str(each[1])))


admin.FieldListFilter.register(is_to_state, StateFilter, take_priority=True)
