"""The probes: what is away is named, at once; and that the service ticks is seen from a web process."""

import os
import selectors
import socket
import threading
import time
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from secretariat import health, ticks
from secretariat.broker import server
from secretariat.database import connection_class
from secretariat.localstack.processes import free_port
from secretariat.reminders.tasks import deliver_due, goes_on_sending
from tests.secretariat.web_servers import asked, web

AWAY_SECONDS = 1.0  # of our own waiting; beside it a slow machine may take what it takes


@pytest.fixture
def long_running(monkeypatch):
    """The grace of a fresh process is over, and no worker has ticked."""
    monkeypatch.setattr(health, "BEGAN", time.monotonic() - 121)
    server().delete(ticks.KEY)
    yield
    server().delete(ticks.KEY)


@pytest.mark.django_db
def test_ready_fails_until_a_tick_has_run_to_its_end(client, long_running):
    response = client.get("/health/ready")
    reason = "no tick has run for 120 seconds: see beat and the workers"
    assert (response.status_code, response.json()["reasons"]) == (503, {"tick": reason})
    ticks.MARK.unlink(missing_ok=True)
    deliver_due()
    assert client.get("/health/ready").json() == {"status": "ok", "reasons": {}}
    assert (0 < server().ttl(ticks.KEY) <= 120, ticks.MARK.exists()) == (True, True)


def test_a_worker_that_sends_for_minutes_ticks_now_and_then_and_not_with_each_mail(long_running, monkeypatch):
    """Else each mail waits for the broker, and half a second for one that hangs."""
    ticks.note()
    server().delete(ticks.KEY)
    assert all(goes_on_sending() for _mail in range(100))
    assert not ticks.is_recent()
    monkeypatch.setattr(ticks, "_said_at", time.monotonic() - 11)
    assert goes_on_sending()
    assert ticks.is_recent()


@pytest.mark.django_db
def test_a_fresh_start_is_ready_before_the_first_tick(client, long_running, monkeypatch):
    monkeypatch.setattr(health, "BEGAN", time.monotonic() - 60)
    assert client.get("/health/ready").status_code == 200


@pytest.mark.django_db
def test_ready_names_each_part_that_is_away_and_none_that_stands_on_it(client, monkeypatch):
    def broken():
        raise ZeroDivisionError

    checks = [(name, broken, on) for name, _check, on in health.CHECKS]
    monkeypatch.setattr(health, "CHECKS", checks)
    away = "does not answer (ZeroDivisionError)"
    assert client.get("/health/ready").json()["reasons"] == {"database": away, "broker": away}


@pytest.fixture(params=["refuses", "never answers"])
def database_away(request):
    with socket.socket() as port:
        port.bind(("127.0.0.1", 0))
        if request.param == "never answers":
            port.listen(0)
        yield f"postgres://u:p@127.0.0.1:{port.getsockname()[1]}/x"


def test_without_a_database_every_answer_comes_within_a_second(database_away):
    with web(DATABASE_URL=database_away, FEED_REQUESTS_AN_HOUR="1000000") as (port, _process):
        found = {}
        for path in ("/health/ready", "/api/v1/meetings/", "/api/v1/calendar.ics", "/health/live"):
            begin = time.monotonic()
            found[path] = asked(port, path)[0], time.monotonic() - begin
    assert {path: status for path, (status, _seconds) in found.items()} == {
        "/health/ready": 503, "/api/v1/meetings/": 503, "/api/v1/calendar.ics": 503, "/health/live": 200,
    }  # fmt: skip
    # The least of the three: what the machine does meanwhile only adds.
    least = min(seconds for status, seconds in found.values() if status == 503)
    assert least < AWAY_SECONDS, found
    assert max(seconds for _status, seconds in found.values()) < 2.5, found


def url_of_tests(settings):
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{settings.DATABASES['default']['NAME']}"


@contextmanager
def freezing(url):
    """Yields the same database behind a line, and a function that stops all that goes over it."""
    address, open_, moves = urlsplit(url), [], threading.Event()
    moves.set()

    def hand_over(one, other):
        with selectors.DefaultSelector() as ready:
            ready.register(one, selectors.EVENT_READ, other)
            ready.register(other, selectors.EVENT_READ, one)
            while True:
                for key, _events in ready.select():
                    try:
                        part = key.fileobj.recv(1 << 16)
                        moves.wait()
                        key.data.sendall(part)
                    except OSError:
                        return
                    if not part:
                        return

    def accept(door):
        while True:
            try:
                one = door.accept()[0]
            except OSError:
                return
            other = socket.create_connection((address.hostname, address.port))
            open_.extend([one, other])
            threading.Thread(target=hand_over, args=(one, other), daemon=True).start()

    with closing(socket.create_server(("127.0.0.1", 0))) as door:
        threading.Thread(target=accept, args=(door,), daemon=True).start()
        place = address.netloc.rpartition("@")[0] + f"@127.0.0.1:{door.getsockname()[1]}"
        try:
            yield address._replace(netloc=place).geturl(), moves.clear
        finally:
            moves.set()
            door.shutdown(socket.SHUT_RDWR)
            for each in open_:
                each.close()


@pytest.mark.django_db(transaction=True)
def test_a_database_that_freezes_under_kept_connections_is_told_at_once(settings):
    with (
        freezing(url_of_tests(settings)) as (behind, freeze),
        web(DATABASE_URL=behind, WEB_WORKERS="1", FEED_REQUESTS_AN_HOUR="1000000") as (port, _process),
    ):
        # Of a page that was asked for three times the third is answered the short way.
        for path in ("/health/ready", *["/api/v1/meetings/"] * 3):
            assert asked(port, path)[0] == 200
        freeze()
        found = []
        for path in ("/health/ready", "/api/v1/meetings/", "/health/ready"):
            begin = time.monotonic()
            found.append((asked(port, path, timeout=12)[0], time.monotonic() - begin))
    assert [status for status, _seconds in found] == [503, 503, 503]
    assert min(seconds for _status, seconds in found) < AWAY_SECONDS, found
    assert max(seconds for _status, seconds in found) < 2.5, found


@pytest.mark.django_db(transaction=True)
def test_the_short_way_hands_out_no_connection_that_the_server_ended(settings):
    named = f"{url_of_tests(settings)}?application_name=short_way"
    ended = (
        "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity "
        "WHERE application_name = 'short_way' AND datname = current_database()"
    )
    with (
        web(DATABASE_URL=named, WEB_WORKERS="1") as (port, _process),
        closing(psycopg.connect(url_of_tests(settings), autocommit=True)) as other,
    ):
        for _time in range(3):
            assert asked(port, "/api/v1/meetings/")[0] == 200
        assert other.execute(ended).fetchone()[0] > 0
        assert [asked(port, "/api/v1/meetings/")[0] for _time in range(3)] == [200, 200, 200]


@pytest.mark.django_db
def test_an_answer_that_does_not_come_is_given_up_with_its_connection(settings):
    limited = connection_class(alive_seconds=0.1, query_seconds=0.2)
    with closing(limited.connect(url_of_tests(settings))) as connection:
        begin = time.monotonic()
        with pytest.raises(psycopg.OperationalError):
            connection.cursor().execute("SELECT pg_sleep(20)")
        assert time.monotonic() - begin < 10
        assert connection.closed


@pytest.mark.django_db
def test_ready_names_a_broker_that_is_away(client, monkeypatch):
    monkeypatch.setattr(health, "server", lambda: redis.Redis(port=free_port()))
    assert client.get("/health/ready").json()["reasons"] == {"broker": "does not answer (ConnectionError)"}
