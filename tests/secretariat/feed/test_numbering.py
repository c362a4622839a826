"""The log: numbered at commit, in commit order, and nothing is ever lost to a reader."""

import random
import threading
import uuid

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction

from meetings.changes import announce
from meetings.models import Meeting
from secretariat.feed.models import Feed, FeedItem
from secretariat.feed.publish import publish, publish_unpublished
from secretariat.feed.render import RENDERER

from .factories import health, meeting


def seqs(audience="public"):
    return list(
        FeedItem.objects.filter(audience=audience).order_by("seq").values_list("seq", "removed", "reason")
    )


def change(made, **values):
    """As the services do it: the change and what follows from it in one transaction."""
    with transaction.atomic():
        Meeting.objects.filter(pk=made.pk).update(**values)
        announce([made.pk])


@pytest.mark.django_db(transaction=True)
def test_changes_are_numbered_from_one_at_commit_and_a_rollback_leaves_no_gap():
    made = meeting(visibility="partners")
    with transaction.atomic():
        Meeting.objects.filter(pk=made.pk).update(city="Astana")
        announce([made.pk])
        transaction.set_rollback(True)
    Meeting.objects.filter(pk=made.pk).update(city="Shymkent")
    announce([made.pk])
    assert seqs("partners") == [(2, False, "")]
    assert seqs("public") == []
    assert Feed.objects.get(audience="partners").high_seq == 2


@pytest.mark.django_db(transaction=True)
def test_ten_edits_in_one_transaction_are_one_change():
    with transaction.atomic():
        made = meeting()
        for number in range(10):
            Meeting.objects.filter(pk=made.pk).update(city=f"City {number}")
            announce([made.pk])
    assert seqs() == [(1, False, "")]


@pytest.mark.django_db(transaction=True)
def test_a_transaction_with_many_changes_numbers_each_once():
    with transaction.atomic():
        for _number in range(20):
            meeting()
    assert [seq for seq, _removed, _reason in seqs()] == list(range(1, 21))


@pytest.mark.django_db(transaction=True)
def test_who_commits_later_is_numbered_later_though_it_wrote_first():
    """A writes first and commits last; a reader polls between. Nothing is hidden behind the number it read."""
    first, second = meeting(published=False), meeting(published=False)
    wrote, read = threading.Event(), threading.Event()

    def slow_writer():
        try:
            with transaction.atomic():
                publish([first.pk])
                wrote.set()
                assert read.wait(10)
        finally:
            connections.close_all()

    writer = threading.Thread(target=slow_writer)
    writer.start()
    assert wrote.wait(10)
    publish([second.pk])
    polled = list(FeedItem.objects.filter(audience="public", seq__gt=0).values_list("uid", "seq"))
    read.set()
    writer.join(10)
    after = list(FeedItem.objects.filter(audience="public", seq__gt=polled[-1][1]).values_list("uid", "seq"))
    assert (polled, after) == ([(second.uid, 1)], [(first.uid, 2)])


@pytest.mark.django_db(transaction=True)
def test_a_reader_that_polls_while_many_write_loses_nothing():
    Feed.objects.get_or_create(audience="public")
    settings = connection.get_connection_params()
    address = {
        name: settings[name] for name in ("dbname", "user", "password", "host", "port") if settings.get(name)
    }
    insert = (
        "INSERT INTO feed_feeditem (audience, uid, removed, reason, changed_at, renderer, json, ics, ics_utc,"
        " start_key, words, tracks_seen, states)"
        " VALUES ('public', %s, false, '', now(), 1, '{}', '{}', '{}', '', '', '{}', '{}')"
    )
    written, done = [], threading.Event()

    def write(seed):
        dice = random.Random(seed)
        with psycopg.connect(**address) as own:
            for _n in range(40):
                uid = uuid.UUID(int=dice.getrandbits(128))
                own.execute(insert, [uid])
                own.execute("SELECT pg_sleep(%s)", [dice.random() / 100])
                own.commit()
                written.append(uid)

    seen = []

    def read():
        with psycopg.connect(**address, autocommit=True) as own:
            last, after_end = 0, False
            while True:
                after_end = done.is_set()
                rows = own.execute(
                    "SELECT uid, seq FROM feed_feeditem WHERE seq > %s ORDER BY seq", [last]
                ).fetchall()
                seen.extend(uid for uid, _seq in rows)
                last = rows[-1][1] if rows else last
                if after_end and not rows:
                    return

    reader, writers = (
        threading.Thread(target=read),
        [threading.Thread(target=write, args=[n]) for n in range(6)],
    )
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert len(written) == 240
    assert sorted(seen) == sorted(written)


@pytest.mark.django_db(transaction=True)
def test_publishing_what_bulk_sql_wrote_waits_for_nobody_who_writes():
    held, free = meeting(), meeting()
    Meeting.objects.update(city="Hotan")
    with psycopg.connect(**connection.get_connection_params()) as own:
        own.execute("SELECT FROM meetings_meeting WHERE id = %s FOR UPDATE", [held.pk])
        assert {each.uid for each in publish_unpublished()} == {str(free.uid)}
    assert {each.uid for each in publish_unpublished()} == {str(held.uid)}
    assert publish_unpublished() == []


@pytest.mark.django_db(transaction=True)
def test_losing_and_gaining_an_audience_is_told_to_each_and_nothing_else_is():
    made = meeting(visibility="partners", titles={"en": "Quiet talks"})
    for visibility in ("public", "partners"):
        change(made, visibility=visibility)
    assert seqs("public") == [(2, True, "hidden")]
    assert FeedItem.objects.get(audience="public").json == {}
    assert seqs("partners") == [(3, False, "")]
    change(made, visibility="internal")
    assert seqs("partners") == [(4, True, "hidden")]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("values", [{"visibility": "internal"}, {"status": "idea"}])
def test_what_nobody_ever_saw_has_no_row_and_leaves_no_tombstone(values):
    made = meeting(**values)
    made.delete()
    assert FeedItem.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_deleted_meeting_is_told_as_deleted_and_a_cancelled_one_stays():
    made, cancelled = meeting(), meeting()
    made.delete()
    change(cancelled, status="cancelled")
    assert seqs() == [(3, True, "deleted"), (4, False, "")]


@pytest.mark.django_db
def test_publishing_twice_changes_nothing():
    made = meeting()
    assert {difference.kind for difference in publish([made.pk])} == {"unchanged"}


@pytest.mark.django_db
def test_a_rebuild_finds_what_went_past_the_services_and_a_second_one_finds_nothing(capsys):
    changed, hidden, _same = meeting(), meeting(), meeting()
    made = meeting(published=False)
    Meeting.objects.filter(pk=changed.pk).update(city="Astana")
    Meeting.objects.filter(pk=hidden.pk).update(visibility="internal")
    before = list(FeedItem.objects.order_by("pk").values())
    with pytest.raises(SystemExit) as stopped:
        call_command("rebuild_feed", "--check")
    first = capsys.readouterr().out
    assert (stopped.value.code, list(FeedItem.objects.order_by("pk").values())) == (1, before)
    assert first == (
        "partners: created 1, changed 1, removed 1, unchanged 1, failed 0\n"
        "public: created 1, changed 1, removed 1, unchanged 1, failed 0\n"
    )
    call_command("rebuild_feed")
    assert capsys.readouterr().out == first
    call_command("rebuild_feed", "--check")
    assert capsys.readouterr().out == (
        "partners: created 0, changed 0, removed 0, unchanged 3, failed 0\n"
        "public: created 0, changed 0, removed 0, unchanged 3, failed 0\n"
    )
    assert FeedItem.objects.filter(meeting=made).count() == 2


@pytest.mark.django_db
def test_feeds_built_from_nothing_are_the_same_feeds():
    meeting(), meeting(visibility="partners")
    health()
    texts = ("audience", "uid", "json", "ics", "ics_utc", "start_key", "words")
    before = list(FeedItem.objects.order_by("audience", "uid").values(*texts))
    FeedItem.objects.all().delete()
    call_command("rebuild_feed", verbosity=0)
    assert list(FeedItem.objects.order_by("audience", "uid").values(*texts)) == before


@pytest.mark.django_db(transaction=True)
def test_a_new_release_renders_what_an_older_one_wrote_and_numbers_only_what_reads_differently(capsys):
    same, other, current = meeting(), meeting(), meeting()
    FeedItem.objects.filter(meeting__in=[same, other]).update(renderer=1)
    FeedItem.objects.filter(meeting=other).update(words="as it was")
    before = dict(FeedItem.objects.filter(audience="public").values_list("meeting", "seq"))
    call_command("rebuild_feed", "--outdated")
    assert capsys.readouterr().out == (
        "partners: created 0, changed 1, removed 0, unchanged 1, failed 0\n"
        "public: created 0, changed 1, removed 0, unchanged 1, failed 0\n"
    )
    after = dict(FeedItem.objects.filter(audience="public").values_list("meeting", "seq"))
    assert {key for key in after if after[key] != before[key]} == {other.pk}
    assert set(FeedItem.objects.values_list("renderer", flat=True)) == {RENDERER}
    call_command("rebuild_feed", "--outdated")
    assert capsys.readouterr().out == ""
    assert current.pk in after
