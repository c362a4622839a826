from datetime import date

import pytest
from django.db import Error, IntegrityError, connection, transaction
from django.db.models import ProtectedError

from rotation.changes import turns_changed
from rotation.concurrency import Stale, seal, seen_as
from rotation.deciding import DecisionRefused, plan_decisions, record_decision
from rotation.models import RotationDecision
from rotation.projection import decisions_of, turns_until
from rotation.rule import Decision
from tests.factories import MechanismFactory, StateFactory, UserFactory, decided

SWAP = Decision("swap", date(2026, 3, 2), "Astana Declaration, art. 3", period="2029", other_period="2033")


@pytest.fixture
def mechanism(db):
    return MechanismFactory()


def hosts(mechanism, until="2035", **known):
    return {turn.period: turn.holder for turn in turns_until(mechanism, until, **known)}


def test_a_recorded_decision_bends_the_turns_and_names_its_basis(mechanism):
    decided(mechanism, "swap", period="2029", other_period="2033")
    assert hosts(mechanism) == {
        "2023": "CN",
        "2025": "KZ",
        "2027": "CN",
        "2029": "TJ",
        "2031": "CN",
        "2033": "KG",
        "2035": "CN",
    }
    turn = turns_until(mechanism, "2029")[-1]
    assert [dict(why.values)["basis"] for why in turn.why if why.code == "swapped"] == [
        "Astana Declaration, art. 3"
    ]


def test_every_kind_is_stored_and_read_back_as_it_was_decided(mechanism):
    StateFactory(code="AF", names={"en": "Afghanistan"}, zone="Asia/Kabul")
    decisions = [
        Decision("swap", date(2026, 1, 1), "a", period="2029", other_period="2033"),
        Decision("substitute", date(2026, 1, 2), "b", period="2029", member="UZ", turn_kept=True),
        Decision("skip", date(2026, 1, 3), "c", period="2037"),
        Decision("assign", date(2026, 1, 4), "d", period="2041", member="UZ"),
        Decision("postpone", date(2026, 1, 5), "e", period="2031", to="2032"),
        Decision("vacate", date(2026, 1, 6), "f", period="2045"),
        Decision(
            "accede",
            date(2026, 1, 7),
            "g",
            member="AF",
            name="Afghanistan",
            called="Afghanistan",
            side="Central Asia",
            from_period="2031",
        ),
        Decision("withdraw", date(2026, 1, 8), "h", member="TM", from_period="2039"),
        Decision("announce", date(2026, 1, 9), "i", period="2027"),
        Decision("revoke", date(2026, 1, 10), "j", revokes=5),
        Decision("advance", date(2026, 1, 11), "k", period="2035", to="2034", shift=True),
    ]
    for draft in decisions:
        record_decision(mechanism.pk, draft, actor=None)
    assert list(decisions_of(mechanism)) == decisions


def test_a_plan_shows_each_period_before_and_after_and_writes_nothing(mechanism):
    changed = [pair for pair in plan_decisions(mechanism, [SWAP]) if pair.is_changed]
    assert [(pair.period, pair.before.holder, pair.after.holder) for pair in changed] == [
        ("2029", "KG", "TJ"),
        ("2033", "TJ", "KG"),
    ]
    assert not RotationDecision.objects.exists()


def test_a_decision_without_a_legal_basis_is_refused(mechanism):
    with pytest.raises(DecisionRefused) as refused:
        decided(mechanism, "skip", basis=" ", period="2029")
    assert refused.value.key == "basis"
    with pytest.raises(IntegrityError), transaction.atomic():
        RotationDecision.objects.create(
            mechanism=mechanism, number=1, kind="skip", decided_on=date(2026, 1, 1), period="2029"
        )


def test_a_decision_of_a_period_without_a_turn_is_refused_and_changes_nothing(mechanism):
    with pytest.raises(DecisionRefused) as refused:
        decided(mechanism, "skip", period="2030")
    assert (refused.value.key, refused.value.problem) == ("period", "No turn falls in 2030.")
    assert not RotationDecision.objects.exists()


def test_a_refusal_calls_the_state_by_its_name(mechanism):
    decided(mechanism, "withdraw", member="TM", from_period="2031")
    with pytest.raises(DecisionRefused) as refused:
        decided(mechanism, "assign", period="2037", member="TM")
    assert (refused.value.key, refused.value.problem) == (
        "member",
        "Turkmenistan is not in the order in 2037.",
    )


def test_the_last_member_of_a_side_cannot_withdraw(mechanism):
    with pytest.raises(DecisionRefused, match="Nobody would be left in the side “China” to host in 2027"):
        decided(mechanism, "withdraw", member="CN", from_period="2027")


def test_an_earlier_decision_that_a_revocation_pulls_the_ground_from_is_named(mechanism):
    decided(mechanism, "withdraw", member="TM", from_period="2031", on="2026-01-01")
    StateFactory(code="TM")
    decided(mechanism, "accede", member="TM", name="Turkmenistan", side="Central Asia", from_period="2039")
    with pytest.raises(DecisionRefused) as refused:
        decided(mechanism, "revoke", revokes=0, on="2026-04-01")
    assert refused.value.problem == (
        "Decision 2. accession would make no sense any more. "
        "Turkmenistan is in the order in 2039 or later. Revoke it first."
    )


def test_a_revocation_restores_the_turns(mechanism):
    before = hosts(mechanism, "2050")
    decided(mechanism, "skip", period="2029")
    assert hosts(mechanism, "2050") != before
    decided(mechanism, "revoke", revokes=0, on="2026-05-01")
    assert hosts(mechanism, "2050") == before


def test_the_turns_can_be_told_as_they_were_known_on_a_day(mechanism):
    decided(mechanism, "swap", period="2029", other_period="2033", on="2026-03-02")
    assert hosts(mechanism, known_on=date(2026, 3, 1))["2029"] == "KG"
    assert hosts(mechanism, known_on=date(2026, 3, 2))["2029"] == "TJ"


def test_who_decided_what_is_refused_when_another_decision_came_between(mechanism):
    shown = seal(mechanism.decisions.count())
    with seen_as(shown):
        record_decision(mechanism.pk, SWAP, actor=None)
    with pytest.raises(Stale), seen_as(shown):
        record_decision(mechanism.pk, SWAP, actor=None)
    assert mechanism.decisions.count() == 1


@pytest.mark.parametrize(
    "statement", ["update rotation_rotationdecision set basis = 'x'", "delete from rotation_rotationdecision"]
)
def test_the_database_refuses_to_edit_or_delete_a_decision(mechanism, statement):
    decided(mechanism, "skip", period="2029")
    with pytest.raises(Error, match="Cannot update or delete"), transaction.atomic():
        connection.cursor().execute(statement)


def test_the_one_who_recorded_a_decision_stays(mechanism):
    officer = UserFactory()
    assert decided(mechanism, "skip", period="2029", actor=officer).recorded_by == officer
    with pytest.raises(ProtectedError):
        officer.delete()


def test_an_announced_summit_follows_a_decision_and_a_held_one_never_does(mechanism):
    mechanism.summits.create(ordinal=1, period="2023", host_id="CN", status="held")
    third = mechanism.summits.create(ordinal=3, period="2027", host_id="CN")
    fourth = mechanism.summits.create(ordinal=4, period="2029", host_id="KG")
    told = []

    def listen(sender, mechanism, summits, **kwargs):
        told.append([(summit.ordinal, summit.host_id, summit.period) for summit in summits])

    turns_changed.connect(listen)
    try:
        decided(mechanism, "vacate", period="2027")
        decided(mechanism, "substitute", period="2029", member="UZ", turn_kept=True)
        decided(mechanism, "revoke", revokes=0, on="2026-04-01")
    finally:
        turns_changed.disconnect(listen)
    assert told[0] == [(3, "CN", "2029"), (4, "KG", "2031")]
    third.refresh_from_db()
    fourth.refresh_from_db()
    assert (third.host_id, third.period) == ("CN", "2027")
    assert (fourth.host_id, fourth.period) == (hosts(mechanism)["2029"], "2029")
    assert mechanism.summits.get(ordinal=1).host_id == "CN"


def test_the_turns_take_the_same_queries_with_one_decision_and_with_twenty(
    mechanism, django_assert_num_queries
):
    decided(mechanism, "announce", period="2029")
    with django_assert_num_queries(6):
        turns_until(mechanism, "2035")
    for _ in range(19):
        decided(mechanism, "announce", period="2029")
    with django_assert_num_queries(6):
        turns_until(mechanism, "2035")


def test_the_reasons_call_a_state_as_the_reader_does_and_order_it_as_the_rule_does(mechanism):
    turn = turns_until(mechanism, "2029", "zh-hans")[-1]
    assert (turn.holder, [dict(why.values).get("holder") for why in turn.why]) == (
        "KG",
        [None, "吉尔吉斯斯坦"],
    )
