"""What the desk says when the order runs out of states, and when a decision contradicts what was held."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from meetings.hosts.of_tracks import proposed_host
from rotation.models import Membership, RotationDecision, Summit
from tests.acts import confirm
from tests.factories import MechanismFactory, StateFactory, TrackFactory, day_span, decided

pytestmark = pytest.mark.django_db
TAKEN = {"decided_on": "2026-03-02", "basis": "Astana Declaration, art. 3", "note": ""}
NOBODY = "Nobody would be left in the side “China” to host in 2031."


@pytest.fixture
def mechanism(db):
    return MechanismFactory()


@pytest.fixture
def track(mechanism):
    return TrackFactory(mechanism=mechanism, rotation=mechanism, host_rule="follows_summit")


@pytest.fixture
def ending(mechanism, track):
    """China's membership ends in the stored rule, so that nobody of its side hosts in 2031."""
    Membership.objects.filter(state="CN").update(until_period="2029")
    return mechanism


def address(name, *args):
    return reverse(f"admin:{name}", args=args)


def text_of(desk, page, query=None):
    answer = desk.get(page, query or {}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_page_says_where_the_turns_end_and_goes_on_working(desk, ending, track):
    pages = [
        address("rotation_mechanism_change", ending.pk),
        address("rotation_mechanism_what_if", ending.pk),
        *(
            address("rotation_mechanism_decision", ending.pk, kind)
            for kind in ("swap", "skip", "accede", "withdraw", "revoke")
        ),
    ]
    assert [NOBODY in text_of(desk, page) for page in pages] == [True] * len(pages)
    announcing = address("meetings_summit_announce", ending.pk, "2031")
    assert "No turn of 2031 can be computed" in text_of(desk, announcing)
    rows = desk.get(address("meetings_track_change", track.pk)).context["hostings"]
    assert (rows[-2]["host"], rows[-1]["host"], rows[-1]["reasons"]) == (
        "Kyrgyzstan",
        "",
        ["Nobody is left in the order to host in 2031"],
    )


def test_the_turns_before_the_end_are_shown_and_the_track_names_nobody_after_it(desk, ending, track):
    turns = desk.get(address("rotation_mechanism_change", ending.pk)).context["turns"]
    assert [row["holder"] for row in turns] == ["China", "Kazakhstan", "China", "Kyrgyzstan"]
    days = [day_span(day).first_on for day in ("2029-04-20", "2034-04-20")]
    assert [proposed_host(track, day).host for day in days] == ["KG", None]


def test_an_accession_mends_an_order_that_ended(desk, ending):
    StateFactory(code="MN", names={"en": "Mongolia"}, zone="Asia/Ulaanbaatar")
    values = {"member": "MN", "side": "China", "from_period": "2030", **TAKEN}
    confirm(desk, address("rotation_mechanism_decision", ending.pk, "accede"), values)
    answer = desk.get(address("rotation_mechanism_change", ending.pk))
    assert (answer.context["turns_end"], answer.context["turns"][4]["holder"]) == ("", "Mongolia")


def test_a_trial_says_where_the_turns_end_and_an_accession_mends_it(desk, ending):
    page = address("rotation_mechanism_what_if", ending.pk)
    accede = {"kind": "accede", "member": {"code": "MN", "name": "Mongolia"}, "side": "1", "from": "2030"}
    mended = desk.get(page, {"d": [json.dumps(accede)]})
    assert [draft["problem"] for draft in mended.context["drafts"]] == [""]
    assert NOBODY not in mended.content.decode()
    lost = desk.get(page, {"d": [json.dumps({"kind": "skip", "period": "2029"})]})
    assert [draft["problem"] for draft in lost.context["drafts"]] == [NOBODY]
    for ending_ in ("csv", "pdf"):
        assert desk.get(f"{page[:-1]}.{ending_}").status_code == 200


def test_a_held_summits_page_opens_although_no_turn_follows(desk, ending):
    Membership.objects.filter(state="CN").update(until_period="2026")
    summit = ending.summits.create(ordinal=2, period="2025", host_id="KZ", status="held")
    assert desk.get(address("rotation_summit_change", summit.pk)).context["next"] is None
    assert "record their decision first" not in text_of(desk, address("meetings_summit_hand_over", summit.pk))


def held_otherwise(mechanism):
    mechanism.summits.create(ordinal=2, period="2025", host_id="KZ", status="held")
    return address("rotation_mechanism_change", mechanism.pk)


def warnings(answer):
    return [
        (each["summit"].ordinal, each["host"], each["period"]) for each in answer.context["contradictions"]
    ]


def test_a_decision_about_a_held_turn_is_warned_of_before_and_after(desk, mechanism):
    page = held_otherwise(mechanism)
    assert warnings(desk.get(page)) == []
    values = {"period": "2025", "member": "UZ", **TAKEN}
    before = desk.post(address("rotation_mechanism_decision", mechanism.pk, "assign"), values)
    decided(mechanism, "assign", period="2025", member="UZ")
    after = desk.get(page)
    sentence = "Summit 2 was held by Kazakhstan in 2025, but with the decisions its turn is that of Uzbekistan in 2025."
    assert [warnings(answer) for answer in (before, after)] == [[(2, "Uzbekistan", "2025")]] * 2
    assert [sentence in answer.content.decode() for answer in (before, after)] == [True, True]
    assert Summit.objects.get().host_id == "KZ"
    decided(mechanism, "revoke", revokes=0)
    assert warnings(desk.get(page)) == []


def test_an_announcement_goes_through_the_page_that_makes_the_summit_too(desk, mechanism, track):
    mechanism.summits.create(ordinal=1, period="2023", host_id="CN", status="held")
    mechanism.summits.create(ordinal=2, period="2025", host_id="KZ")
    kind = address("rotation_mechanism_decision", mechanism.pk, "announce")
    offered = desk.get(kind).context["turns"]
    assert [(each["shown"]["turn"].period, each["shown"]["holder"]) for each in offered] == [
        ("2027", "China"),
        ("2029", "Kyrgyzstan"),
        ("2031", "China"),
        ("2033", "Tajikistan"),
        ("2035", "China"),
        ("2037", "Turkmenistan"),
    ]
    announcing = address("meetings_summit_announce", mechanism.pk, "2029")
    assert offered[1]["url"] == announcing
    assert desk.get(f"{kind}?period=2029")["Location"] == announcing
    answer = desk.post(kind, {**TAKEN, "period": "2029", "confirm": "yes"})
    assert (answer["Location"], RotationDecision.objects.count()) == (announcing, 0)
    assert desk.get(f"{kind}?period=a/b", follow=True).status_code == 200


def test_a_rotation_without_a_track_records_the_announcement_alone(desk, mechanism):
    kind = address("rotation_mechanism_decision", mechanism.pk, "announce")
    confirm(desk, kind, {**TAKEN, "period": "2029"})
    assert RotationDecision.objects.get().kind == "announce"


def queries_of(desk, page):
    with CaptureQueriesContext(connection) as queries:
        assert desk.get(page).status_code == 200
    return len(queries)


def test_the_pages_cost_the_same_with_many_decisions_and_summits(desk, mechanism, track):
    pages = [
        held_otherwise(mechanism),
        address("rotation_mechanism_decision", mechanism.pk, "announce"),
        address("rotation_mechanism_decision", mechanism.pk, "swap"),
        address("rotation_summit_changelist"),
    ]
    decided(mechanism, "assign", period="2025", member="UZ")
    before = [queries_of(desk, page) for page in pages]
    for number in range(8):
        decided(mechanism, "assign", period="2025", member=["TJ", "UZ"][number % 2])
        period = str(2027 + 2 * number)
        mechanism.summits.create(ordinal=3 + number, period=period, host_id="TJ", status="held")
    assert [queries_of(desk, page) for page in pages] == before
