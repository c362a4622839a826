"""What a record file may hold: its keys with their types, their longest texts, and its words. Pure."""

from __future__ import annotations

TEXTS = ("en", "zh", "ru")
# The languages in which papers may appear, as in the settings.
PAPERS = (*TEXTS, "kk", "ky", "tg", "tk", "uz")
LEVELS = {
    "heads of state", "ministers", "heads of agency", "senior officials", "working group", "dialogue", "forum",
    "committee", "programme",
}  # fmt: skip
HOST_RULES = {"follows_summit", "own_rotation", "by_offer", "fixed"}
# The record's words for how settled a meeting is, and ours.
STATUSES = {
    "held": "held", "announced": "confirmed", "confirmed": "confirmed", "offered": "proposed",
    "proposed": "proposed", "cancelled": "cancelled", "postponed": "postponed",
}  # fmt: skip
OUTCOME_KINDS = {
    "declaration", "treaty", "joint statement", "communique", "press statement", "memorandum", "action plan",
    "roadmap", "initiative", "regulations", "minutes", "list", "other",
}  # fmt: skip
RANKS = {
    "head of state", "head of government", "deputy head of government", "minister", "deputy minister",
    "head of agency", "ambassador", "senior official", "official", "other",
}  # fmt: skip
FORMATS = {"in person", "video", "hybrid"}

# Key → (types, required). What is not listed is refused: a misspelt key would be lost in silence.
Shape = dict[str, tuple[type | tuple[type, ...], bool]]
NULL = type(None)
MECHANISM: Shape = {
    "slug": (str, True), "name": (dict, True), "basis": (str, True), "first_period": (str, True),
    "step_months": (int, True), "first_holder": (str, False), "summit_track": (str, False),
    "committee_track": (str, False), "zone": (str, True), "sides": (list, True),
}  # fmt: skip
SIDE: Shape = {"name": (str, True), "names": (dict, False), "order": (str, True), "locale": (str, False)}
STATE: Shape = {
    "code": (str, True), "alpha3": (str, False), "side": (str, False), "name": (dict, True), "formal": (dict, False),
    "capital": (str, False), "zone": (str, True), "languages": (list, False), "weekend": (list, False),
    "from": (str, False), "until": (str, False),
}  # fmt: skip
TRACK: Shape = {
    "slug": (str, True), "name": ((str, dict), True), "level": (str, True), "basis": (str, False),
    "host_rule": (str, False), "cadence_months": (int, False), "cadence": (str, False),
}  # fmt: skip
MEETING: Shape = {
    "track": (str, True), "ordinal": ((int, NULL), True), "start": ((str, NULL), True), "end": ((str, NULL), True),
    "precision": (str, True), "city": ((str, NULL), True), "host": ((str, NULL), True), "format": (str, True),
    "status": (str, True), "source": (str, False), "title": (str, False), "titles": (dict, False), "note": (str, False),
    "outcomes": (list, False), "announced_on": (str, False), "delegations": (list, False),
}  # fmt: skip
OUTCOME: Shape = {
    "title": (str, True), "kind": (str, False), "stage": (str, False), "on": (str, False),
    "adopted_by": (list, False), "apart": (dict, False),
}  # fmt: skip
DELEGATION: Shape = {
    "state": (str, True), "rank": (str, True), "office": (dict, True), "name": (dict, False),
    "substitute_for": (dict, False),
}  # fmt: skip
SEAT: Shape = {"state": (str, True), "name": (str, True), "role": (str, True)}
STEP: Shape = {
    "track": (str, True), "prepared_by": (str, True), "lead_days": (int, True), "duration_days": (int, False),
    "format": (str, False), "basis": (str, False),
}  # fmt: skip
SYMBOLS: Shape = {
    "pattern": (str, True), "body": (str, True), "natures": (list, True), "languages": (list, True),
    "authentic_languages": (list, True),
}  # fmt: skip
FILE: Shape = {
    "about": (str, False), "mechanism": (dict, True), "states": (list, True), "tracks": (list, True),
    "meetings": (list, True), "industrialists_committee": (list, False),
    "lead_times_days_before_summit": (dict, False), "preparation": (list, False), "symbols": (dict, False),
    "decisions": (list, False),
}  # fmt: skip

# Characters that the column behind a key holds; `name` and `title` are as long as the desk's own forms allow.
LONGEST = {
    "slug": 50, "code": 8, "alpha3": 3, "capital": 100, "basis": 300, "first_period": 10, "locale": 16,
    "city": 100, "source": 500, "role": 200, "name": 500, "title": 500, "outcomes": 300, "languages": 8,
    "cadence": 200, "from": 10, "until": 10, "pattern": 100, "body": 20, "natures": 5, "authentic_languages": 8,
}  # fmt: skip
LONGEST_OTHER = 2000
