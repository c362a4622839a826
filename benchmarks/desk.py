"""What the desk reads after many years: buffers, queries and time, page by page.

    SECRET_KEY=x LOCAL=1 python -m secretariat.localstack exec -- python -m benchmarks.desk [--only due] [--explain]

3,000 meetings, 100,000 dues, 500,000 deliveries. Bars: 200 ms and 2,000 buffers (of 8 KiB, read by the database from
its memory or from disk) for Today, every list, every search, every step of a date hierarchy. Makes its own tables in
the database it is given, once: on a filled one it only measures.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import tempfile
import time
from typing import Any

import django

BAR_MS, BAR_BUFFERS = 200, 2_000
RUNS = 5
# What staff type: common, rare, of another table, in another alphabet, two words, and what nothing has.
SEARCHES = {
    "meetings/meeting": ["customs", "expert meeting 2718", "Astana", "эксперт", "meet", "zzz"],
    "meetings/due": ["draft", "customs", "Kazakhstan", "2718", "draft kazakhstan", "срок", "zzz"],
    "reminders/delivery": [
        *("desk3@m7", "draft", "Пётр", "Петр 11-6", "synthetic", "draft desk4", "zzz"),
    ],
    "reminders/reply": ["note", "draft", "desk", "zzz"],
    "reminders/bounce": ["550", "desk4@m11", "zzz"],
    "meetings/contact": ["петр", "desk3", "ministry", "zzz"],
    "meetings/agenda": ["customs", "zzz"],
}
FILTERS = {
    "meetings/meeting": ["time=upcoming", "status__exact=held", "first_on__year=2025", "o=1", "o=-6", "p=50"],
    "meetings/due": [
        *("time=overdue", "time=30", "time=late", "status__exact=open", "state__code__exact=KZ"),
        *("due_on__year=2025", "due_on__year=2025&due_on__month=6", "o=3", "p=3"),
    ],
    "reminders/delivery": [
        *("when=any", "when=today", "when=soon", "when=sent", "when=ahead", "when=past"),
        *(
            "outcome=unsettled",
            "outcome=late",
            "outcome=waiting",
            "state__exact=sent",
            "kind__exact=reminder",
        ),
        *("goes_at__year=2025", "goes_at__year=2025&goes_at__month=6", "when=any&p=3"),
        *("meeting__track__id__exact=7", "state__exact=cancelled"),
        *("contact__ministry__state__code__exact=KZ", "when=any&o=3"),
    ],
    "reminders/reply": ["waiting=1"],
}


class Reads:
    """The statements of one page, each with the buffers that it reads."""

    def __init__(self) -> None:
        self.statements: list[tuple[int, str, Any]] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if many or not sql.lstrip("( ").upper().startswith(("SELECT", "WITH")):
            return execute(sql, params, many, context)
        with context["connection"].connection.cursor() as cursor:  # beside Django's, which would ask us again
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {sql}", params)
            plan = cursor.fetchone()[0][0]["Plan"]
        self.statements.append((plan["Shared Hit Blocks"] + plan["Shared Read Blocks"], sql, params))
        return execute(sql, params, many, context)


def pages() -> list[str]:
    """Today and every list that there is, with what is looked for in the long ones."""
    from django.contrib import admin

    found = ["/admin/"]
    for model in admin.site._registry:
        key = f"{model._meta.app_label}/{model._meta.model_name}"
        queries = [f"q={text}" for text in SEARCHES.get(key, ())]
        found += [f"/admin/{key}/", *(f"/admin/{key}/?{q}" for q in (*FILTERS.get(key, ()), *queries))]
    return found


def measured(client: Any, address: str, explain: bool) -> tuple[int, int, float]:
    from django.db import connection

    reads = Reads()
    with connection.execute_wrapper(reads):
        answer = client.get(address)
    if answer.status_code != 200:
        print(f"{address}: {answer.status_code}")
        return 0, 0, 0.0
    seconds = []
    while len(seconds) < RUNS and sum(seconds) < 3:
        began = time.perf_counter()
        client.get(address).content  # noqa: B018 - a page is rendered when it is read
        seconds.append(time.perf_counter() - began)
    buffers, ms = (
        sum(each for each, _sql, _params in reads.statements),
        min(seconds) * 1000,
    )  # others only add
    held = buffers <= BAR_BUFFERS and ms <= BAR_MS
    print(
        f"{address:72} {buffers:>8,} buffers {len(reads.statements):>3} queries {ms:>7.0f} ms{'' if held else '  MISSED'}"
    )
    if explain and not held:
        for count, sql, params in sorted(reads.statements, key=lambda each: -each[0])[:3]:
            if count < 200:
                break
            cursor = connection.cursor()
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}", params)
            print(f"  -- {count:,} buffers: {sql[:1500]}\n     {json.dumps(params, default=str)[:300]}")
            print("\n".join(f"     {line}" for (line,) in cursor.fetchall()[:40]))
    return buffers, len(reads.statements), ms


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="", help="pages whose address has this")
    parser.add_argument("--explain", action="store_true", help="the plans of what misses a bar")
    parser.add_argument("--meetings", type=int, default=3_000)
    parser.add_argument("--dues", type=int, default=100_000)
    parser.add_argument("--deliveries", type=int, default=500_000)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "secretariat.settings")
    os.environ.setdefault("STATIC_ROOT", tempfile.mkdtemp())
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    django.setup()
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.test import Client

    from .desk_filled import fill

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}  # hashed names need collectstatic
    call_command("migrate", verbosity=0)
    users = get_user_model().objects
    if not users.filter(username="bench").exists():  # else the database was filled by an earlier run
        call_command("load_mechanism", stdout=io.StringIO(), stderr=io.StringIO())
        fill(meetings=options.meetings, dues=options.dues, deliveries=options.deliveries)
        users.create(username="bench", is_staff=True, is_superuser=True)
    client = Client(HTTP_HOST="localhost")
    client.force_login(users.get(username="bench"))
    asked = [address for address in pages() if options.only in address]
    client.get("/admin/")  # what a process does once
    found = [measured(client, address, options.explain) for address in asked]
    missed = sum(buffers > BAR_BUFFERS or ms > BAR_MS for buffers, _queries, ms in found)
    worst = max(found, default=(0, 0, 0.0))
    slowest = max((ms for _buffers, _queries, ms in found), default=0.0)
    print(
        f"{len(asked)} pages; most buffers {worst[0]:,}, slowest {slowest:.0f} ms; "
        f"bars {BAR_BUFFERS:,} buffers, {BAR_MS} ms: {f'{missed} MISSED' if missed else 'held'}"
    )


if __name__ == "__main__":
    main()
