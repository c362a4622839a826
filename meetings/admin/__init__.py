"""The desk's pages of this floor, one file an aggregate."""

from . import (
    agendas,
    committees,
    deadlines,
    delegations,
    documents,
    dues,
    mechanisms,
    meetings,
    outcomes,
    parties,
    recommendations,
    seats,
    silences,
    summits,
    tracks,
    workdays,
)

__all__ = [
    "agendas",
    "committees",
    "deadlines",
    "delegations",
    "documents",
    "dues",
    "mechanisms",
    "meetings",
    "outcomes",
    "parties",
    "recommendations",
    "seats",
    "silences",
    "summits",
    "tracks",
    "workdays",
]
