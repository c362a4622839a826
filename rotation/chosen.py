"""Rows that were ticked in a list, as the address of the next page names them."""

from __future__ import annotations

from django.http import QueryDict

from .numbers import number_in

MOST = 1000  # rows taken along from a list


def chosen_keys(values: QueryDict, name: str = "ids") -> list[str]:
    """The keys, separated by commas; what is none is left out, as is what exceeds `MOST`."""
    return [key for key in values.get(name, "").split(",") if number_in(key) is not None][:MOST]
