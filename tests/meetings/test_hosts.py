"""Who hosts a track's meetings: the same engine for the summit's turns, a track's own, offers and one state."""

from datetime import date
from itertools import islice

import pytest

from meetings.hosts import HostRule, Offer, host_on, next_hosts, reason_sentence
from meetings.models import HostOffer
from meetings.track_hosts import coming_hosts, proposed_host
from rotation.rule import Member, Rule, Side, turns
from tests.factories import MechanismFactory, StateFactory, TrackFactory

STATES = [("UZ", "Uzbekistan"), ("CN", "China"), ("KG", "Kyrgyzstan"), ("KZ", "Kazakhstan")]
# The transport ministers met in China in 2023 and in Kazakhstan in 2025.
TRANSPORT = Rule(
    "Transport ministers",
    "2023",
    24,
    (Side("All", tuple(Member(*state) for state in STATES), "alphabetical", "en"),),
    basis="memorandum of 25 September 2023",
)


def told(hostings):
    return [(each.period, each.host, each.status) for each in hostings]


def test_the_transport_ministers_own_order_is_china_kazakhstan_kyrgyzstan():
    rule = HostRule("own_rotation", turns=tuple(islice(turns(TRANSPORT), 4)), step_months=24)
    assert told(next_hosts(rule, date(2023, 9, 25), 2029)) == [
        ("2023", "CN", "projected"),
        ("2025", "KZ", "projected"),
        ("2027", "KG", "projected"),
        ("2029", "UZ", "projected"),
    ]


def test_a_meeting_between_two_summits_follows_the_earlier_turn():
    rule = HostRule("follows_summit", turns=tuple(islice(turns(TRANSPORT), 4)), step_months=24)
    assert [host_on(rule, day).host for day in (date(2024, 12, 31), date(2025, 1, 1))] == ["CN", "KZ"]


def test_an_offer_binds_nobody_until_it_is_agreed():
    kyrgyzstan, uzbekistan = Member("KG", "Kyrgyzstan"), Member("UZ", "Uzbekistan")
    offered = HostRule("by_offer", offers=(Offer(kyrgyzstan, 2027, "Trend, May 2025"),))
    both = HostRule("by_offer", offers=(*offered.offers, Offer(uzbekistan, 2027, "note verbale")))
    agreed = HostRule(
        "by_offer", offers=(*both.offers[:1], Offer(uzbekistan, 2027, "minutes", is_agreed=True))
    )
    assert [host_on(rule, date(2027, 5, 1)).host for rule in (offered, both, agreed)] == ["KG", None, "UZ"]
    assert reason_sentence(host_on(offered, date(2027, 5, 1)).reasons[0]) == (
        "Kyrgyzstan offered to host in 2027; nothing is agreed yet — Trend, May 2025"
    )


@pytest.mark.django_db
def test_a_stored_track_tells_its_hosts_by_its_rule(django_assert_num_queries):
    mechanism = MechanismFactory()
    follows = TrackFactory(mechanism=mechanism, host_rule="follows_summit")
    offer = TrackFactory(mechanism=mechanism, host_rule="by_offer")
    fixed = TrackFactory(mechanism=mechanism, host_rule="fixed", fixed_host=StateFactory(code="UZ"))
    HostOffer.objects.create(track=offer, state_id="KG", year=2027, basis="Trend, May 2025")
    with django_assert_num_queries(6):
        assert proposed_host(follows, date(2029, 4, 1)).host == "KG"
    assert proposed_host(fixed, date(2029, 4, 1)).host == "UZ"
    assert told(coming_hosts(offer, date(2026, 1, 1), 2035)) == [
        ("2027", "KG", "offered"),
        ("", None, "open"),
    ]
