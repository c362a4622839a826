"""Read-only texts in several languages, a line a language, where Django's admin would show their JSON."""

from __future__ import annotations

from django import template
from django.conf import settings
from django.contrib.admin.helpers import AdminReadonlyField
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from rotation.translated import TextsField

register = template.Library()


@register.filter
def contents(field: AdminReadonlyField) -> SafeString:
    """What stands in a read-only field of a form."""
    name, row = field.field["field"], field.form.instance
    texts = getattr(row, name) if _is_texts(row, name) else None
    if not texts:
        return field.contents()
    named = [
        (code, language, texts[code]) for code, language in settings.CONTENT_LANGUAGES if texts.get(code)
    ]
    return format_html_join("", '<p lang="{}"><span class="quiet">{}</span> {}</p>', named)


def _is_texts(row: Model, name: object) -> bool:
    try:
        return isinstance(row._meta.get_field(str(name)), TextsField)
    except FieldDoesNotExist:
        return False
