"""Several of a few choices in one column, ticked in forms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.utils.text import capfirst


class TickedField(ArrayField):  # type: ignore[type-arg]  # it is generic to the type checker alone
    """An array whose base field has choices; in a form each is a box to tick, in the choices' order."""

    def formfield(self, **kwargs: Any) -> Any:
        return forms.MultipleChoiceField(
            choices=self.base_field.choices or (),
            widget=forms.CheckboxSelectMultiple,
            required=not self.blank,
            label=capfirst(self.verbose_name),
            help_text=self.help_text,
            initial=self.get_default(),
        )
