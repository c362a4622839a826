"""Announcing, holding and handing over a summit on the desk, and the hosts that a track's page tells."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from meetings.hosts.summits import announce_summit, hold_summit
from meetings.models import Blackout, Due, Handover, HostOffer, Meeting
from rotation.history import history_of
from rotation.models import Mechanism, RotationDecision, Summit
from tests.acts import confirm, look, seal_of
from tests.factories import (
    MechanismFactory,
    MeetingFactory,
    StateFactory,
    TemplateLineFactory,
    TrackFactory,
    UserFactory,
    day_span,
    decided,
)

pytestmark = pytest.mark.django_db
BASIS = "Astana Declaration, last article"
SAID = {"decided_on": "2026-06-01", "basis": BASIS, "zone": "Asia/Bishkek", "visibility": "public"}
YEAR = {**SAID, "precision": "year", "first_on": "2029-01-01"}


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(datetime(2026, 11, 24, 8, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def mechanism():
    return MechanismFactory()


@pytest.fixture
def track(mechanism):
    template = TemplateLineFactory(offset_days=-60).template
    return TrackFactory(
        mechanism=mechanism, rotation=mechanism, host_rule="follows_summit", deadline_template=template
    )


def announcing(mechanism, period="2029"):
    return reverse("admin:meetings_summit_announce", args=[mechanism.pk, period])


def announced(mechanism, period, span=None):
    return announce_summit(
        mechanism.pk, period=period, basis=BASIS, decided_on=date(2023, 1, 1), actor=None, span=span
    )


@pytest.fixture
def held(mechanism, track):
    summit = announced(mechanism, "2023", day_span("2023-05-18"))
    return hold_summit(summit.pk, actor=None)


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def test_what_announcing_makes_is_shown_before_anything_is_recorded(desk, mechanism, track):
    answer = desk.get(announcing(mechanism))
    assert answer.context["plan"]["turn"]["holder"] == "Kyrgyzstan"
    assert "first_on" not in answer.context["form"].initial  # nobody gave a day: 1 January is none
    day = {**SAID, "precision": "day", "first_on": "2029-06-18"}
    answer = desk.post(announcing(mechanism), {**day, "preview": "1"})
    plan = answer.context["plan"]
    assert (plan["when"], plan["states"]) == (
        "18 June 2029",
        ["China", "Kazakhstan", "Kyrgyzstan", "Tajikistan", "Turkmenistan", "Uzbekistan"],
    )
    assert [cell["day"] for cell in plan["lines"][0]["cells"]] == ["19 April 2029"] * 6
    assert 'name="confirm"' in answer.content.decode()
    assert not Summit.objects.exists()


def test_what_speaks_against_the_days_is_shown_before_a_summit_is_announced(desk, mechanism, track):
    Blackout.objects.create(
        name="General debate", first_on=date(2029, 6, 17), last_on=date(2029, 6, 20), source="UN journal"
    )
    day = {**SAID, "precision": "day", "first_on": "2029-06-18"}
    assert desk.get(announcing(mechanism)).context["clashes"] == []
    answer = desk.post(announcing(mechanism), {**day, "preview": "1"})
    texts = [clash["text"] for clash in answer.context["clashes"] if clash["code"] == "blackout"]
    assert texts == ["17–20 June 2029: General debate. Source: UN journal"]
    assert "What speaks against these days" in answer.content.decode()


SOON = {**SAID, "precision": "day", "first_on": "2027-01-14"}  # 60 days before it lie in the past


def test_deadlines_at_short_notice_show_new_days_that_are_taken_with_the_announcement(desk, mechanism, track):
    plan = desk.post(announcing(mechanism, "2027"), {**SOON, "preview": "1"}).context["plan"]
    cells = plan["lines"][0]["cells"]
    assert [(cell["day"], cell["is_past"], cell["proposal"]["day"]) for cell in cells] == [
        ("13 November 2026", True, "25 November 2026")
    ] * 6
    assert (plan["short"], plan["proposed"]) == (6, 6)
    answer = confirm(desk, announcing(mechanism, "2027"), {**SOON, "take": "1"}, follow=True)
    meeting = Meeting.objects.get()
    assert answer.redirect_chain[-1][0] == reverse("admin:meetings_meeting_change", args=[meeting.pk])
    dues = Due.objects.filter(deadline__meeting=meeting)
    assert set(dues.values_list("due_on", "notice", "pin_reason")) == {(date(2026, 11, 25), "agreed", BASIS)}


def test_proposals_that_are_left_out_lead_to_their_page(desk, mechanism, track):
    answer = confirm(desk, announcing(mechanism, "2027"), SOON, follow=True)
    meeting = Meeting.objects.get()
    assert answer.redirect_chain[-1][0] == reverse("admin:meetings_meeting_short", args=[meeting.pk])
    assert set(Due.objects.values_list("notice", flat=True)) == {"short"}


def test_a_confirmed_announcement_opens_the_meeting_that_it_made(desk, user, mechanism, track):
    answer = confirm(desk, announcing(mechanism), YEAR, follow=True)
    meeting = Meeting.objects.get()
    assert answer.redirect_chain[-1][0] == reverse("admin:meetings_meeting_change", args=[meeting.pk])
    assert said(answer) == ["The summit was announced, and its meeting was made."]
    assert (meeting.summit.period, meeting.host_id, meeting.city) == ("2029", "KG", "")
    assert RotationDecision.objects.get().recorded_by == user
    assert (history_of(meeting)[0].user, history_of(meeting)[0].reason) == (user.username, BASIS)


def test_a_decision_that_came_between_is_said_and_nothing_is_announced(desk, mechanism, track):
    seen = seal_of(look(desk, announcing(mechanism), YEAR))
    decided(mechanism, "skip", period="2029")
    answer = desk.post(announcing(mechanism), {**YEAR, "seen": seen, "confirm": "1"})
    assert "What would be done is no longer what was shown." in answer.content.decode()
    assert (Summit.objects.count(), Meeting.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"first_on": "2030-01-01"}, "first_on"),
        ({"decided_on": "2026-11-25"}, "decided_on"),
        ({"basis": " "}, "basis"),
        ({"zone": "Mars"}, "zone"),
        ({"precision": "none"}, "precision"),
    ],
)
def test_a_bad_answer_is_refused_at_its_field(desk, mechanism, track, values, field):
    answer = confirm(desk, announcing(mechanism), {**YEAR, **values})
    assert answer.context["form"].errors.keys() == {field}
    assert not RotationDecision.objects.exists()


@pytest.mark.parametrize(
    ("period", "message"),
    [
        ("2030", "No turn falls in 2030."),
        ("soon", "No turn falls in soon."),
        ("2025", "The turn of 2025 was announced already."),
    ],
)
def test_a_turn_that_cannot_be_announced_leads_back_and_says_why(desk, mechanism, track, period, message):
    announced(mechanism, "2025")
    answer = desk.get(announcing(mechanism, period), follow=True)
    assert said(answer) == [message]


def test_an_announcement_recorded_as_a_decision_is_not_recorded_twice(desk, mechanism, track):
    decided(mechanism, "announce", period="2029", basis=BASIS, on="2026-06-01")
    answer = desk.get(announcing(mechanism))
    assert answer.context["form"].initial["basis"] == BASIS
    assert "The announcement is recorded as a decision already" in answer.content.decode()
    confirm(desk, announcing(mechanism), YEAR)
    assert (RotationDecision.objects.count(), Summit.objects.get().period) == (1, "2029")


def test_only_who_may_decide_announces_holds_and_hands_over(client, mechanism, held):
    officer = UserFactory()
    client.force_login(officer)
    pages = [
        announcing(mechanism),
        reverse("admin:meetings_summit_held", args=[held.pk]),
        reverse("admin:meetings_summit_hand_over", args=[held.pk]),
    ]
    assert [client.get(page).status_code for page in pages] == [403, 403, 403]
    names = ["add_rotationdecision", "add_meeting", "change_summit", "change_meeting", "add_handover"]
    officer.user_permissions.set(Permission.objects.filter(codename__in=names))
    assert [client.get(page).status_code for page in pages] == [200, 302, 200]


def test_a_summit_is_marked_as_held_on_its_own_page_only(desk, user, mechanism, track):
    summit = announced(mechanism, "2023", day_span("2023-05-18"))
    form = desk.get(reverse("admin:meetings_meeting_change", args=[summit.meeting.pk])).context["adminform"]
    assert "held" not in dict(form.form.fields["status"].choices)
    assert not {"host", "summit"} & set(form.form.fields)
    page = reverse("admin:meetings_summit_held", args=[summit.pk])
    assert desk.get(page).context["when"] == "18 May 2023"
    answer = confirm(desk, page, {"reason": "closed in Xi'an"}, follow=True)
    assert said(answer) == ["The summit and its meeting are marked as held."]
    summit.refresh_from_db()
    assert (summit.status, Meeting.objects.get().status) == ("held", "held")
    assert (history_of(summit)[0].user, history_of(summit)[0].reason) == (user.username, "closed in Xi'an")
    again = desk.get(page, follow=True)
    assert said(again) == ["The turn of 2023 was held already."]


def test_a_handover_is_shown_on_its_summits_page_and_a_later_one_replaces_it(desk, user, held):
    page = reverse("admin:meetings_summit_hand_over", args=[held.pk])
    shown = desk.get(page)
    assert (shown.context["next"]["holder"], shown.context["next"]["turn"].period) == ("Kazakhstan", "2025")
    assert shown.context["form"].initial["handed_over_on"] == date(2023, 5, 18)
    values = {"handed_over_on": "2023-05-19", "place": "Xi'an", "basis": "Xi'an Declaration, art. 15"}
    confirm(desk, page, {**values, "to": "KZ"})
    confirm(desk, page, {**values, "to": "KZ", "basis": "Xi'an Declaration, last article"})
    answer = desk.get(reverse("admin:rotation_summit_change", args=[held.pk]))
    assert [
        (entry["to"], entry["row"].basis, entry["row"].recorded_by) for entry in answer.context["handovers"]
    ] == [
        ("Kazakhstan", "Xi'an Declaration, last article", user),
        ("Kazakhstan", "Xi'an Declaration, art. 15", user),
    ]
    assert answer.content.decode().count("replaced") == 1


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"to": "UZ"}, "The next turn, 2025, is that of Kazakhstan."),
        (
            {"handed_over_on": "2023-05-17"},
            "The handover lies between the first day of the summit and today.",
        ),
        ({"handed_over_on": "2026-11-25"}, "This day has not come yet."),
        ({"basis": ""}, "This field is required."),
    ],
)
def test_a_handover_that_makes_no_sense_is_refused(desk, held, values, error):
    given = {"handed_over_on": "2023-05-19", "basis": "art. 15", "to": "KZ", **values}
    answer = confirm(desk, reverse("admin:meetings_summit_hand_over", args=[held.pk]), given)
    assert error in " ".join(text for texts in answer.context["form"].errors.values() for text in texts)
    assert not Handover.objects.exists()


def test_a_date_outside_the_period_of_its_summit_is_marked_where_staff_look(desk, mechanism, track):
    summit = announced(mechanism, "2029", day_span("2029-06-18", "Asia/Bishkek"))
    pages = [
        reverse("admin:meetings_meeting_change", args=[summit.meeting.pk]),
        reverse("admin:rotation_summit_change", args=[summit.pk]),
        reverse("admin:meetings_meeting_changelist"),
    ]
    marks = ["The date lies outside 2031", "date lies outside 2031", "outside 2031"]
    before = [mark in desk.get(page).content.decode() for page, mark in zip(pages, marks, strict=True)]
    decided(mechanism, "vacate", period="2029")
    after = [mark in desk.get(page).content.decode() for page, mark in zip(pages, marks, strict=True)]
    assert (before, after) == ([False] * 3, [True] * 3)


def test_a_meeting_that_follows_a_decision_names_its_author_and_basis(user, mechanism, track):
    summit = announced(mechanism, "2029")
    decided(mechanism, "substitute", period="2029", member="UZ", turn_kept=True, actor=user)
    last = history_of(summit.meeting)[0]
    assert (last.user, last.reason) == (user.username, "2. substitution — Astana Declaration, art. 3")


def hosts_on_the_page(desk, track):
    answer = desk.get(reverse("admin:meetings_track_change", args=[track.pk]))
    return [(row["hosting"].period, row["host"], row.get("url", "")) for row in answer.context["hostings"]]


def test_the_summits_track_tells_its_next_hosts_and_announces_the_projected(desk, mechanism, track):
    meetings = [announced(mechanism, period).meeting for period in ("2025", "2027")]
    links = [reverse("admin:meetings_meeting_change", args=[meeting.pk]) for meeting in meetings]
    assert hosts_on_the_page(desk, track) == [
        ("2025", "Kazakhstan", links[0]),
        ("2027", "China", links[1]),
        *(
            (period, host, announcing(mechanism, period))
            for period, host in [
                ("2029", "Kyrgyzstan"),
                ("2031", "China"),
                ("2033", "Tajikistan"),
                ("2035", "China"),
            ]
        ),
    ]


def test_a_track_by_offer_tells_the_offers_and_that_there_is_no_other(desk, mechanism):
    transport = TrackFactory(mechanism=mechanism, host_rule="by_offer")
    HostOffer.objects.create(track=transport, state_id="KG", year=2027, basis="Trend, May 2025")
    new = reverse("admin:meetings_meeting_add") + f"?track={transport.pk}&precision=year&first_on=2027-01-01"
    assert hosts_on_the_page(desk, transport) == [("2027", "Kyrgyzstan", new), ("", "", "")]
    form = desk.get(new).context["adminform"].form
    assert form.initial["host"] == "KG"
    assert form.fields["host"].help_text == (
        "Kyrgyzstan offered to host in 2027; nothing is agreed yet — Trend, May 2025"
    )


def test_the_source_of_an_offer_is_shown_as_it_was_written(desk, mechanism):
    transport = TrackFactory(mechanism=mechanism, host_rule="by_offer")
    HostOffer.objects.create(track=transport, state_id="KG", year=2027, basis="<b>note</b>")
    query = f"?track={transport.pk}&precision=year&first_on=2027-01-01"
    pages = [reverse("admin:meetings_meeting_add") + query]
    pages.append(reverse("admin:meetings_track_change", args=[transport.pk]))
    for page in pages:
        text = desk.get(page).content.decode()
        assert "&lt;b&gt;note&lt;/b&gt;" in text
        assert "<b>note</b>" not in text


def test_the_first_of_january_of_a_new_meeting_stands_for_its_year_alone(desk, mechanism):
    transport = TrackFactory(mechanism=mechanism, host_rule="by_offer")
    page = reverse("admin:meetings_meeting_add")
    form = (
        desk.get(f"{page}?track={transport.pk}&precision=year&first_on=2027-01-01").context["adminform"].form
    )
    assert (form["first_on"].value(), form["day_shown"].value()) == ("2027-01-01", "2027-01-01")
    values = new_meeting(transport, host="KG", ordinal="1", first_on="2027-01-01", day_shown="2027-01-01")
    form = desk.post(page, {**values, "precision": "day"}).context["adminform"].form
    assert form.errors == {"first_on": ["What stood here stood for the year or month alone. Give the day."]}
    assert (form["first_on"].value(), form["day_shown"].value()) == ("", "")
    assert not Meeting.objects.exists()
    assert desk.post(page, {**values, "precision": "year"}).status_code == 302
    # Who says the first of January means it.
    said = {**values, "ordinal": "2", "precision": "day", "day_shown": ""}
    assert desk.post(page, said).status_code == 302
    stands = Meeting.objects.order_by("ordinal").values_list("precision", "first_on", "last_on")
    assert [(precision, str(first), str(last)) for precision, first, last in stands] == [
        ("year", "2027-01-01", "2027-12-31"),
        ("day", "2027-01-01", "2027-01-01"),
    ]


@pytest.mark.parametrize(
    "query", ["?track=x&first_on=2027-01-01", "?track=99&first_on=2027-13-01", "?track=1"]
)
def test_an_address_that_names_nothing_proposes_nobody(desk, query):
    form = desk.get(reverse("admin:meetings_meeting_add") + query).context["adminform"].form
    assert "host" not in form.initial


def test_a_rotation_without_an_order_has_no_turns_and_that_is_said(desk, mechanism):
    own = Mechanism.objects.create(slug="empty", names={"en": "Empty"}, basis="x", first_period="2023")
    track = TrackFactory(mechanism=mechanism, rotation=own, host_rule="own_rotation")
    assert hosts_on_the_page(desk, track) == [("", "", "")]


def test_a_meeting_that_is_planned_already_is_linked_not_made_again(desk, mechanism):
    transport = TrackFactory(mechanism=mechanism, host_rule="by_offer")
    HostOffer.objects.create(track=transport, state_id="KG", year=2027, basis="Trend, May 2025")
    MeetingFactory(track=transport, status="cancelled", ordinal=2)
    planned = MeetingFactory(track=transport, ordinal=3)
    link = reverse("admin:meetings_meeting_change", args=[planned.pk])
    assert hosts_on_the_page(desk, transport) == [("2027", "Kyrgyzstan", link), ("", "", "")]


def test_a_track_by_offer_tells_who_hosted_so_far(desk, mechanism):
    transport = TrackFactory(mechanism=mechanism, host_rule="by_offer")
    HostOffer.objects.create(track=transport, state_id="KG", year=2027, basis="Trend, May 2025")
    for day, host in (("2025-04-11", "KZ"), ("2023-04-11", "CN")):
        MeetingFactory(track=transport, status="held", host_id=host, span=day_span(day), source="Kazinform")
    rows = hosts_on_the_page(desk, transport)
    assert [row[:2] for row in rows] == [
        ("2023", "China"),
        ("2025", "Kazakhstan"),
        ("2027", "Kyrgyzstan"),
        ("", ""),
    ]
    page = desk.get(reverse("admin:meetings_track_change", args=[transport.pk]))
    assert page.context["hostings"][0]["reasons"] == ["The meeting was held — Kazinform"]


def test_an_offer_is_entered_on_its_tracks_page_and_marked_when_withdrawn(desk, mechanism):
    transport = TrackFactory(mechanism=mechanism, host_rule="by_offer")
    page = reverse("admin:meetings_track_change", args=[transport.pk])
    values = {
        "mechanism": mechanism.pk, "names_en": "Transport", "level": "ministers", "host_rule": "by_offer",
        "position": "0", "offers-TOTAL_FORMS": "1", "offers-INITIAL_FORMS": "0",
        "responsibilities-TOTAL_FORMS": "0", "responsibilities-INITIAL_FORMS": "0",
        "steps-TOTAL_FORMS": "0", "steps-INITIAL_FORMS": "0", "offers-0-id": "",
        "offers-0-track": transport.pk, "offers-0-state": "KG", "offers-0-year": "2027",
        "offers-0-status": "offered", "offers-0-basis": "Trend, May 2025",
    }  # fmt: skip
    answer = desk.post(page, values)
    assert answer.status_code == 302, answer.context["errors"]
    offer = HostOffer.objects.get()
    values |= {"offers-INITIAL_FORMS": "1", "offers-0-id": offer.pk, "offers-0-status": "withdrawn"}
    desk.post(page, values)
    assert hosts_on_the_page(desk, transport) == [("", "", "")]
    assert [event.status for event in HostOffer.pgh_event_model.objects.order_by("pgh_id")] == [
        "offered",
        "withdrawn",
    ]


def queries_of(desk, page):
    with CaptureQueriesContext(connection) as queries:
        assert desk.get(page).status_code == 200
    return len(queries)


def test_a_tracks_page_costs_the_same_with_many_offers_and_decisions(desk, mechanism, track):
    transport = TrackFactory(mechanism=mechanism, host_rule="by_offer")
    pages = [reverse("admin:meetings_track_change", args=[row.pk]) for row in (track, transport)]
    HostOffer.objects.create(track=transport, state_id="KG", year=2027, basis="note")
    decided(mechanism, "announce", period="2029")
    announced(mechanism, "2027")
    before = [queries_of(desk, page) for page in pages]
    for year in range(2028, 2034):
        HostOffer.objects.create(track=transport, state_id="KG", year=year, basis="note")
        decided(mechanism, "announce", period="2029")
    announced(mechanism, "2031")
    assert [queries_of(desk, page) for page in pages] == before


def new_meeting(track, **values):
    empty = {"titles_en": "", "titles_zh": "", "titles_ru": "", "zone": "", "visibility": "internal"}
    return {**empty, "track": track.pk, "status": "proposed", "format": "in person", **values}


def test_the_host_of_a_new_meeting_is_proposed_and_taken_only_when_confirmed(desk, mechanism):
    ministers = TrackFactory(mechanism=mechanism, host_rule="follows_summit")
    page = reverse("admin:meetings_meeting_add")
    values = new_meeting(ministers, precision="day", first_on="2029-04-20")
    form = desk.post(page, values).context["adminform"].form
    assert not Meeting.objects.exists()
    assert form.errors["host"][0].startswith(
        "The track's rule names the host filled in here. Save to take it, or leave it empty."
    )
    assert (
        "Central Asia, turn 2: after Kazakhstan, alphabetically, comes Kyrgyzstan" in form.errors["host"][0]
    )
    assert (form["host"].value(), form["host_shown"].value()) == ("KG", "KG")
    desk.post(page, {**values, "host": "KG", "host_shown": "KG"})
    assert (Meeting.objects.get().host_id, Meeting.objects.get().zone) == ("KG", "Asia/Bishkek")


def test_a_proposed_host_may_be_left_out(desk, mechanism):
    fixed = TrackFactory(mechanism=mechanism, host_rule="fixed", fixed_host=StateFactory(code="CN"))
    values = new_meeting(fixed, precision="day", first_on="2029-04-20", host_shown="CN")
    desk.post(reverse("admin:meetings_meeting_add"), values)
    assert Meeting.objects.get().host_id is None
