"""Text that exists in the languages of the service: a model field, its form field, its fallback.

The language set is `settings.CONTENT_LANGUAGES`; its first language is the fallback, and the fallback is
always marked, so that nobody takes another language's name for a translation.
"""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .cleaning import clean_prose
from .collation import sort_key
from .entered import Entered, ProseInput


def content_language(language: str | None = None) -> str:
    """The content language for a Django language code: `zh-hans` → `zh`; None means the active one."""
    code = (language or get_language() or "").partition("-")[0]
    for known, _name in settings.CONTENT_LANGUAGES:  # no dict of them: lists ask this for every name
        if known == code:
            return code
    return settings.CONTENT_LANGUAGES[0][0]


def interface_language(language: str) -> str:
    """The language of our own sentences for a content language: `zh` → `zh-hans`; the fallback where there is none."""
    spoken = (code for code, _name in settings.LANGUAGES if code.split("-")[0] == language)
    return next(spoken, settings.LANGUAGE_CODE)


def text_in(texts: Mapping[str, str], language: str | None = None) -> str:
    """The text in `language`, or in the first language that has one with its code behind it: "Health [en]"."""
    wanted = content_language(language)
    if texts.get(wanted):
        return texts[wanted]
    for code, _name in settings.CONTENT_LANGUAGES:
        if texts.get(code):
            return f"{texts[code]} [{code}]"
    return ""


def name_key(name: str) -> bytes:
    """Sorts names by the alphabet of the active language."""
    return sort_key(name, content_language())


def state_key(code: str, name: str, language: str | None = None) -> tuple[int, bytes]:
    """The secretariat's order of protocol: the states that STATES_FIRST names, then by the reader's alphabet. The same on
    desk, paper, mail and feed."""
    first = settings.STATES_FIRST
    return first.index(code) if code in first else len(first), sort_key(name, language or content_language())


def by_name(names: Mapping[str, str]) -> dict[str, str]:
    """Names of states by code, in the order of protocol."""
    return dict(sorted(names.items(), key=lambda entry: state_key(*entry)))


class TextsWidget(forms.MultiWidget):
    """One input a language, each labelled by the language's own name."""

    template_name = "rotation/texts_widget.html"

    def __init__(self, *, base: type[forms.Widget] = forms.TextInput) -> None:
        widgets: dict[str, forms.Widget | type[forms.Widget]] = {
            code: base(attrs={"lang": code, "placeholder": name, "aria-label": name, "class": "vTextField"})
            for code, name in settings.CONTENT_LANGUAGES
        }
        super().__init__(widgets)

    def decompress(self, value: Mapping[str, str] | None) -> list[str]:
        return [(value or {}).get(code, "") for code, _name in settings.CONTENT_LANGUAGES]

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_{settings.CONTENT_LANGUAGES[0][0]}" if id_ else id_


class TextsFormField(forms.MultiValueField):
    widget = TextsWidget

    def __init__(self, *, required: bool = True, max_length: int = 500, **kwargs: Any) -> None:
        kwargs.pop("encoder", None), kwargs.pop("decoder", None)
        fields = [ProseInput(required=False, max_length=max_length) for _l in settings.CONTENT_LANGUAGES]
        super().__init__(fields, required=required, require_all_fields=False, **kwargs)

    def compress(self, data_list: list[str]) -> dict[str, str]:
        codes = [code for code, _name in settings.CONTENT_LANGUAGES]
        return {code: text for code, text in zip(codes, data_list or [], strict=False) if text}

    def has_changed(self, initial: Any, data: Any) -> bool:
        texts = cast(TextsWidget, self.widget).decompress(initial or {})
        return self.compress(texts) != self.compress(data or [])

    def clean(self, value: Any) -> dict[str, str]:
        texts = super().clean(value) or {}
        if self.required and not texts:
            raise ValidationError(_("Give the text in at least one language."), code="required")
        return texts


class TextsField(Entered, models.JSONField):
    """`{"en": "Kazakhstan", "zh": "哈萨克斯坦", "ru": "Казахстан"}`; languages without a text are absent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", dict)
        super().__init__(*args, **kwargs)

    def cleaned(self, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        texts = {code: clean_prose(text) if isinstance(text, str) else text for code, text in value.items()}
        return value if texts == value else texts

    def formfield(self, **kwargs: Any) -> Any:
        kwargs.pop("widget", None)
        # Django adds a hidden copy of a callable default, which a browser sends back as one text, not as texts.
        own: dict[str, Any] = {
            "form_class": TextsFormField,
            "required": not self.blank,
            "show_hidden_initial": False,
        }
        return models.Field.formfield(self, **own | kwargs)

    def validate(self, value: Any, model_instance: Any) -> None:
        super().validate(value, model_instance)
        languages = dict(settings.CONTENT_LANGUAGES)
        for code, text in value.items():
            if code not in languages or not isinstance(text, str):
                raise ValidationError(
                    _("%(code)s is not a language of the service, or its text is not a text."),
                    params={"code": code},
                )
