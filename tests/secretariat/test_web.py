"""The web server under clients that do not do their part, and while its workers are replaced."""

import http.client
import importlib
import itertools
import os
import resource
import signal
import socket
import threading
import time
from pathlib import Path

import pytest

from secretariat.courtesy import InTurn
from tests.secretariat.web_servers import asked, web

ECHO = "tests.secretariat.test_web:echo"
STREAM = 16 << 20
whole = []


class Streaming:
    streaming = True

    def __iter__(self):
        for _part in range(STREAM >> 16):
            yield b"x" * (1 << 16)

    def close(self):
        pass


if most := os.environ.get("MOST_ON_DISK"):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(most), int(most)))


def echo(environ, start_response):
    """Served by the real server: how long the address was, what came as body, who answered."""
    path = environ["PATH_INFO"]
    if path == "/stream":
        start_response("200 OK", [("Content-Length", str(STREAM))])
        return Streaming()
    if (begun := os.environ.get("BEGUN")) and environ["QUERY_STRING"]:
        with open(begun, "a") as file:
            file.write(f"{environ['QUERY_STRING']}\n")
    length = int(environ.get("CONTENT_LENGTH") or 0)
    text = {
        "/body": lambda: environ["wsgi.input"].read(length),
        "/who": lambda: str(os.getpid()).encode(),
    }.get(path, lambda: str(len(path)).encode())()
    start_response("200 OK", [("Content-Length", str(len(text)))])
    return [text]


@pytest.fixture(scope="module")
def small():
    """One process of four threads."""
    with web(ECHO, WEB_WORKERS="1", WEB_THREADS="4") as (port, process):
        yield port, process


def service(environ, start_response):
    """The whole service, without the hashed names of static files that only `collectstatic` makes."""
    if not whole:
        from django.conf import settings

        settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
        whole.append(importlib.import_module("secretariat.wsgi").application)
    return whole[0](environ, start_response)


def half_open(port, sent=b""):
    link = socket.create_connection(("127.0.0.1", port), timeout=30)
    link.sendall(sent)
    return link


def closed(links):
    for link in links:
        link.close()


def wait_until(claim, seconds=30):
    until = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


# --- Clients ----------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_every_address_answers_at_once_beside_idle_connections_and_half_sent_heads(settings):
    name = settings.DATABASES["default"]["NAME"]
    url = f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"
    with web("tests.secretariat.test_web:service", DATABASE_URL=url, FEED_REQUESTS_AN_HOUR="1000000") as (
        port,
        _process,
    ):
        crowd = [half_open(port) for _n in range(50)]
        crowd += [half_open(port, b"GET /health/live HTTP/1.1\r\nHost: loc") for _n in range(20)]
        paths = ["/health/live", "/api/v1/states/", "/admin/login/", "/", "/api/v1/guide/"] * 4
        # Far below the time after which a half-sent head is given up.
        found = {(path, asked(port, path, timeout=12)[0]) for path in paths}
        closed(crowd)
    assert found <= {
        ("/health/live", 200), ("/api/v1/states/", 200), ("/admin/login/", 200), ("/", 302), ("/api/v1/guide/", 200),
    }  # fmt: skip
    assert len(found) == 5


@pytest.mark.parametrize("size", [1000, 2 << 20])
def test_bodies_that_never_end_leave_all_others_their_answers(small, size):
    port, _process = small
    never = f"POST /body HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\nhalf".encode()
    crowd, whole = [], b"x" * size

    def is_full():
        crowd.append(half_open(port, never))
        return sent() == (503, b"503 Service Unavailable\n")

    def sent():
        try:
            return asked(port, "/body", method="POST", body=whole)[::2]
        except (BrokenPipeError, ConnectionResetError):  # refused while a large one was still under way
            return 503, b"503 Service Unavailable\n"

    wait_until(is_full)
    assert [asked(port, "/who", timeout=12)[0] for _n in range(10)] == [200] * 10
    closed(crowd)
    wait_until(lambda: sent() == (200, whole))


def test_slow_uploads_and_ten_slow_forms_keep_nobody_from_sending_a_form(small):
    port, _process = small
    head = "POST /body HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\nhalf"
    crowd = [half_open(port, head.format(size).encode()) for size in [2 << 20] * 20 + [1000] * 10]
    found = [asked(port, "/body", method="POST", body=b"whole", timeout=12)[::2] for _n in range(10)]
    closed(crowd)
    assert found == [(200, b"whole")] * 10


def test_a_body_whose_length_nobody_says_is_refused_in_words(small):
    port, _process = small
    link = half_open(
        port,
        b"POST /body HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\n\r\n",
    )
    answer = b"".join(iter(lambda: link.recv(1 << 16), b""))
    link.close()
    assert answer.startswith(b"HTTP/1.1 411 ")
    assert answer.endswith(b"\r\n\r\n411 Length Required\nSend what you send with its Content-Length.\n")


def test_a_body_for_which_the_disk_has_no_room_is_refused_in_words():
    with web(ECHO, WEB_WORKERS="1", MOST_ON_DISK=str(1 << 20)) as (port, _process):
        status, _headers, text = asked(port, "/body", method="POST", body=b"x" * (2 << 20))
    assert (status, text.decode().splitlines()) == (
        507,
        [
            "507 Insufficient Storage",
            "The service has no room left for what was sent. Nothing was saved; tell the administrator.",
        ],
    )


def test_readers_who_do_not_read_leave_half_of_the_threads_to_the_others(small):
    port, _process = small
    crowd = []

    def is_full():
        crowd.append(half_open(port, b"GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n"))
        return asked(port, "/stream")[0] == 503

    wait_until(is_full)
    assert [asked(port, "/who", timeout=12)[0] for _n in range(10)] == [200] * 10
    closed(crowd)
    wait_until(lambda: len(asked(port, "/stream")[2]) == STREAM)


def test_half_a_body_does_not_pass_for_a_whole_one(small):
    port, _process = small
    link = half_open(port, b"POST /body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhalf")
    link.shutdown(socket.SHUT_WR)
    # An answer, if there is one, is no 200: the form of somebody whose line broke is not taken.
    assert link.recv(1 << 16)[:12] in (b"", b"HTTP/1.1 400")
    link.close()


def test_a_head_of_sixteen_kilobytes_is_read_and_a_longer_one_is_431(small):
    port, _process = small
    address = "/" + "x" * 8190
    assert asked(port, address)[::2] == (200, b"8191")
    assert [asked(port, address, **{"X-Long": "x" * length})[0] for length in (7_000, 9_000)] == [200, 431]


# --- Workers ----------------------------------------------------------------------------------
def test_what_a_worker_began_is_answered_when_the_workers_are_replaced(tmp_path):
    begun = tmp_path / "begun"
    with web(ECHO, BEGUN=str(begun)) as (port, process):
        before, done = {asked(port, "/who")[2] for _n in range(20)}, threading.Event()
        answered, refused, seen = [], [], set()

        def client(name):
            way = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            for number in itertools.count():
                if done.is_set():
                    break
                try:
                    way.request("GET", f"/who?{name}.{number}")
                    seen.add(way.getresponse().read())
                    answered.append(f"{name}.{number}")
                except (http.client.RemoteDisconnected, ConnectionError):
                    # Closed before it was read, as HTTP allows: whoever asks again asks once.
                    refused.append(f"{name}.{number}")
                    way.close()

        clients = [threading.Thread(target=client, args=(name,)) for name in range(8)]
        for each in clients:
            each.start()
        try:
            process.send_signal(signal.SIGHUP)
            wait_until(lambda: not [pid for pid in before if Path(f"/proc/{int(pid)}").exists()], 60)
            wait_until(lambda: seen - before)
        finally:
            done.set()
            for each in clients:
                each.join()
    assert sorted(line for line in begun.read_text().split() if line) == sorted(answered)
    assert len(refused) * 100 <= len(answered)


def test_a_killed_worker_is_replaced_and_the_other_goes_on():
    with web(ECHO) as (port, process):
        seen = set()

        def both():
            seen.add(asked(port, "/who")[2])
            return len(seen) == 2

        wait_until(both)
        killed = next(iter(seen))
        os.kill(int(killed), signal.SIGKILL)
        fresh = set()

        def another():
            try:
                fresh.add(asked(port, "/who")[2])
            except OSError:  # what was under way in the killed one
                return False
            return bool(fresh - seen)

        wait_until(another)
        assert process.poll() is None


def test_the_workers_of_a_killed_server_leave_its_port():
    with web(ECHO) as (port, process):
        process.kill()
        process.wait()

        def is_free():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) != 0

        wait_until(is_free)


def test_whoever_waited_longest_for_a_working_thread_comes_next():
    """Python's own semaphore lets the newcomer in, who asks again before the one that was woken has begun."""
    turns, came = InTurn(1), []

    def come(name):
        with turns:
            came.append(name)

    waiting = [threading.Thread(target=come, args=(name,)) for name in range(20)]
    with turns:
        for number, thread in enumerate(waiting, 1):
            thread.start()
            while len(turns._waiting) < number:
                time.sleep(0.001)
    come("newcomer")
    for thread in waiting:
        thread.join(60)
    assert came == [*range(20), "newcomer"]
