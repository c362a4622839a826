"""Lists on the desk that stay quick however long they grow.

Nothing counts, sorts or looks through a whole table for one page: the count stops, so do the hits of a search, which
is made once for the count, the rows and the days above them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.core.paginator import Page, Paginator
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.utils.text import smart_split, unescape_string_literal

from .folding import found_by
from .sort_keys import alphabet_of

COUNTED = 3_000
FOUND = 60
WORDS = 8


class LongPaginator(Paginator):  # type: ignore[type-arg]
    """Counts up to a number, and reads of a page the keys first: of rows that are passed over nothing is worked out."""

    def __init__(self, rows: Any, per_page: int, *args: Any, most: int = COUNTED, **kwargs: Any) -> None:
        super().__init__(rows, per_page, *args, **kwargs)
        self.most = most

    @cached_property
    def count(self) -> int:
        return min(self._counted, self.most)

    @property
    def is_cut(self) -> bool:
        """Whether there are more than are counted."""
        return self._counted > self.most

    @cached_property
    def _counted(self) -> int:
        rows: Any = self.object_list
        counted: int = rows.order_by()[: self.most + 1].count()
        return counted

    def page(self, number: Any) -> Page[Any]:
        number = self.validate_number(number)
        if number == 1:
            return super().page(number)
        first = (number - 1) * self.per_page
        rows: Any = self.object_list
        keys = list(rows.values_list("pk", flat=True)[first : min(first + self.per_page, self.count)])
        return Page(rows.filter(pk__in=keys), number, self)


class LongChangeList(ChangeList):
    """Reads only the columns that the list shows, where its admin names them."""

    paginator: LongPaginator
    model_admin: Any

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> models.QuerySet[Any]:
        found = super().get_queryset(request, *args, **kwargs)
        return found.only(*columns) if (columns := self.model_admin.list_columns) else found

    def get_ordering(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> list[Any]:
        """By the columns that may be sorted by, also where an address names another."""
        chosen = str(self.params.get(ORDER_VAR, "")).split(".")
        kept = [each for each in chosen if self._is_sortable(each)]
        self.params = {**self.params, ORDER_VAR: ".".join(kept)} if kept else without(self.params, ORDER_VAR)
        found: list[Any] = super().get_ordering(request, queryset)
        return found

    def get_ordering_field(self, field_name: Any) -> Any:
        """Names by the reader's alphabet."""
        field = super().get_ordering_field(field_name)
        return (alphabet_of(self.model, field) or field) if isinstance(field, str) else field

    def _is_sortable(self, place: str) -> bool:
        column = place.removeprefix("-")
        names = self.list_display
        return (
            column.isdecimal() and int(column) < len(names) and names[int(column)] in (self.sortable_by or ())
        )

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.is_cut = bool(getattr(request, "search_is_cut", False)) or self.paginator.is_cut
        self.most = self.model_admin.found_most if self.query else self.paginator.most
        if self.is_cut or not (self.query or self.has_active_filters):
            # Django names the hits beside the search where they are fewer than all, and as if it had counted all.
            self.full_result_count = self.result_count


class LongList(admin.ModelAdmin):  # type: ignore[type-arg]
    """What every list of the desk is."""

    # What a long list reads of its rows and of those beside them; empty is everything.
    list_columns: Sequence[str] = ()
    list_per_page = 50
    # Up to how many rows a list is counted and leafed through; beyond, a filter or a day leads there.
    list_counted = COUNTED
    # How many hits of a search are kept, and of too many which; empty is the order of the list.
    found_most = FOUND
    found_first: Sequence[str] = ()
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return LongChangeList

    def get_paginator(
        self, request: HttpRequest, queryset: Any, per_page: int, *args: Any, **kwargs: Any
    ) -> LongPaginator:
        return LongPaginator(queryset, per_page, *args, most=self.list_counted, **kwargs)

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """The rows that have all the words, each in any of the fields, without regard to case and accents."""
        words, fields = words_of(search_term), list(self.get_search_fields(request))
        if not words or not fields:
            return queryset, False
        matching = queryset.filter(*(self.found(request, fields, word) for word in words))
        if self.found_first:
            matching = matching.order_by(*self.found_first)
        keys = list(matching.values_list("pk", flat=True)[: self.found_most + 1])
        request.search_is_cut = len(keys) > self.found_most  # type: ignore[attr-defined]
        return queryset.filter(pk__in=keys[: self.found_most]), False

    def found(self, request: HttpRequest, fields: list[str], word: str) -> Q:
        """The rows in which a word is found, of those that who asks may find by it."""
        return found_by(self.model, fields, word)


def without(params: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in params.items() if key != name}


def words_of(term: str) -> list[str]:
    """What is looked for: words, or several in quotation marks."""
    words = smart_split(term.replace("\x00", ""))
    return [
        unescape_string_literal(word)
        if word[:1] in "\"'" and word[:1] == word[-1:] and len(word) > 1
        else word
        for word in words
    ][:WORDS]
