"""The desk's pages of this floor, one file an aggregate."""

from . import deadlines, dues, meetings, parties, summits, tracks, workdays

__all__ = ["deadlines", "dues", "meetings", "parties", "summits", "tracks", "workdays"]
