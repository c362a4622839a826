"""The desk's pages of this floor, one file an aggregate."""

from . import deadlines, dues, mechanisms, meetings, parties, summits, tracks, workdays

__all__ = ["deadlines", "dues", "mechanisms", "meetings", "parties", "summits", "tracks", "workdays"]
