"""The desk's pages of this floor, one file an aggregate."""

from . import agendas, deadlines, dues, mechanisms, meetings, parties, summits, tracks, workdays

__all__ = [
    "agendas",
    "deadlines",
    "dues",
    "mechanisms",
    "meetings",
    "parties",
    "summits",
    "tracks",
    "workdays",
]
