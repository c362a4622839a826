"""Run by Schemathesis: what no schema can tell, such as which tracks there are, it takes from the service it tries.

Only requests that are meant to be right are changed; a wrong value stays wrong.
"""

import os

import schemathesis

REAL = {
    "track": "health",
    "state": "KZ",
    "host": "KZ",
    "until": "2035",
    "mechanism": os.environ["MECHANISM"],
    "sync_token": os.environ["SYNC_TOKEN"],
    "page_token": os.environ["PAGE_TOKEN"],
    "slug": "health",
    "code": "KZ",
    "uid": os.environ["MEETING_UID"],
    "key": int(os.environ["PAPER_KEY"]),
    "language": "zh",
}
# A cursor goes on with one question and no other; our own tests follow them.
NEVER = {"cursor"}


# A chain of requests has these from the answer before.
CHAINED = {"uid", "key", "slug", "code", "language"}


@schemathesis.hook
def before_call(context, case, kwargs):
    if not case.meta or not case.meta.generation.mode.is_positive:
        return
    is_chained = case.meta.phase.name.value == "stateful"
    real = {name: value for name, value in REAL.items() if not (is_chained and name in CHAINED)}
    case.query = {
        name: real.get(name, value) for name, value in (case.query or {}).items() if name not in NEVER
    }
    if {"sync_token", "page_token"} & set(case.query):
        case.query.pop("lang", None)  # it stays with the language of its first sync
    case.path_parameters = {
        name: real.get(name, value) for name, value in (case.path_parameters or {}).items()
    }
