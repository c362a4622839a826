"""The mechanism's real record loads whole, once, and keeps what the desk changed since."""

import json
from collections import Counter
from datetime import date, time

import pytest
from django.core.management import CommandError, call_command

from meetings.hosts.of_tracks import proposed_host
from meetings.management.commands.load_mechanism import SHIPPED
from meetings.models import (
    CalendarDay,
    HostOffer,
    Meeting,
    Organisation,
    Outcome,
    PreparatoryStep,
    RecordEntry,
    Seat,
    SymbolScheme,
    Track,
)
from meetings.papers.acts import register_document
from meetings.schedule.dates import Precision, Span
from meetings.schedule.moves import cancel_meeting, move_meeting
from meetings.schedule.preparing import plan_preparation
from rotation.models import Mechanism, Side, State, Summit
from rotation.projection import turns_until
from tests.factories import MeetingFactory, StateFactory, TrackFactory, day_span

pytestmark = pytest.mark.django_db
DAY = date(2025, 6, 17)


def load(path=SHIPPED, capsys=None):
    call_command("load_mechanism", path)
    return capsys.readouterr().out.splitlines() if capsys else None


def test_the_whole_record_is_there_after_the_first_load():
    load()
    counts = [model.objects.count() for model in (State, Track, Meeting, Organisation, Seat, Summit, Outcome)]
    assert counts == [6, 19, 30, 6, 6, 3, 13]
    assert Counter(Meeting.objects.values_list("precision", flat=True)) == {"day": 23, "month": 4, "year": 3}
    assert [turn.holder for turn in turns_until(Summit.objects.first().mechanism, "2029")] == [
        "CN",
        "KZ",
        "CN",
        "KG",
    ]


def test_what_the_record_names_it_names_in_every_language_of_the_service(record):
    named = [*State.objects.all(), *Track.objects.all(), *Side.objects.all(), *Mechanism.objects.all()]
    assert [str(row) for row in named if set(row.names) != {"en", "zh", "ru"}] == []
    assert [
        row.titles for row in Meeting.objects.exclude(titles={}) if set(row.titles) != {"en", "zh", "ru"}
    ] == []
    assert str(Side.objects.get(position=1).names["ru"]) == "Центральная Азия"


def test_the_third_summit_is_announced_from_the_day_on_which_it_was(record, capsys):
    mechanism = Summit.objects.first().mechanism
    status = {
        day: turns_until(mechanism, "2027", known_on=day)[-1].status for day in (date(2025, 6, 16), DAY)
    }
    assert status == {date(2025, 6, 16): "projected", DAY: "announced"}
    decision = mechanism.decisions.get()
    assert (decision.kind, decision.period, decision.recorded_by) == ("announce", "2027", None)
    load(capsys=capsys)
    assert mechanism.decisions.count() == 1


def test_a_corrected_day_of_an_announcement_revokes_the_former(record, changed):
    load(changed(lambda r: announced(r).update(announced_on="2025-06-18")))
    mechanism = Summit.objects.first().mechanism
    assert list(mechanism.decisions.values_list("kind", flat=True)) == ["announce", "revoke", "announce"]
    status = [turns_until(mechanism, "2027", known_on=day)[-1].status for day in (DAY, date(2025, 6, 18))]
    assert status == ["projected", "announced"]


def test_an_offer_of_the_record_is_told_as_an_offer(record):
    offer = HostOffer.objects.get()
    assert (offer.track.slug, offer.state_id, offer.year, offer.status) == (
        "transport",
        "KG",
        2027,
        "offered",
    )
    assert proposed_host(offer.track, date(2027, 5, 1)).host == "KG"
    assert proposed_host(Track.objects.get(slug="summit"), date(2029, 5, 1)).host == "KG"


def summit_2027():
    meeting = Meeting.objects.get(track__slug="summit", ordinal=3)
    return move_meeting(meeting.pk, to=day_span("2027-06-17"), actor=None, reason="agreed") and meeting


def test_a_summit_and_a_ministerial_propose_who_prepares_them_by_what_was_observed(record):
    anchor = summit_2027()
    anchor.refresh_from_db()
    proposals = [(p.step.prepared_by.slug, p.step.lead_days) for p in plan_preparation(anchor)]
    assert sorted(proposals) == [
        ("customs", 27),
        ("customs-experts", 15),
        ("economy-and-trade", 24),
        ("education", 36),
        ("foreign-ministers", 37),
        ("think-tank-forum", 14),
        ("transport", 32),
    ]
    assert PreparatoryStep.objects.get(lead_days=24).basis == "observed: 30, 18 days before earlier summits"


def test_a_paper_gets_its_symbol_by_the_shipped_scheme(record):
    paper = register_document(
        track=Track.objects.get(slug="customs"), titles={"en": "Draft"}, dated_on=DAY, nature="L.", actor=None
    )
    assert (paper.symbol_id, paper.required_languages) == ("CCA/2025/L.1", ["zh", "ru"])


def test_what_the_desk_made_of_the_chain_and_the_scheme_stays(record, capsys):
    PreparatoryStep.objects.filter(prepared_by__slug="think-tank-forum").delete()
    PreparatoryStep.objects.filter(prepared_by__slug="education").update(lead_days=40)
    SymbolScheme.objects.update(body="CHN-CA")
    assert [line for line in load(capsys=capsys) if " 0 created, 0 changed" not in line] == []
    steps = PreparatoryStep.objects.filter(track__slug="summit").values_list("lead_days", flat=True)
    assert (sorted(steps), SymbolScheme.objects.get().body) == ([24, 27, 32, 37, 40], "CHN-CA")


def test_a_corrected_lead_time_comes_and_a_scheme_of_the_desk_is_left_alone(record, changed):
    RecordEntry.objects.filter(key__startswith="symbolscheme").delete()
    SymbolScheme.objects.update(body="CHN-CA")
    load(changed(lambda r: r["lead_times_days_before_summit"].update({"think-tank-forum": [14, 20]})))
    step = PreparatoryStep.objects.get(prepared_by__slug="think-tank-forum")
    assert (step.lead_days, SymbolScheme.objects.get().body) == (17, "CHN-CA")


def test_a_partial_date_is_loaded_as_far_as_it_is_known(record):
    meeting = Meeting.objects.get(track__slug="transport", ordinal=2)
    assert (meeting.precision, meeting.first_on, meeting.last_on, meeting.starts_at) == (
        "month",
        date(2025, 5, 1),
        date(2025, 5, 31),
        None,
    )


def test_a_second_load_changes_nothing(record, capsys):
    before = list(Meeting.objects.order_by("pk").values())
    assert [line for line in load(capsys=capsys) if " 0 created, 0 changed" not in line] == []
    assert list(Meeting.objects.order_by("pk").values()) == before


def test_what_the_desk_changed_stays_and_what_the_file_changed_comes(record, changed):
    Meeting.objects.filter(track__slug="summit", ordinal=3).update(venue="International Convention Centre")

    def name_the_city(record):
        next(m for m in record["meetings"] if m["track"] == "summit" and m["ordinal"] == 3)["city"] = "Xi'an"

    load(changed(name_the_city))
    meeting = Meeting.objects.get(track__slug="summit", ordinal=3)
    assert (meeting.city, meeting.venue, meeting.revision) == ("Xi'an", "International Convention Centre", 2)


def announced(record):
    return next(m for m in record["meetings"] if m["track"] == "summit" and m["ordinal"] == 3)


def test_an_announced_summit_that_the_file_calls_held_is_a_held_turn(record, changed):
    load(
        changed(
            lambda r: announced(r).update(
                status="held", start="2027-06-17", end="2027-06-17", precision="day", outcomes=["Declaration"]
            )
        )
    )
    summit = Summit.objects.get(ordinal=3)
    assert (summit.status, summit.meeting.status, summit.meeting.first_on) == (
        "held",
        "held",
        date(2027, 6, 17),
    )
    assert [outcome.title for outcome in summit.meeting.outcomes.all()] == ["Declaration"]


def test_a_date_of_the_file_replaces_the_whole_date_of_the_desk(record, changed):
    meeting = Meeting.objects.get(track__slug="summit", ordinal=3)
    span = Span(Precision.TIME, date(2027, 6, 17), date(2027, 6, 18), "Asia/Shanghai", time(9, 30), time(17))
    move_meeting(meeting.pk, to=span, actor=None, reason="agreed by note verbale")
    load(changed(lambda r: announced(r).update(start="2027-01", precision="month")))
    meeting.refresh_from_db()
    assert meeting.span == Span(Precision.MONTH, date(2027, 1, 1), date(2027, 1, 31), "Asia/Shanghai")


def test_a_new_host_of_the_file_leaves_the_date_of_the_desk(record, changed):
    meeting = Meeting.objects.get(track__slug="transport", ordinal=3)
    move_meeting(meeting.pk, to=day_span("2027-05-20", "Asia/Bishkek"), actor=None, reason="agreed")
    load(changed(lambda r: r["meetings"][14].update(host="UZ")))
    meeting.refresh_from_db()
    assert (meeting.host_id, meeting.span) == ("UZ", day_span("2027-05-20", "Asia/Tashkent"))


def test_outcomes_follow_the_file_as_a_list_and_the_desk_until_then(record, changed):
    meeting = Meeting.objects.get(track__slug="summit", ordinal=2)
    meeting.outcomes.filter(position=0).update(title="Astana Declaration (signed)")
    load()
    assert meeting.outcomes.first().title == "Astana Declaration (signed)"
    load(changed(lambda r: r["meetings"][2].update(outcomes=["Treaty"])))
    assert list(meeting.outcomes.values_list("position", "title")) == [(0, "Treaty")]


def test_a_meeting_that_the_desk_entered_first_is_taken_over_by_the_record():
    track = TrackFactory(slug="transport")
    meeting = MeetingFactory(track=track, ordinal=3, venue="Ala-Archa", span=day_span("2027-05-20"))
    load()
    meeting.refresh_from_db()
    assert (meeting.host_id, meeting.venue, meeting.precision) == ("KG", "Ala-Archa", "year")
    assert Meeting.objects.count() == 30


def test_a_meeting_that_the_desk_cancelled_is_not_taken_over_by_the_record():
    track = TrackFactory(slug="transport")
    cancelled = MeetingFactory(track=track, ordinal=3, status="cancelled", span=day_span("2027-05-20"))
    load()
    cancelled.refresh_from_db()
    assert (cancelled.status, cancelled.span) == ("cancelled", day_span("2027-05-20"))
    assert track.meetings.filter(ordinal=3, status="proposed").count() == 1


def test_what_contradicts_the_desk_is_refused_in_one_line_and_changes_nothing(record, changed):
    old = Meeting.objects.get(track__slug="summit", ordinal=3)
    cancel_meeting(old.pk, actor=None, reason="a new one is made")
    MeetingFactory(track=old.track, ordinal=3, span=day_span("2027-06-17"))
    path = changed(lambda r: announced(r).update(status="held", city="Xi'an"))
    with pytest.raises(CommandError) as refusal:
        load(path)
    assert str(refusal.value) == (
        "mechanism.json: contradicts what the desk entered: The status “held” does not follow “cancelled”."
    )
    old.refresh_from_db()
    assert (old.city, old.status) == ("", "cancelled")


def test_another_mechanism_is_loaded_without_a_change_of_code(tmp_path):
    record = {
        "mechanism": {
            "slug": "baltic-three",
            "name": {"en": "Three Baltic states"},
            "basis": "Agreement, art. 1",
            "first_period": "2026-H1",
            "step_months": 6,
            "summit_track": "council",
            "zone": "Europe/Riga",
            "sides": [{"name": "All", "order": "listed"}],
        },
        "states": [
            {"code": "EE", "side": "All", "name": {"en": "Estonia"}, "zone": "Europe/Tallinn"},
            {"code": "LV", "side": "All", "name": {"en": "Latvia"}, "zone": "Europe/Riga", "weekend": [7]},
        ],
        "tracks": [
            {"slug": "council", "name": "Council", "level": "ministers"},
            {"slug": "ports", "name": "Ports", "level": "working group", "host_rule": "own_rotation"},
        ],
        "meetings": [
            {
                "track": "council",
                "ordinal": 1,
                "start": "2026-09-10",
                "end": None,
                "precision": "day",
                "city": None,
                "host": "EE",
                "format": "video",
                "status": "held",
            }
        ],
    }
    path = tmp_path / "baltic.json"
    path.write_text(json.dumps(record))
    load(path)
    assert list(Summit.objects.values_list("period", "host", "status")) == [("2026-H2", "EE", "held")]
    assert list(State.objects.values_list("code", "weekend")) == [("EE", [6, 7]), ("LV", [7])]
    assert list(Track.objects.values_list("slug", "host_rule")) == [
        ("council", "follows_summit"),
        ("ports", "own_rotation"),
    ]


def test_the_holidays_of_all_states_are_loaded_with_their_certainty(record):
    days = CalendarDay.objects.filter(day__year=2026)
    assert set(days.values_list("state", flat=True)) == {"CN", "KZ", "KG", "TJ", "TM", "UZ"}
    # China's make-up weekends count as working; 14 February 2026 is one (State Council notice, 4 November 2025).
    assert days.get(state="CN", day=date(2026, 2, 14)).status == "working"
    assert CalendarDay.objects.filter(certainty="estimated").exists()


def test_days_that_governments_decided_are_entered_once_with_their_source_and_certainty(record, capsys):
    days = CalendarDay.objects.filter(entered_by="shipped")
    assert days.count() == 40
    shown = ("status", "basis", "certainty", "name")
    assert [
        days.values_list(*shown).get(state=state, day=day)
        for state, day in (("TJ", date(2026, 3, 9)), ("TJ", date(2026, 3, 14)), ("TM", date(2027, 5, 19)))
    ] == [
        ("closed", "law", "confirmed", "Mother's Day moved from Sunday 8 March"),
        ("working", "decree", "confirmed", "Working Saturday in exchange for Friday 27 March"),
        ("closed", "decree", "estimated", "Day off moved from Sunday 16 May"),
    ]
    assert not days.filter(source="").exists()
    days.get(state="TJ", day=date(2026, 3, 9)).delete()
    days.filter(state="KG").update(entered_by="staff", name="As the desk has it")
    load(capsys=capsys)
    assert (days.count(), CalendarDay.objects.filter(name="As the desk has it").count()) == (37, 2)


def test_a_year_without_its_decree_is_provisional_in_every_state_that_decides_by_decree(record):
    said = CalendarDay.objects.filter(
        basis="library", day__year__in=[2026, 2027], name__startswith="New Year's Day"
    )
    rows = said.filter(day__month=1, day__day=1).values_list("state", "day__year", "certainty")
    assert sorted(rows) == [
        ("CN", 2026, "confirmed"),
        ("CN", 2027, "provisional"),
        ("KG", 2026, "confirmed"),
        ("KG", 2027, "provisional"),
        ("KZ", 2026, "confirmed"),
        ("KZ", 2027, "provisional"),
        ("TJ", 2026, "confirmed"),
        ("TJ", 2027, "confirmed"),
        ("TM", 2026, "confirmed"),
        ("TM", 2027, "provisional"),
        ("UZ", 2026, "confirmed"),
        ("UZ", 2027, "provisional"),
    ]


def test_nothing_falls_due_in_the_may_holidays_of_kyrgyzstan(record):
    from meetings.days.state_calendars import calendars_of

    book = calendars_of([State.objects.get(code="KG")])["KG"]
    assert [day for day in range(1, 10) if book.closure(date(2027, 5, day)) is None] == []


def test_a_state_keeps_what_the_record_does_not_know():
    StateFactory(code="KZ")
    load()
    assert State.objects.get(code="KZ").capital == "Astana"


def test_the_communique_of_the_sixth_foreign_ministers_was_adopted_by_five(record):
    outcome = Outcome.objects.get(meeting__track__slug="foreign-ministers", meeting__ordinal=6)
    step = outcome.steps.get()
    assert (outcome.kind, outcome.stage, step.on) == ("communique", "adopted", date(2025, 4, 26))
    assert step.states == ("CN", "KG", "KZ", "TJ", "UZ")
    apart = step.positions.get(is_bound=False)
    assert (apart.state_id, apart.represented_by) == ("TM", "its ambassador to China")
    assert step.basis == outcome.meeting.source


def test_an_outcome_with_stages_stays_when_the_file_no_longer_names_it(record, changed):
    sixth = Meeting.objects.get(track__slug="foreign-ministers", ordinal=6)
    place = next(n for n, m in enumerate(json.loads(SHIPPED.read_text())["meetings"]) if "apart" in str(m))
    load(changed(lambda r: r["meetings"][place].update(outcomes=["Roadmap"])))
    assert list(sixth.outcomes.values_list("position", "title", "stage")) == [
        (0, "Roadmap", ""),
        (1, "Communiqué", "adopted"),
    ]
    load()
    assert list(sixth.outcomes.values_list("title", flat=True)) == ["Communiqué"]
    assert sixth.outcomes.get().steps.count() == 1
