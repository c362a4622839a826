"""What the REST feed costs beside a bare Django view: ratios within one run, the web server with 2 workers on 2 cores.

    SECRET_KEY=x LOCAL=1 python -m secretariat.localstack exec -- python -m benchmarks.feed [--many 100000]

Bars (issue 6): all meetings as .ics and as JSON at most 3 times a bare view that returns the same bytes; 304 at 70 % or
more of an empty view's rate; an increment of 10 changes costs at most 1.3 times as much among 100,000 meetings as among
1,000; a worker's memory stays flat while all of them are read. Kept-alive clients that ask without a pause, alone and
beside 50 idle connections and 20 half-sent heads: p99 at most 50 ms each.
Makes its own tables in the database it is given.
"""

import argparse
import io
import json
import os
import re
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from urllib.parse import quote

import django

from secretariat.localstack.processes import free_port

ALL = 1000
ROUNDS = 7
DURING = 5  # seconds, of kept-alive clients
PAGES = ["/api/v1/calendar.ics", "/api/v1/meetings/?limit=500"]
MULTIPLY = """
ALTER TABLE meetings_meeting DISABLE TRIGGER USER;
CREATE TEMPORARY TABLE copied AS
    SELECT meeting.id AS old_id, nextval(pg_get_serial_sequence('meetings_meeting', 'id')) AS new_id,
           gen_random_uuid() AS new_uid
    FROM meetings_meeting AS meeting CROSS JOIN generate_series(1, %s)
    WHERE EXISTS (SELECT 1 FROM feed_feeditem WHERE meeting_id = meeting.id AND NOT removed) AND ordinal IS NULL;
INSERT INTO meetings_meeting (id, uid, {meeting})
    SELECT new_id, new_uid, {meeting} FROM copied JOIN meetings_meeting AS meeting ON meeting.id = old_id;
INSERT INTO feed_feeditem (meeting_id, uid, seq, {item})
    SELECT new_id, new_uid, high_seq + row_number() OVER (PARTITION BY item.audience ORDER BY new_id), {item_of}
    FROM copied JOIN feed_feeditem AS item ON item.meeting_id = old_id JOIN feed_feed USING (audience)
    WHERE audience = 'public';
UPDATE feed_feed AS feed SET high_seq = (SELECT max(seq) FROM feed_feeditem AS item WHERE item.audience = feed.audience);
DROP TABLE copied;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE meetings_meeting ENABLE TRIGGER USER;
"""


@contextmanager
def service():
    """The web server with two workers; yields its port and its master's number."""
    port = free_port()
    command = [
        sys.executable, "-m", "secretariat.web", "--app", "benchmarks.feed_service:application", "--port", str(port),
    ]  # fmt: skip
    process = subprocess.Popen(command, env={**os.environ, "FEED_REQUESTS_AN_HOUR": str(10**9)})
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                asked(port, "/empty")
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


def asked(port, path, **headers):
    """One request on a connection of its own; status, headers (in lower case), body."""
    lines = [
        f"GET {path} HTTP/1.1",
        "Host: localhost",
        "Connection: close",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    with socket.create_connection(("127.0.0.1", port), timeout=300) as own:
        own.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        parts = []
        while part := own.recv(1 << 20):
            parts.append(part)
    head, _blank, body = b"".join(parts).partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    return int(first.split()[1]), dict(line.split(": ", 1) for line in rest), body


def seconds(port, path, times=20, **headers):
    """Seconds of one request, the least of several groups: other people's work on the machine only adds."""
    found = []
    for _group in range(4):
        begin = time.perf_counter()
        for _n in range(times):
            asked(port, path, **headers)
        found.append((time.perf_counter() - begin) / times)
    return min(found)


def seconds_anew(port, path):
    """The same of an answer that no worker has given before."""
    found = []
    for _request in range(4):
        for _time in range(12):  # both workers forget
            asked(port, "/forget")
        begin = time.perf_counter()
        asked(port, path)
        found.append(time.perf_counter() - begin)
    return min(found)


def in_turns(*works):
    """Medians of each, measured in turns so that the machine's moods meet them alike."""
    found = [[work() for work in works] for _round in range(ROUNDS)]
    return [statistics.median(column) for column in zip(*found, strict=True)]


def verdict(name, ratio, bar, *, is_least=False):
    held = ratio >= bar if is_least else ratio <= bar
    print(
        f"  {name}: {ratio:.2f}, bar {bar} {'at least' if is_least else 'at most'}: {'held' if held else 'MISSED'}"
    )


def whole(port):
    """All meetings beside a bare view with the same bytes: as it is, and made anew after each change."""
    for path in PAGES:
        bare = f"/bare?of={quote(path, safe='')}"
        for _worker in range(8):  # both workers have it
            asked(port, bare), asked(port, path)
        size = len(asked(port, path)[2])
        assert asked(port, bare)[2] == asked(port, path)[2]

        plain, fed, anew = in_turns(
            lambda bare=bare: seconds(port, bare),
            lambda path=path: seconds(port, path),
            lambda path=path: seconds_anew(port, path),
        )
        print(
            f"{path}: {size:,} bytes; bare {plain * 1000:.1f} ms, feed {fed * 1000:.1f} ms, made anew {anew * 1000:.1f} ms"
        )
        verdict("feed / bare", fed / plain, 3)
        print(f"  made anew / bare: {anew / plain:.2f} (paid once a worker after a change)")


def unchanged(port):
    path = PAGES[1]
    for who, own in (("anybody", {}), ("a partner system", {"Authorization": f"Bearer {partner_token()}"})):
        asked(port, path, **own)  # the use of a token is noted once an hour, on the whole way
        tag = {"If-None-Match": asked(port, path, **own)[1]["etag"], **own}
        assert asked(port, path, **tag)[0] == 304
        empty, same = in_turns(lambda: rate(port, "/empty"), lambda tag=tag: rate(port, path, **tag))
        print(f"304 for {who}: {same:.0f}/s, an empty view {empty:.0f}/s")
        verdict("rate of 304 / rate of an empty view", same / empty, 0.7, is_least=True)


def partner_token():
    from datetime import timedelta

    from django.utils import timezone

    from secretariat.feed.models import PartnerSystem
    from secretariat.feed.tokens import make_token, revoke_token

    # Of an earlier run in the same database, if there was one.
    system, _is_new = PartnerSystem.objects.get_or_create(
        name="Portal", defaults={"operator": "MFA", "contact": "it@mfa.example", "feed_id": "partners"}
    )
    for earlier in system.tokens.valid(timezone.now()):
        revoke_token(earlier, actor=None)
    return make_token(system, expires_at=timezone.now() + timedelta(days=90), actor=None)[1]


def rate(port, path, clients=2, during=1.5, **headers):
    """Requests a second of several clients, each a process of its own."""
    code = (
        "import sys, time, json\n"
        "from benchmarks.feed import asked\n"
        "port, path, during, headers = json.loads(sys.argv[1])\n"
        "end, count = time.perf_counter() + during, 0\n"
        "while time.perf_counter() < end:\n"
        "    asked(port, path, **headers)\n"
        "    count += 1\n"
        "print(count)\n"
    )
    arguments = json.dumps([port, path, during, headers])
    started = [
        subprocess.Popen([sys.executable, "-c", code, arguments], stdout=subprocess.PIPE, text=True)
        for _n in range(clients)
    ]
    return sum(int(process.communicate()[0]) for process in started) / during


def kept(port):
    """Clients that keep their connections and ask without a pause, each time the same page."""
    path = "/api/v1/meetings/?limit=50"
    tag = {"If-None-Match": asked(port, path)[1]["etag"]}
    crowd = []
    for beside in (False, True):
        if beside:
            crowd = [socket.create_connection(("127.0.0.1", port)) for _n in range(70)]
            for link in crowd[:20]:
                link.sendall(b"GET /health/live HTTP/1.1\r\nHost: loc")
        for clients in (64,) if beside else (1, 16, 64):
            for what, own in (("304", tag), ("JSON page", {})):
                times, refused = waits(port, path, clients, **own)
                p50, p99 = (times[int(len(times) * part)] * 1000 for part in (0.5, 0.99))
                name = f"{clients} kept-alive, {what}{', beside 70 that hold theirs' if beside else ''}"
                print(f"  {name}: p50 {p50:.1f} ms, {len(times) / DURING:.0f}/s, {refused} of 5xx")
                verdict(f"{name}: p99 in ms", p99, 50)
    for link in crowd:
        link.close()


def waits(port, path, clients, **headers):
    """Sorted seconds of all answers, and how many were refusals of the server's.

    One thread for all clients, so that they cost little beside the server.
    """
    lines = [
        f"GET {path} HTTP/1.1",
        "Host: localhost",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    question = ("\r\n".join(lines) + "\r\n\r\n").encode()
    found, refused = [], 0
    with selectors.DefaultSelector() as waiting:
        for _n in range(clients):
            link = socket.create_connection(("127.0.0.1", port))
            waiting.register(link, selectors.EVENT_READ, [time.perf_counter(), b""])
            link.sendall(question)
        end = time.perf_counter() + DURING
        while time.perf_counter() < end:
            for key, _events in waiting.select(1):
                key.data[1] += key.fileobj.recv(1 << 20)
                if is_whole(key.data[1]):
                    found.append(time.perf_counter() - key.data[0])
                    refused += key.data[1].startswith(b"HTTP/1.1 5")
                    key.data[:] = [time.perf_counter(), b""]
                    key.fileobj.sendall(question)
        for key in list(waiting.get_map().values()):
            key.fileobj.close()
    return sorted(found), refused


def is_whole(answer):
    head, blank, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head)
    return bool(blank) and len(body) >= (int(length[1]) if length else 0)


def increment(port):
    """Milliseconds of a sync that brings ten changes."""
    from meetings.changes import announce
    from meetings.models import Meeting

    token = last_token(port)
    keys = list(
        Meeting.objects.filter(feed_items__audience="public")
        .order_by("-pk")
        .values_list("pk", flat=True)[:10]
    )
    Meeting.objects.filter(pk__in=keys).update(city=f"City {time.time()}")
    announce(keys)
    path = f"/api/v1/sync/?sync_token={quote(token)}"
    page = json.loads(asked(port, path)[2])
    assert (len(page["items"]), page["has_more"]) == (10, False)
    return in_turns(lambda: seconds_anew(port, path))[0] * 1000


def last_token(port):
    """Follows the feed to its end, however long it is."""
    question = ""
    while True:
        page = json.loads(asked(port, f"/api/v1/sync/?limit=500{question}")[2])
        if not page["has_more"]:
            return page["sync_token"]
        question = f"&page_token={quote(page['page_token'])}"


def resident(master):
    """MiB of the largest worker."""
    told = subprocess.run(
        ["ps", "--ppid", str(master), "-o", "rss="], capture_output=True, text=True, check=True
    )
    return max(int(line) for line in told.stdout.split()) / 1024


def multiplied(times):
    from django.db import connection

    def columns(table, *without):
        cursor.execute(
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position",
            [table],
        )
        return [name for (name,) in cursor.fetchall() if name not in without]

    # What is not asked for is not copied: it is gigabytes.
    english = "jsonb_build_object('en', item.ics -> 'en')"
    plain = {"ics": english, "ics_utc": "'{}'", "audience": "audience"}
    with connection.cursor() as cursor:
        meeting = ", ".join(columns("meetings_meeting", "id", "uid"))
        item = columns("feed_feeditem", "id", "uid", "meeting_id", "seq")
        sql = MULTIPLY.format(
            meeting=meeting,
            item=", ".join(item),
            item_of=", ".join(plain.get(name, f"item.{name}") for name in item),
        )
        cursor.execute(sql, [times])
        cursor.execute("VACUUM ANALYZE")  # as autovacuum does within a minute, else beside what is measured


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--many", type=int, default=100_000)
    parser.add_argument(
        "--parts", default="whole,unchanged,kept,increment", help="which of them, with commas between"
    )
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "secretariat.settings")
    os.environ.setdefault("STATIC_ROOT", tempfile.mkdtemp())
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    django.setup()
    from django.core.management import call_command

    from secretariat.feed.models import FeedItem

    call_command("migrate", verbosity=0)
    call_command("load_mechanism", stdout=io.StringIO(), stderr=io.StringIO())
    shown = FeedItem.objects.filter(audience="public", removed=False)
    call_command(
        "fill_synthetic", meetings=max(0, ALL - shown.count()), deliveries=0, due_in=0, stdout=io.StringIO()
    )
    print(f"{shown.count():,} meetings")
    with service() as (port, master):
        for part in (whole, unchanged, kept):
            if part.__name__ in options.parts:
                part(port)
        if "increment" not in options.parts:
            return
        few = increment(port)
    multiplied(options.many // ALL - 1)
    print(f"{shown.count():,} meetings")
    with service() as (port, master):
        for _worker in range(8):
            asked(port, "/api/v1/sync/?limit=500")
        many = increment(port)
        print(f"an increment of 10 changes: {few:.1f} ms among the few, {many:.1f} ms among the many")
        verdict("many / few", many / few, 1.3)
        before = resident(master)
        last_token(port)
        print(f"memory of the largest worker: {before:.0f} MiB, after all pages {resident(master):.0f} MiB")
        begin = time.perf_counter()
        size = len(asked(port, PAGES[0])[2])
        took = time.perf_counter() - begin
        print(f"{PAGES[0]}: {size:,} bytes in {took:.1f} s, after it {resident(master):.0f} MiB")


if __name__ == "__main__":
    main()
