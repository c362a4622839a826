"""Two who confirm two acts upon one thing at once: the first is done, the second sees what the first did."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time
from time import monotonic, sleep

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from meetings.models import Document, Due, Meeting, Outcome, SilenceProcedure
from meetings.saving import save_meeting
from meetings.silence.acts import open_silence
from meetings.silence.rules import Closing
from rotation.concurrency import Stale, assert_unchanged, seal, seen_as
from tests.acts import look, seal_of
from tests.factories import TemplateLineFactory, TrackFactory, UserFactory, day_span

STALE = "What would be done is no longer what was shown. Nothing was done: look again and confirm."
# How many wait for the lock that this connection holds, in line or behind one who does.
WAITING = """
WITH waiting AS (SELECT DISTINCT pid, pg_blocking_pids(pid) AS behind FROM pg_locks WHERE NOT granted),
first AS (SELECT pid FROM waiting WHERE pg_backend_pid() = ANY(behind))
SELECT count(*) FROM waiting WHERE pid IN (SELECT pid FROM first) OR behind && (SELECT array_agg(pid) FROM first)
"""


def at_once(rows, *acts: Callable):
    """The answers to acts that all began before any of them could take the lock on these rows."""

    def act(each):
        try:
            return each()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        with transaction.atomic():
            list(rows.select_for_update().values_list("pk"))
            answers = [pool.submit(act, each) for each in acts]
            until = monotonic() + 60
            with connection.cursor() as cursor:
                while cursor.execute(WAITING).fetchone()[0] < len(acts):
                    assert monotonic() < until, [each.result(0) for each in answers if each.done()]
                    sleep(0.02)
        return [each.result(60) for each in answers]


def as_somebody(name: str) -> Client:
    client = Client()
    client.force_login(UserFactory(username=name, is_superuser=True))
    return client


def confirming(name: str, address: str, values) -> Callable:
    """Somebody has looked at what these values do; the confirmation, still to be sent."""
    client = as_somebody(name)
    sent = {**values, "seen": seal_of(look(client, address, values)), "confirm": "1"}
    return lambda: client.post(address, sent)


def confirmed_at_once(rows, address, one, other):
    """Two look, both confirm at once: the page that came again to who was second."""
    answers = at_once(rows, confirming("aida", address, one), confirming("bolat", address, other))
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    return next(answer for answer in answers if answer.status_code == 200)


@pytest.fixture
def meeting(transactional_db):
    track = TrackFactory(deadline_template=TemplateLineFactory(offset_days=-60).template)
    meeting = Meeting(track=track, ordinal=3, status="confirmed")
    meeting.take_span(day_span("2099-06-17"))
    save_meeting(meeting)
    return meeting


def test_of_two_moves_of_one_meeting_one_is_done_and_told_to_the_other(meeting):
    address = reverse("admin:meetings_meeting_move", args=[meeting.pk])
    to = {"precision": "day", "zone": "Asia/Almaty", "reason": "Asked for."}
    days = [{**to, "first_on": "2099-06-24"}, {**to, "first_on": "2099-07-01"}]
    page = confirmed_at_once(Meeting.objects.filter(pk=meeting.pk), address, *days)
    meeting.refresh_from_db()
    assert meeting.revision == 2
    assert (meeting.first_on, Due.objects.first().due_on) in [
        (date(2099, 6, 24), date(2099, 4, 24)),
        (date(2099, 7, 1), date(2099, 5, 1)),
    ]
    text = page.content.decode()
    assert STALE in text
    first, other = ("aida", "24 June") if meeting.first_on.month == 6 else ("bolat", "1 July")
    assert f"First day: 17 June 2099 → {other} 2099 ({first}, " in text
    # What it would do is shown anew, from where the meeting is now; confirmed again it is done.
    assert page.context["plan"]["before"] == f"{other} 2099"
    again = {**page.context["form"].data.dict(), "seen": seal_of(page), "confirm": "1"}
    assert as_somebody("chen").post(address, again).status_code == 302
    meeting.refresh_from_db()
    assert meeting.revision == 3


@pytest.mark.parametrize("what", ["postpone", "cancel"])
def test_a_meeting_that_was_moved_meanwhile_is_not_postponed_or_cancelled_unseen(meeting, what):
    move = reverse("admin:meetings_meeting_move", args=[meeting.pk])
    to = {"precision": "day", "zone": "Asia/Almaty", "reason": "Asked for.", "first_on": "2099-06-24"}
    address = reverse(f"admin:meetings_meeting_{what}", args=[meeting.pk])
    values = {"reason": "No quorum.", "until": "later"}
    bolat = as_somebody("bolat")
    seen = seal_of(look(bolat, address, values))
    aida = as_somebody("aida")
    aida.post(move, {**to, "seen": seal_of(look(aida, move, to)), "confirm": "1"})
    page = bolat.post(address, {**values, "seen": seen, "confirm": "1"})
    assert STALE in page.content.decode()
    meeting.refresh_from_db()
    assert (meeting.status, meeting.first_on) == ("confirmed", date(2099, 6, 24))


def test_what_was_shown_is_told_by_its_content_and_not_by_how_it_was_read(meeting):
    row = Meeting.objects.select_related("track").get(pk=meeting.pk)
    at = datetime(2099, 6, 17, 4, tzinfo=UTC)
    with seen_as(seal(row, {"b": 1, "a": {2, 1}}, at)):
        assert_unchanged(Meeting.objects.get(pk=meeting.pk), {"a": {1, 2}, "b": 1}, at.astimezone())
        assert_unchanged("what a further verb does is part of it")


@pytest.mark.parametrize("sent", ["", "x", "x:y", "🀄"])
def test_a_seal_that_is_none_of_ours_fits_nothing(sent):
    with pytest.raises(Stale), seen_as(sent):
        assert_unchanged("what is now")


def test_a_verb_that_compares_nothing_is_a_fault_of_ours():
    with pytest.raises(RuntimeError, match="compares what it does"), seen_as(seal("shown")):
        pass


def test_a_verb_called_without_a_page_compares_nothing():
    assert_unchanged("what is now")


def test_of_two_extensions_of_silence_one_is_recorded(meeting, issued):
    closing = Closing(date(2099, 5, 15), time(18), "Asia/Almaty")
    silence = open_silence(issued().pk, closing=closing, actor=None, reason="Note 3 of the chair")
    address = reverse("admin:meetings_silenceprocedure_extend", args=[silence.pk])
    asked = {"closes_at": "18:00", "zone": "Asia/Almaty", "text": "Asked for by Dushanbe."}
    days = [{**asked, "closes_on": "2099-05-18"}, {**asked, "closes_on": "2099-05-22"}]
    page = confirmed_at_once(SilenceProcedure.objects.filter(pk=silence.pk), address, *days)
    assert [row.kind for row in silence.events.all()] == ["opened", "extended"]
    # Who was second with the earlier day is told that it is no extension any more.
    told = page.content.decode()
    assert STALE in told or "An extension closes later than the silence that runs." in told


def test_of_two_revisions_of_a_paper_one_is_registered(meeting, issued):
    paper = issued()
    address = reverse("admin:meetings_document_follow", args=[paper.pk])
    values = {"suffix": "Rev", "titles_en": "Draft communiqué", "dated_on": "2027-03-01", "reason": ""}
    answers = at_once(
        Document.objects.filter(pk=paper.pk),
        *(confirming(name, address, values) for name in ("aida", "bolat")),
    )
    assert [answer.status_code for answer in answers].count(302) == 1
    assert [row.symbol_id for row in paper.followers.all()] == [f"{paper.symbol_id}/Rev.1"]


def test_a_deadline_is_waived_or_received_and_not_both(meeting):
    dues = list(Due.objects.order_by("pk")[:2])
    query = "?ids=" + ",".join(str(due.pk) for due in dues)
    waived, received = (reverse(f"admin:meetings_due_{w}") + query for w in ("waived", "received"))
    came = {"at_0": "2026-01-14", "at_1": "12:00", "reason": "by note verbale"}
    answers = at_once(
        Meeting.objects.filter(pk=meeting.pk),
        confirming("aida", waived, {"reason": "Not needed."}),
        confirming("bolat", received, came),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    assert STALE in next(answer for answer in answers if answer.status_code == 200).content.decode()
    assert len(set(Due.objects.filter(pk__in=[due.pk for due in dues]).values_list("status", flat=True))) == 1


def test_of_two_stages_of_an_outcome_one_is_recorded(meeting):
    outcome = Outcome.objects.create(meeting=meeting, title="Joint declaration", kind="declaration")
    address = reverse("admin:meetings_outcome_step", args=[outcome.pk])
    answers = at_once(
        Outcome.objects.filter(pk=outcome.pk),
        confirming("aida", address, {"stage": "signed", "basis": "The protocol.", "state_KZ": "took"}),
        confirming("bolat", address, {"stage": "adopted", "basis": "The minutes.", "state_KZ": "took"}),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    assert outcome.steps.count() == 1
