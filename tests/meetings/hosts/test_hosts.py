"""Who hosts a track's meeting: by the summit, by turns of its own, by offer, or always one state."""

from datetime import date
from itertools import takewhile

import pytest

from meetings.hosts.of_tracks import coming_hosts, proposed_host
from meetings.hosts.rules import (
    SENTENCES,
    HostRule,
    Offer,
    host_on,
    is_in_period,
    next_hosts,
    period_span,
    reason_sentence,
    says_no_more_than_its_period,
)
from meetings.models import HostOffer
from meetings.schedule.dates import Precision, Span, parse_span
from rotation import reasons
from rotation.rule import Decision, Member, Rule, Side, turns
from tests.factories import MechanismFactory, StateFactory, TrackFactory

CHINA = Member("CN", "China")
ASIA = tuple(
    Member(code, name)
    for code, name in [
        ("KZ", "Kazakhstan"),
        ("KG", "Kyrgyzstan"),
        ("TJ", "Tajikistan"),
        ("TM", "Turkmenistan"),
        ("UZ", "Uzbekistan"),
    ]
)
SUMMIT = Rule(
    "Summit",
    "2023",
    24,
    (Side("China", (CHINA,)), Side("Central Asia", ASIA, "alphabetical")),
    held_until="2025",
    basis="Xi'an Declaration, art. 2",
)
TRANSPORT = Rule(
    "Transport ministers",
    "2023",
    24,
    (Side("All", (CHINA, *ASIA), "alphabetical"),),
    held_until="2025",
    basis="memorandum of 25 September 2023",
)
SOURCE = "https://en.trend.az/casia/kyrgyzstan/4044520.html"


def until(rule, period, decisions=()):
    return tuple(takewhile(lambda turn: turn.period <= period, turns(rule, decisions)))


def by_turns(kind, rule, period="2037", decisions=()):
    return HostRule(kind, until(rule, period, decisions), rule.step_months)


def told(hosting):
    return [reason_sentence(reason) for reason in hosting.reasons]


@pytest.mark.parametrize(
    ("day", "host", "period", "status"),
    [
        (date(2023, 4, 27), "CN", "2023", "held"),  # foreign ministers 4, Xi'an
        (date(2024, 12, 1), "CN", "2023", "held"),  # foreign ministers 5, Chengdu
        (date(2025, 4, 26), "KZ", "2025", "held"),  # foreign ministers 6, Almaty
        (date(2028, 12, 31), "CN", "2027", "projected"),
        (date(2029, 1, 1), "KG", "2029", "projected"),
    ],
)
def test_a_track_that_follows_the_summit_meets_where_its_last_turn_is_until_the_next(
    day, host, period, status
):
    found = host_on(by_turns("follows_summit", SUMMIT), day)
    assert (found.host, found.period, found.status) == (host, period, status)


def test_a_followed_turn_brings_its_own_reasons_along():
    assert told(host_on(by_turns("follows_summit", SUMMIT), date(2030, 5, 1))) == [
        "The track follows the summit: the turn of 2029 decides until the next turn",
        "The sides take turns: after China comes Central Asia — Xi'an Declaration, art. 2",
        "Central Asia, turn 2: after Kazakhstan, alphabetically, comes Kyrgyzstan — Xi'an Declaration, art. 2",
    ]


def test_before_the_first_turn_nobody_is_known():
    found = host_on(by_turns("follows_summit", SUMMIT), date(2022, 6, 8))
    assert (found.host, found.status, told(found)) == (None, "open", ["No turn falls in 2022"])


def test_the_transport_ministers_meet_by_an_order_of_their_own():
    found = next_hosts(by_turns("own_rotation", TRANSPORT), date(2023, 1, 1), 2027)
    assert [(row.period, row.host) for row in found] == [("2023", "CN"), ("2025", "KZ"), ("2027", "KG")]
    assert told(found[-1]) == [
        "All, turn 3: after Kazakhstan, alphabetically, comes Kyrgyzstan — memorandum of 25 September 2023"
    ]


def test_an_offer_that_was_agreed_bends_an_order_of_its_own_with_its_source():
    offered = Decision("assign", date(2025, 5, 16), SOURCE, period="2027", member="UZ")
    found = next_hosts(by_turns("own_rotation", TRANSPORT, decisions=[offered]), date(2026, 1, 1), 2031)
    assert [(row.period, row.host) for row in found] == [
        ("2025", "KZ"),
        ("2027", "UZ"),
        ("2029", "CN"),
        ("2031", "KZ"),
    ]
    assert f"By agreement Uzbekistan holds 2027, and the order goes on after it — {SOURCE}" in told(found[1])


def test_between_the_turns_of_its_own_rotation_a_track_has_no_host():
    found = host_on(by_turns("own_rotation", TRANSPORT), date(2026, 5, 1))
    assert (found.host, told(found)) == (None, ["No turn falls in 2026"])
    assert told(host_on(HostRule("own_rotation"), date(2026, 5, 1))) == [
        "The track has a rotation of its own, but its order is not entered yet"
    ]


KYRGYZSTAN = Offer(Member("KG", "Kyrgyzstan"), 2027, SOURCE)
TAJIKISTAN = Offer(Member("TJ", "Tajikistan"), 2027, "note verbale 12")


def test_the_transport_ministers_meet_in_2027_where_kyrgyzstan_offered():
    rule = HostRule("by_offer", offers=(KYRGYZSTAN,))
    found = host_on(rule, date(2027, 5, 1))
    assert (found.host, found.period, found.status) == ("KG", "2027", "offered")
    assert told(found) == [f"Kyrgyzstan offered to host in 2027; nothing is agreed yet — {SOURCE}"]
    found = next_hosts(rule, date(2026, 11, 24), 2035)
    assert [(row.period, row.host) for row in found] == [("2027", "KG"), ("", None)]
    assert told(found[1]) == ["The host is found by offer, and no other offer is recorded"]


def test_without_an_offer_nobody_is_known_and_that_is_said():
    found = host_on(HostRule("by_offer", offers=(KYRGYZSTAN,)), date(2029, 5, 1))
    assert (found.host, found.status) == (None, "open")
    assert told(found) == ["The host is found by offer, and no state has offered to host in 2029"]


def test_of_two_offers_none_is_chosen_until_one_is_agreed():
    found = host_on(HostRule("by_offer", offers=(KYRGYZSTAN, TAJIKISTAN)), date(2027, 5, 1))
    assert (found.host, found.status) == (None, "open")
    assert told(found)[0] == "More than one state offered to host in 2027; nothing is agreed yet"
    agreed = Offer(Member("TJ", "Tajikistan"), 2027, "note verbale 12", is_agreed=True)
    found = host_on(HostRule("by_offer", offers=(KYRGYZSTAN, agreed)), date(2027, 5, 1))
    assert (found.host, found.status) == ("TJ", "agreed")
    assert told(found) == ["Tajikistan offered to host in 2027, and it was agreed — note verbale 12"]


def test_a_fixed_host_hosts_whenever_the_track_meets():
    rule = HostRule("fixed", fixed=CHINA, basis="regulations, art. 4")
    found = host_on(rule, date(2031, 5, 1))
    assert (found.host, found.status) == ("CN", "fixed")
    assert told(found) == ["China hosts every meeting of this track — regulations, art. 4"]
    assert next_hosts(rule, date(2026, 1, 1), 2035) == (found,)
    assert host_on(HostRule("fixed"), date(2031, 5, 1)).host is None


def test_the_coming_hosts_begin_with_the_turn_that_decides_today():
    found = next_hosts(by_turns("follows_summit", SUMMIT), date(2026, 11, 24), 2035)
    assert [(row.period, row.host) for row in found] == [
        ("2025", "KZ"),
        ("2027", "CN"),
        ("2029", "KG"),
        ("2031", "CN"),
        ("2033", "TJ"),
        ("2035", "CN"),
    ]


@pytest.mark.parametrize(
    ("day", "period", "step", "inside"),
    [
        (date(2027, 12, 31), "2027", 24, True),
        (date(2028, 1, 1), "2027", 24, False),
        (date(2017, 7, 1), "2017-H2", 6, True),
        (date(2017, 6, 30), "2017-H2", 6, False),
        (date(2024, 5, 31), "2024-05", 1, True),
        (date(2024, 6, 1), "2024-05", 1, False),
    ],
)
def test_a_turn_is_held_in_the_period_that_names_it(day, period, step, inside):
    assert is_in_period(day, period, step) is inside


@pytest.mark.parametrize(
    ("period", "step", "first", "last"),
    [
        ("2029", 24, "2029-01-01", "2029-12-31"),
        ("2017-H1", 6, "2017-01-01", "2017-06-30"),
        ("2017-H2", 6, "2017-07-01", "2017-12-31"),
        ("2024-02", 1, "2024-02-01", "2024-02-29"),
    ],
)
def test_a_date_known_to_its_period_only_may_move_with_it(period, step, first, last):
    span = period_span(period, step, "Asia/Bishkek")
    assert (span.first_on.isoformat(), span.last_on.isoformat()) == (first, last)
    assert says_no_more_than_its_period(span, step)


@pytest.mark.parametrize("start", ["2029-05", "2029-05-17"])
def test_a_month_or_a_day_was_chosen_and_does_not_move_with_the_period(start):
    assert not says_no_more_than_its_period(parse_span(start, None, "Asia/Bishkek"), 24)


def test_a_meeting_without_any_date_takes_that_of_its_period():
    assert says_no_more_than_its_period(Span(Precision.NONE, None, None, "Asia/Bishkek"), 24)


def test_our_reasons_and_the_turns_have_different_codes():
    assert not SENTENCES.keys() & reasons.SENTENCES.keys()


@pytest.mark.django_db
def test_a_stored_track_tells_its_hosts_by_its_rule(django_assert_num_queries):
    mechanism = MechanismFactory()
    follows = TrackFactory(mechanism=mechanism, host_rule="follows_summit")
    offer = TrackFactory(mechanism=mechanism, host_rule="by_offer")
    fixed = TrackFactory(mechanism=mechanism, host_rule="fixed", fixed_host=StateFactory(code="UZ"))
    HostOffer.objects.create(track=offer, state_id="KG", year=2027, basis=SOURCE)
    HostOffer.objects.create(track=offer, state_id="TJ", year=2027, basis="x", status="withdrawn")
    with django_assert_num_queries(6):
        assert proposed_host(follows, date(2029, 4, 1)).host == "KG"
    assert proposed_host(fixed, date(2029, 4, 1)).host == "UZ"
    found = coming_hosts(offer, date(2026, 1, 1), 2035)
    assert [(row.period, row.host, row.status) for row in found] == [
        ("2027", "KG", "offered"),
        ("", None, "open"),
    ]


@pytest.mark.django_db
def test_a_track_of_its_own_rotation_leaves_the_summits_turns_alone():
    summit = MechanismFactory()
    own = MechanismFactory(slug="transport-ministers", first_holder_id="CN")
    own.sides.all().delete()
    side = own.sides.create(position=1, names={"en": "All"}, order="alphabetical")
    for code in ("UZ", "KG", "KZ", "CN", "TJ", "TM"):
        side.memberships.create(state=StateFactory(code=code))
    track = TrackFactory(mechanism=summit, rotation=own, host_rule="own_rotation")
    found = coming_hosts(track, date(2023, 9, 25), 2027)
    assert [(row.period, row.host) for row in found] == [("2023", "CN"), ("2025", "KZ"), ("2027", "KG")]
