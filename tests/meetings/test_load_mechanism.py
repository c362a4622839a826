"""The mechanism's real record loads whole, once, and keeps what the desk changed since."""

import json
from collections import Counter
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from meetings.management.commands.load_mechanism import SHIPPED
from meetings.models import CalendarDay, Meeting, Organisation, Outcome, Seat, Track
from rotation.models import State, Summit
from rotation.projection import turns_until
from tests.factories import StateFactory

pytestmark = pytest.mark.django_db


def load(path=SHIPPED, capsys=None):
    call_command("load_mechanism", path)
    return capsys.readouterr().out.splitlines() if capsys else None


@pytest.fixture
def changed(tmp_path):
    """Writes the shipped record with one change, and gives its path."""

    def write(change):
        record = json.loads(SHIPPED.read_text())
        change(record)
        path = tmp_path / "mechanism.json"
        path.write_text(json.dumps(record, ensure_ascii=False, indent=1))
        return path

    return write


def test_the_whole_record_is_there_after_the_first_load():
    load()
    counts = [model.objects.count() for model in (State, Track, Meeting, Organisation, Seat, Summit, Outcome)]
    assert counts == [6, 18, 30, 6, 6, 3, 13]
    assert Counter(Meeting.objects.values_list("precision", flat=True)) == {"day": 23, "month": 4, "year": 3}
    assert [turn.holder for turn in turns_until(Summit.objects.first().mechanism, "2029")] == [
        "CN",
        "KZ",
        "CN",
        "KG",
    ]


def test_a_partial_date_is_loaded_as_far_as_it_is_known():
    load()
    meeting = Meeting.objects.get(track__slug="transport", ordinal=2)
    assert (meeting.precision, meeting.first_on, meeting.last_on, meeting.starts_at) == (
        "month",
        date(2025, 5, 1),
        date(2025, 5, 31),
        None,
    )


def test_a_second_load_changes_nothing(capsys):
    load(capsys=capsys)
    before = list(Meeting.objects.order_by("pk").values())
    assert [line for line in load(capsys=capsys) if " 0 created, 0 changed" not in line] == []
    assert list(Meeting.objects.order_by("pk").values()) == before


def test_what_the_desk_changed_stays_and_what_the_file_changed_comes(changed):
    load()
    Meeting.objects.filter(track__slug="summit", ordinal=3).update(venue="International Convention Centre")

    def name_the_city(record):
        next(m for m in record["meetings"] if m["track"] == "summit" and m["ordinal"] == 3)["city"] = "Xi'an"

    load(changed(name_the_city))
    meeting = Meeting.objects.get(track__slug="summit", ordinal=3)
    assert (meeting.city, meeting.venue, meeting.revision) == ("Xi'an", "International Convention Centre", 2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda r: r["meetings"][17].update(host="XX"), "meetings[17].host: unknown state “XX”"),
        (lambda r: r["meetings"][1].update(start="2023-02-30"), "meetings[1].start: bad date “2023-02-30”"),
        (lambda r: r["meetings"][1].update(end="2023-05-17"), "meetings[1].end: bad date “2023-05-17”"),
        (
            lambda r: r["meetings"][2].update(ordinal=1),
            "meetings[2].ordinal: “summit” already has a meeting 1",
        ),
        (
            lambda r: r["meetings"][1].update(precision="month"),
            "meetings[1].precision: the date is known to the day",
        ),
        (
            lambda r: r["states"][0].update(zone="Asia/Nowhere"),
            "states[0].zone: unknown time zone “Asia/Nowhere”",
        ),
        (lambda r: r["tracks"][0].update(levle="x"), "tracks[0].levle: unknown key"),
        (lambda r: r["tracks"][0].pop("level"), "tracks[0].level: missing"),
        (lambda r: r.pop("mechanism"), "mechanism: missing"),
    ],
)
def test_a_broken_file_is_refused_whole_naming_the_line_and_the_key(changed, change, message):
    with pytest.raises(CommandError) as refusal:
        load(changed(change))
    assert message in str(refusal.value)
    assert str(refusal.value).startswith("mechanism.json line ")
    assert State.objects.count() == Meeting.objects.count() == 0


def test_the_line_named_is_the_line_of_the_value(changed):
    path = changed(lambda record: record["meetings"][17].update(host="XX"))
    line = next(number for number, text in enumerate(path.read_text().splitlines(), 1) if '"XX"' in text)
    with pytest.raises(CommandError, match=rf"^mechanism\.json line {line}: "):
        load(path)


@pytest.mark.parametrize(
    "text", ["", "{", '{"a": 1, "a": 2}', "[1,]", "[" * 10_000, '{"about": nul}', "{} x"]
)
def test_a_file_that_is_no_json_is_refused_with_its_line(tmp_path, text):
    path = tmp_path / "broken.json"
    path.write_text(text)
    with pytest.raises(CommandError, match=r"^broken\.json line 1: "):
        load(path)


def test_the_holidays_of_all_states_are_loaded_with_their_certainty():
    load()
    days = CalendarDay.objects.filter(day__year=2026)
    assert set(days.values_list("state", flat=True)) == {"CN", "KZ", "KG", "TJ", "TM", "UZ"}
    # China's make-up weekends count as working; 14 February 2026 is one (State Council notice, 4 November 2025).
    assert days.get(state="CN", day=date(2026, 2, 14)).status == "working"
    assert CalendarDay.objects.filter(certainty="estimated").exists()


def test_nothing_falls_due_in_the_may_holidays_of_kyrgyzstan():
    load()
    from meetings.state_calendars import calendars_of

    book = calendars_of([State.objects.get(code="KG")])["KG"]
    assert [day for day in range(1, 10) if book.closure(date(2027, 5, day)) is None] == []


def test_a_state_keeps_what_the_record_does_not_know():
    StateFactory(code="KZ")
    load()
    assert State.objects.get(code="KZ").capital == "Astana"
