"""Fields for text that people enter, on all floors: cleaned by whichever way it comes, a form, a record, an import,
a bulk write, a search for the same text."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models

from .cleaning import clean_line, clean_prose


class LineInput(forms.CharField):
    def to_python(self, value: Any) -> Any:
        return super().to_python(clean_line(value) if isinstance(value, str) else value)


class ProseInput(forms.CharField):
    def to_python(self, value: Any) -> Any:
        return super().to_python(clean_prose(value) if isinstance(value, str) else value)


class Entered(models.Field):  # type: ignore[type-arg]  # it is generic to the type checker alone
    """Cleans wherever a value goes in: validation, saving, bulk writes and updates, and the value of a lookup."""

    def to_python(self, value: Any) -> Any:
        return self.cleaned(super().to_python(value))

    def get_prep_value(self, value: Any) -> Any:
        return self.cleaned(super().get_prep_value(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """What is saved is what the row in hand says from then on."""
        value = super().pre_save(model_instance, add)
        cleaned = self.cleaned(value)
        if cleaned is not value:
            setattr(model_instance, self.attname, cleaned)
        return cleaned

    def cleaned(self, value: Any) -> Any:
        raise NotImplementedError


class EnteredText(Entered):
    clean_text = staticmethod(clean_line)
    form_class: type[forms.Field] = LineInput
    django_path = ""

    def cleaned(self, value: Any) -> Any:
        return self.clean_text(value) if isinstance(value, str) else value

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": self.form_class} | kwargs)

    def deconstruct(self) -> Any:
        """To the database it is Django's own field: no migration speaks of cleaning."""
        name, _path, args, kwargs = super().deconstruct()
        return name, self.django_path, args, kwargs


class LineField(EnteredText, models.CharField):  # type: ignore[type-arg]
    """One line that people wrote."""

    django_path = "django.db.models.CharField"


class ProseField(EnteredText, models.TextField):  # type: ignore[type-arg]
    """Text of several lines that people wrote."""

    clean_text = staticmethod(clean_prose)
    form_class = ProseInput
    django_path = "django.db.models.TextField"


class NoteField(EnteredText, models.CharField):  # type: ignore[type-arg]
    """A few words that people wrote, in several lines where they like; as long as the column allows."""

    clean_text = staticmethod(clean_prose)
    form_class = ProseInput
    django_path = "django.db.models.CharField"
