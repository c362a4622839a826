"""Symbols of papers as data: the scheme that makes them, the numbers taken, the symbols given out."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rotation.entered import LineField
from rotation.models import Mechanism, Recorded

from ..papers.symbols import LONGEST, BadPattern, Pattern
from .tracks import Track

NATURES = ["L.", "CRP.", "WP.", "INF/", "SR."]


def default_natures() -> list[str]:
    return list(NATURES)


def default_languages() -> list[str]:
    """Chinese and Russian, in which the mechanism's communiqués were published: conventions §3, a default only."""
    return [code for code in ("zh", "ru") if code in dict(settings.CONTENT_LANGUAGES)]


def validate_pattern(text: str) -> None:
    try:
        Pattern(text)
    except BadPattern as error:
        raise ValidationError(
            PATTERN_SENTENCES[error.code], params={"part": error.part}, code=error.code
        ) from error


PATTERN_SENTENCES = {
    "sign": _("A pattern holds letters, digits and the signs . / ( ) _ - and its parts in braces."),
    "unknown": _("{%(part)s} is no part of a symbol."),
    "twice": _("{%(part)s} stands twice in the pattern."),
    "number": _("A pattern names {number} once."),
    "unparted": _("Put a sign such as / or . before {%(part)s}, or a symbol could be read in two ways."),
    "suffix": _("Rev., Add. and Corr. are added by themselves; leave them out of the pattern."),
}


@pghistory.track()
class SymbolScheme(models.Model):
    """How the papers of a mechanism, or of one of its tracks, are called, and in which languages they appear."""

    mechanism = models.ForeignKey(
        Mechanism, on_delete=models.PROTECT, related_name="symbol_schemes", verbose_name=_("mechanism")
    )
    track = models.ForeignKey(
        Track,
        on_delete=models.PROTECT,
        related_name="symbol_schemes",
        null=True,
        blank=True,
        verbose_name=_("track"),
        help_text=_("empty means every track that has no scheme of its own"),
    )
    pattern = LineField(
        _("pattern"),
        max_length=100,
        default="{body}/{year}/{nature}{number}",
        validators=[validate_pattern],
        help_text=_(
            "parts: {body} {series} {year} {session} {nature} {number}; Rev., Add. and Corr. follow by themselves"
        ),
    )
    body = LineField(
        _("body"), max_length=20, blank=True, help_text=_("what {body} says, in capital letters")
    )
    series = LineField(
        _("series"),
        max_length=20,
        blank=True,
        help_text=_("what {series} says, such as FM for a track's own papers"),
    )
    natures = ArrayField(
        models.CharField(max_length=5),
        verbose_name=_("natures"),
        default=default_natures,
        blank=True,
        help_text=_(
            "what {nature} may say beside nothing: L. limited, CRP. conference room paper, INF/ information"
        ),
    )
    languages = ArrayField(
        models.CharField(max_length=8),
        verbose_name=_("required languages"),
        default=default_languages,
        help_text=_("a new paper begins with these; a paper is issued when all of its own are there"),
    )
    authentic_languages = ArrayField(
        models.CharField(max_length=8),
        verbose_name=_("authentic languages"),
        default=default_languages,
        blank=True,
        help_text=_("whose text counts; other languages are courtesy translations"),
    )

    class Meta:
        ordering = ["mechanism", F("track").asc(nulls_first=True)]
        verbose_name = _("symbol scheme")
        verbose_name_plural = _("symbol schemes")
        constraints = [
            models.UniqueConstraint(
                name="a_track_has_one_symbol_scheme",
                fields=["mechanism", "track"],
                nulls_distinct=False,
                violation_error_message=_("There is a scheme for this already."),
            ),
            models.CheckConstraint(
                name="a_scheme_asks_for_a_language",
                condition=Q(languages__len__gt=0),
                violation_error_message=_("Name at least one language."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.track or self.mechanism} · {self.pattern}"


class SymbolCounter(models.Model):
    """The last number taken in a row of symbols, such as `CCA/FM/2027/L.#`; it only grows."""

    row = models.CharField(max_length=LONGEST, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("symbol counter")
        verbose_name_plural = _("symbol counters")
        triggers = [
            pgtrigger.Protect(name="a_counter_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="a_counter_only_grows",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__last__gte=pgtrigger.F("new__last")),
            ),
        ]

    def __str__(self) -> str:
        return self.row


class TakenSymbol(Recorded):
    """A symbol that was given out. Append-only: it is not given again, whatever became of its paper."""

    text = LineField(_("symbol"), max_length=LONGEST, primary_key=True)
    title = LineField(_("taken for"), max_length=300, blank=True)

    class Meta:
        ordering = ["text"]
        verbose_name = _("taken symbol")
        verbose_name_plural = _("taken symbols")
        triggers = [
            pgtrigger.Protect(
                name="taken_symbols_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return str(self.text)
