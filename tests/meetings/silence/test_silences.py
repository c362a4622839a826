"""Silence procedures as the service keeps them: judged by the database's clock, over once and for good."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, transaction

from meetings import changes
from meetings.models import Outcome, SilenceBinding, SilenceEvent, SilenceParty, SilenceProcedure
from meetings.outcomes.acts import record_step, revoke_step
from meetings.outcomes.stages import Stage
from meetings.papers.acts import withdraw_document
from meetings.papers.refusals import UnderSilence
from meetings.silence.acts import (
    ActRefused,
    Receipt,
    adopt_expired,
    database_now,
    explain_position,
    extend_silence,
    notices_of,
    object_to,
    open_silence,
    plan_act,
    stand_aside,
    withdraw_silence,
)
from meetings.silence.rules import Closing, Effect, Kind
from rotation.concurrency import Stale, seal, seen_as
from tests.factories import MeetingFactory

pytestmark = pytest.mark.django_db
SIX = ["CN", "KG", "KZ", "TJ", "TM", "UZ"]
FIVE = ["CN", "KG", "KZ", "TJ", "UZ"]
ZONE = "Asia/Almaty"
# Days that no test outlives, and days that are past: the clock is the database's own.
FRIDAY = Closing(date(2031, 5, 16), time(18), ZONE)
MONDAY = Closing(date(2031, 5, 19), time(18), ZONE)
LAST_WEEK = datetime(2026, 4, 13, 9, tzinfo=ZoneInfo(ZONE))
CLOSED = Closing(date(2026, 4, 17), time(18), ZONE)


@pytest.fixture
def running(issued):
    return open_silence(issued().pk, closing=FRIDAY, actor=None, reason="Agreed by the coordinators.")


@pytest.fixture
def expired(issued):
    """Opened and closed in the past, as the tables had it then; nobody has closed it yet."""
    return closed_silence(issued())


def stored_opening(procedure):
    SilenceParty.objects.bulk_create(SilenceParty(procedure=procedure, state_id=code) for code in SIX)
    SilenceEvent.objects.create(
        procedure=procedure,
        kind="opened",
        at=procedure.opened_at,
        closes_on=procedure.closes_on,
        closes_at=procedure.closes_at,
        zone=procedure.zone,
    )


def closed_silence(document, with_acts=True):
    procedure = SilenceProcedure(document=document, opened_at=LAST_WEEK)
    procedure.take_closing(CLOSED)
    procedure.save()
    if with_acts:
        stored_opening(procedure)
    return procedure


def stood_aside(procedure, state, at=LAST_WEEK + timedelta(hours=1)):
    SilenceEvent.objects.create(procedure=procedure, kind="stood aside", at=at, state_id=state, text="Note")


def stored(procedure):
    return SilenceProcedure.objects.get(pk=procedure.pk)


def bound_by(procedure):
    bindings = SilenceBinding.objects.filter(event__procedure=procedure)
    return sorted(bindings.values_list("state_id", flat=True))


def kinds(procedure):
    return list(SilenceEvent.objects.filter(procedure=procedure).values_list("kind", flat=True))


def test_silence_is_asked_of_all_six_until_an_hour_of_the_named_zone(running):
    assert (running.status, running.closing, running.closing_at) == ("open", FRIDAY, FRIDAY.instant)
    assert sorted(running.party_codes) == SIX
    assert kinds(running) == ["opened"]


def test_what_was_not_issued_or_is_under_silence_is_not_put_under_silence(draft, running):
    for document, code in [(draft("zh"), "not_issued"), (running.document, "open_already")]:
        with pytest.raises(ActRefused) as refusal:
            open_silence(document.pk, closing=FRIDAY, actor=None, reason="x")
        assert refusal.value.code == code
    with pytest.raises(UnderSilence):
        withdraw_document(running.document_id, actor=None, reason="x")


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"closing": CLOSED}, "past"),
        ({"reason": " "}, "reason"),
        ({"parties": []}, "nobody"),
        ({"parties": ["RU"]}, "not_a_party"),
    ],
)
def test_silence_that_makes_no_sense_is_not_opened(issued, values, code):
    with pytest.raises(ActRefused) as refusal:
        open_silence(issued().pk, **{"closing": FRIDAY, "actor": None, "reason": "x"} | values)
    assert (refusal.value.code, SilenceProcedure.objects.count()) == (code, 0)


def test_one_objection_breaks_silence_and_is_kept_with_its_amendment(running, user):
    event, effect = object_to(
        running.pk, state="TM", actor=user, text="Note 12/4", amendment="Strike paragraph 3."
    )
    assert (effect, stored(running).status) == (Effect.BREAKS, "broken")
    assert (event.state_id, event.amendment, event.recorded_by) == ("TM", "Strike paragraph 3.", user)
    _event, joined = object_to(running.pk, state="UZ", actor=user, text="Note 7/4")
    assert (joined, adopt_expired()) == (Effect.JOINS, 0)


def test_an_objection_after_the_closing_instant_is_late_and_the_text_is_adopted(expired):
    _event, effect = object_to(expired.pk, state="TM", actor=None, text="Note 12/4")
    assert (effect, stored(expired).status) == (Effect.NONE, "adopted")
    assert (kinds(expired), bound_by(expired)) == (["opened", "adopted", "objected"], SIX)


def test_an_objection_shown_as_breaking_is_not_recorded_as_late(expired):
    shown = plan_act(expired, Kind.OBJECTED, expired.closing_at - timedelta(minutes=1), state="TM")
    assert shown.effect is Effect.BREAKS
    with pytest.raises(Stale), seen_as(seal(expired, shown)):
        object_to(expired.pk, state="TM", actor=None, text="Note 12/4")
    assert kinds(expired) == ["opened"]


def in_time(hours=1):
    """A receipt before the closing instant."""
    at = CLOSED.instant - timedelta(hours=hours)
    return Receipt(at, ZONE, "Register of the chancery, no. 412")


def test_an_objection_received_in_time_breaks_silence_when_nobody_has_closed_it_yet(expired, user):
    event, effect = object_to(expired.pk, state="TM", actor=user, text="Note 12/4", receipt=in_time())
    assert (effect, kinds(expired)) == (Effect.BREAKS, ["opened", "objected"])
    assert (stored(expired).status, stored(expired).ended_at) == ("broken", in_time().at)
    assert (event.received_at, event.received_zone, event.evidence) == (
        in_time().at,
        ZONE,
        "Register of the chancery, no. 412",
    )
    assert adopt_expired() == 0


def test_an_objection_received_in_time_sets_a_recorded_adoption_aside(expired, user):
    meeting = MeetingFactory(track=expired.document.track)
    outcome = Outcome.objects.create(meeting=meeting, title="Communiqué", document=expired.document)
    adopt_expired()
    adopted_at = stored(expired).ended_at
    object_to(expired.pk, state="TM", actor=None, text="Note 12/4 came today.")
    _event, effect = object_to(expired.pk, state="TM", actor=user, text="Note 12/4", receipt=in_time())
    assert (effect, stored(expired).status) == (Effect.SETS_ASIDE, "set aside")
    assert kinds(expired) == ["opened", "adopted", "objected", "objected"]
    assert (stored(expired).ended_at, bound_by(expired)) == (adopted_at, SIX)
    outcome.refresh_from_db()
    back = outcome.steps.get(revokes__isnull=False)
    assert (outcome.stage, back.revokes.stage, back.recorded_by, back.basis) == (
        "",
        "adopted",
        user,
        "Note 12/4",
    )
    again = open_silence(expired.document_id, closing=MONDAY, actor=None, reason="Again.")
    assert again.status == "open"


def test_a_state_that_stood_aside_in_time_leaves_an_adoption_with_five(expired, user):
    meeting = MeetingFactory(track=expired.document.track)
    outcome = Outcome.objects.create(meeting=meeting, title="Communiqué", document=expired.document)
    adopt_expired()
    event, effect = stand_aside(expired.pk, state="TM", actor=user, text="Note 33/2", receipt=in_time())
    assert (effect, stored(expired).status) == (Effect.NARROWS, "adopted")
    assert sorted(row.state_id for row in event.bindings.all()) == FIVE
    outcome.refresh_from_db()
    assert (outcome.stage, [list(row.states) for row in outcome.standing_steps]) == ("adopted", [FIVE])
    object_to(expired.pk, state="UZ", actor=user, text="Note 7/4", receipt=in_time())
    outcome.refresh_from_db()
    assert (stored(expired).status, outcome.stage) == ("set aside", "")


def test_an_adoption_on_which_a_later_stage_rests_is_not_set_aside_before_that_is_taken_back(expired):
    meeting = MeetingFactory(track=expired.document.track)
    outcome = Outcome.objects.create(meeting=meeting, title="Communiqué", document=expired.document)
    adopt_expired()
    force = record_step(outcome.pk, stage=Stage.IN_FORCE, on=None, basis="Depositary", actor=None, states=SIX)
    with pytest.raises(ActRefused) as refusal:
        object_to(expired.pk, state="TM", actor=None, text="Note 12/4", receipt=in_time())
    assert (refusal.value.code, kinds(expired)) == ("gone_on", ["opened", "adopted"])
    revoke_step(force.pk, actor=None, reason="The adoption is set aside.")
    object_to(expired.pk, state="TM", actor=None, text="Note 12/4", receipt=in_time())
    assert stored(expired).status == "set aside"


def test_a_receipt_in_time_says_how_it_is_known(expired):
    receipt = Receipt(in_time().at, ZONE, " ")
    with pytest.raises(ActRefused) as refusal:
        object_to(expired.pk, state="TM", actor=None, text="Note 12/4", receipt=receipt)
    assert (refusal.value.code, kinds(expired)) == ("evidence", ["opened"])


def test_an_expired_silence_is_adopted_once_by_those_that_did_not_stand_aside(expired):
    stood_aside(expired, "TM")
    assert (adopt_expired(), adopt_expired()) == (1, 0)
    assert (stored(expired).status, bound_by(expired)) == ("adopted", FIVE)
    assert kinds(expired) == ["opened", "stood aside", "adopted"]


def test_silence_that_has_not_closed_by_the_databases_clock_is_not_adopted(running):
    assert (adopt_expired(), stored(running).status) == (0, "open")


def test_a_state_may_stand_aside_or_explain_itself_and_silence_runs_on(running):
    stand_aside(running.pk, state="TM", actor=None, text="Represented by its ambassador")
    explain_position(running.pk, state="UZ", actor=None, text="On paragraph 4")
    assert (stored(running).status, stored(running).standing(database_now()).bound) == ("open", tuple(FIVE))


def test_an_extension_moves_the_closing_for_all(running):
    with pytest.raises(ActRefused, match="later than the silence that runs"):
        extend_silence(running.pk, to=FRIDAY, actor=None, reason="Asked for by Dushanbe.")
    extend_silence(running.pk, to=MONDAY, actor=None, reason="Asked for by Dushanbe.")
    assert (stored(running).closing, stored(running).closing_at) == (MONDAY, MONDAY.instant)


def test_a_withdrawn_text_can_be_put_under_silence_again(running):
    withdraw_silence(running.pk, actor=None, reason="A new text follows.")
    assert stored(running).status == "withdrawn"
    again = open_silence(running.document_id, closing=MONDAY, actor=None, reason="Again.")
    assert again.status == "open"


def test_nothing_is_extended_or_withdrawn_after_the_closing_instant(expired):
    for verb in (
        lambda: extend_silence(expired.pk, to=MONDAY, actor=None, reason="x"),
        lambda: withdraw_silence(expired.pk, actor=None, reason="x"),
        lambda: stand_aside(expired.pk, state="TM", actor=None, text="x"),
    ):
        with pytest.raises(ActRefused) as refusal:
            verb()
        assert refusal.value.code == "not_running"


def test_every_act_tells_the_floors_above_in_its_transaction(running, expired):
    told = []

    def receiver(procedure_id, **_):
        told.append(procedure_id)

    changes.silence_changed.connect(receiver)
    try:
        explain_position(running.pk, state="UZ", actor=None, text="On paragraph 4")
        adopt_expired()
    finally:
        changes.silence_changed.disconnect(receiver)
    assert told == [running.pk, expired.pk]


def test_one_procedure_that_cannot_be_closed_does_not_keep_the_others(issued, expired):
    broken = closed_silence(issued(), with_acts=False)
    assert (adopt_expired(), stored(broken).status, stored(expired).status) == (1, "open", "adopted")


def test_an_outcome_is_adopted_with_its_text_by_the_same_states(expired):
    meeting = MeetingFactory(track=expired.document.track)
    outcome = Outcome.objects.create(meeting=meeting, title="Communiqué", document=expired.document)
    stood_aside(expired, "TM")
    adopt_expired()
    outcome.refresh_from_db()
    step = outcome.steps.get()
    assert (outcome.stage, list(step.states), step.basis) == ("adopted", FIVE, expired.document.symbol_id)
    assert [row.state_id for row in step.positions.filter(is_bound=False)] == ["TM"]


def test_the_notices_to_all_six_follow_from_the_acts(running, settings):
    settings.SILENCE_REMINDER_HOURS = [24]
    rows = notices_of(stored(running))
    assert [(row.kind, row.at) for row in rows[::6]] == [
        ("opened", running.opened_at),
        ("reminder", FRIDAY.instant - timedelta(hours=24)),
    ]
    assert sorted(row.state for row in rows) == sorted(SIX * 2)


def refused(change):
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
        change()


def test_the_database_keeps_every_act_and_what_is_over(expired):
    adopt_expired()
    for rows in (SilenceEvent.objects, SilenceBinding.objects, SilenceParty.objects):
        refused(lambda rows=rows: rows.all()._raw_delete("default"))
    refused(lambda: SilenceEvent.objects.update(text="x"))
    refused(lambda: SilenceProcedure.objects.update(status="open", ended_at=None))
    refused(lambda: SilenceProcedure.objects.update(status="set aside", ended_at=FRIDAY.instant))
    refused(lambda: SilenceProcedure.objects.all()._raw_delete("default"))
