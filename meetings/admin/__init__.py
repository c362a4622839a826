"""The desk's pages of this floor, one file an aggregate."""

from . import (
    agendas,
    deadlines,
    documents,
    dues,
    mechanisms,
    meetings,
    outcomes,
    parties,
    silences,
    summits,
    tracks,
    workdays,
)

__all__ = [
    "agendas",
    "deadlines",
    "documents",
    "dues",
    "mechanisms",
    "meetings",
    "outcomes",
    "parties",
    "silences",
    "summits",
    "tracks",
    "workdays",
]
