"""A calendar that is too long for memory is the same calendar."""

import gzip
from threading import Thread

import pytest
from backports import zstd
from django.db import connection

from meetings.changes import announce
from meetings.models import Meeting
from secretariat.feed.bodies import kept
from secretariat.feed.views import calendars

from .factories import days, hours, meeting

pytestmark = pytest.mark.django_db(transaction=True)
CALENDAR = "/api/v1/calendar.ics"
UNPACK = {"gzip": gzip.decompress, "zstd": zstd.decompress, "": bytes}


@pytest.fixture
def short(client, monkeypatch):
    """The answer made in memory of seven meetings in two zones; from here on more than three are long."""
    for day in range(10, 15):
        meeting(span=days(f"2027-05-{day}", f"2027-05-{day}"))
    meeting(span=hours())
    meeting(span=hours(zone="Asia/Shanghai"))
    answer = client.get(CALENDAR)
    kept.empty()
    monkeypatch.setattr(calendars, "LONG", 3)
    return answer


@pytest.mark.parametrize("coding", UNPACK)
def test_it_is_the_same_bytes_under_the_same_tag_in_every_coding(client, short, coding):
    answer = client.get(CALENDAR, headers={"accept-encoding": coding})
    assert answer.streaming
    assert UNPACK[coding](answer.getvalue()) == short.content
    assert answer.get("Content-Encoding", "") == coding
    for name in ("ETag", "Content-Type", "Cache-Control", "Content-Disposition", "Vary", "Content-Language"):
        assert answer[name] == short[name]


def test_who_has_it_is_told_so_without_a_body(client, short):
    answer = client.get(CALENDAR)
    again = client.get(CALENDAR, headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    answer.close()


def test_a_reader_who_leaves_before_the_first_byte_leaves_no_snapshot_open(client, short):
    answer = client.get(CALENDAR)
    assert connection.in_atomic_block
    answer.close()
    assert not connection.in_atomic_block


def test_asked_for_its_headers_only_it_reads_no_meeting_a_second_time(client, short):
    answer = client.head(CALENDAR)
    assert (answer.status_code, answer["ETag"], answer.getvalue()) == (200, short["ETag"], b"")


def test_what_changes_while_it_is_sent_is_in_the_next_answer_and_not_in_half_of_this_one(client, short):
    answer = client.get(CALENDAR)
    parts = iter(answer.streaming_content)
    begun = [next(parts)]
    elsewhere(lambda: rename_all("Renamed"))
    assert b"".join([*begun, *parts]) == short.content
    answer.close()
    assert answer["ETag"] == short["ETag"]
    then = client.get(CALENDAR)
    assert then.getvalue().count(b"SUMMARY;LANGUAGE=en:Renamed") == 7
    assert then["ETag"] != short["ETag"]


def rename_all(title):
    rows = Meeting.objects.all()
    rows.update(titles={"en": title})
    announce(rows.values_list("pk", flat=True))


def elsewhere(work):
    """In a thread, which has a connection of its own."""

    def run():
        try:
            work()
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    thread.join()
