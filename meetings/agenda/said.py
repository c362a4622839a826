"""What is said of an agenda, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext

from rotation.lists import listed

from ..models import AgendaStage
from .stages import Finding, Stage
from .words import finding_text


def said(finding: Finding) -> str:
    """A refusal or a finding as a sentence; stages and languages are called by their names."""
    values = {name: _named(name, value) for name, value in finding.values.items()}
    return finding_text(replace(finding, values=values), date_format, gettext)


def _named(name: str, value: object) -> object:
    if isinstance(value, tuple):
        return listed(value)
    if isinstance(value, Stage):
        return AgendaStage.Code(value).label
    languages: Mapping[str, str] = dict(settings.CONTENT_LANGUAGES)
    return languages.get(str(value), value) if name == "language" else value
