"""The rules of an agenda: stages, numbers, time, late items, and what differs between two stages."""

from dataclasses import replace
from datetime import date, time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from meetings.agenda.late_items import Calendar, NoticeRule, considered_from, findings, lateness
from meetings.agenda.stages import (
    COMPARED,
    FOLLOWERS,
    Budget,
    Finding,
    Item,
    Stage,
    applied,
    budget,
    compare,
    numbers,
    session_minutes,
    shifted,
    stage_refusal,
)
from meetings.agenda.words import FIELDS, FINDINGS, REFUSALS, finding_text
from meetings.schedule.dates import Precision, Span

RULE = NoticeRule()
OPENS = date(2027, 6, 17)


def item(key, **values):
    return Item(key, {"en": f"Item {key}"}, **values)


def listed(text):
    """ "1 2a 2bis" → items by their keys; a trailing letter is a part, `bis` an insertion."""
    return [item(key, is_sub=key[-1] in "abc", is_bis=key.endswith("bis")) for key in text.split()]


items = st.builds(
    Item,
    key=st.sampled_from("abcdefgh"),
    titles=st.fixed_dictionaries({"en": st.sampled_from(["Transport", "Health"])}),
    minutes=st.none() | st.integers(1, 3),
    is_sub=st.booleans(),
)
agendas = st.lists(items, unique_by=lambda each: each.key, max_size=8).map(tuple)


@given(agendas)
def test_an_agenda_does_not_differ_from_itself(agenda):
    assert compare(agenda, agenda) == ()


@given(agendas, agendas)
@example(tuple(map(item, "abc")), tuple(map(item, "cba")))
@example((), tuple(map(item, "ab")))
def test_a_comparison_carried_out_on_the_one_gives_the_other(before, after):
    assert applied(compare(before, after), before) == after


@given(agendas, agendas)
def test_compared_the_other_way_round_what_was_added_is_dropped(before, after):
    def keys(changes, kind, side):
        return {getattr(change, side).key for change in changes if kind in change.kinds}

    there, back = compare(before, after), compare(after, before)
    assert keys(there, "added", "after") == keys(back, "dropped", "before")
    assert keys(there, "changed", "after") == keys(back, "changed", "after")


@given(agendas, st.integers(0, 7))
def test_an_item_put_in_moves_no_other(before, place):
    after = (*before[:place], item("new"), *before[place:])
    assert [change.kinds for change in compare(before, after)] == [("added",)]


def test_one_item_that_went_to_the_end_is_the_one_that_moved():
    before = [item(key) for key in "abcd"]
    (change,) = compare(before, [before[1], before[2], before[3], before[0]])
    assert (change.after.key, change.kinds, change.place_before, change.place_after) == (
        "a",
        ("moved",),
        0,
        3,
    )


def test_a_comparison_names_the_fields_that_differ():
    before = [item("a", minutes=30), item("b"), item("c")]
    after = [*before[1:], replace(before[0], minutes=45, rapporteur="Tajikistan")]
    told = [(change.after.key, change.kinds, change.fields) for change in compare(before, after)]
    assert told == [("a", ("moved", "changed"), ("minutes", "rapporteur"))]


def test_every_field_that_is_compared_has_a_name_in_words():
    assert set(COMPARED) == set(FIELDS)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("", []),
        ("x y z", ["1", "2", "3"]),
        ("x y ya yb z", ["1", "2", "2 (a)", "2 (b)", "3"]),
        ("x y ybis zbis z", ["1", "2", "2 bis", "2 ter", "3"]),
        ("x ya ybis ybisa z", ["1", "1 (a)", "1 bis", "1 bis (a)", "2"]),
        ("xa y", ["1", "2"]),
        ("xbis y", ["1", "2"]),
    ],
)
def test_items_are_numbered_with_their_parts_and_insertions(keys, told):
    assert list(numbers(listed(keys))) == told


def test_numbers_go_on_past_the_latin_words_and_the_alphabet():
    inserted = [item("x"), *(item(f"i{n}", is_bis=True) for n in range(11))]
    assert numbers(inserted)[-3:] == ("1 decies", "1.11", "1.12")
    parts = [item("x"), *(item(f"p{n}", is_sub=True) for n in range(28))]
    assert numbers(parts)[-3:] == ("1 (z)", "1 (aa)", "1 (ab)")


@given(agendas)
def test_no_two_items_have_the_same_number(agenda):
    assert len(set(numbers(agenda))) == len(agenda)


@pytest.mark.parametrize(
    ("keys", "at", "by", "after"),
    [
        ("x y z", 2, -1, "x z y"),
        ("x y z", 0, -1, "x y z"),
        ("x y z", 2, 1, "x y z"),
        ("x xa y ya", 2, -1, "y ya x xa"),
        ("x xa y ya", 0, 1, "y ya x xa"),
        ("x xa xb y", 2, -1, "x xb xa y"),
        ("x xa y", 1, -1, "x xa y"),
        ("x xa y z", 1, 1, "x y xa z"),
    ],
)
def test_an_item_goes_past_its_neighbour_with_all_its_parts(keys, at, by, after):
    names = keys.split()
    assert [
        names[place] for place in shifted([each.is_sub for each in listed(keys)], at, by)
    ] == after.split()


@given(st.lists(st.booleans(), min_size=1, max_size=8), st.data())
def test_a_shift_loses_no_item(is_sub, data):
    at, by = data.draw(st.integers(0, len(is_sub) - 1)), data.draw(st.sampled_from([-1, 1]))
    assert sorted(shifted(is_sub, at, by)) == list(range(len(is_sub)))


def test_the_time_of_all_items_stands_against_the_session():
    agenda = [item("a", minutes=30), item("b"), item("c", is_sub=True, minutes=20), item("d")]
    assert budget(agenda, 45) == Budget(planned=50, session=45, untimed=1)
    assert (budget(agenda, 45).left, budget(agenda, 45).is_over) == (-5, True)
    assert (budget(agenda, 50).is_over, budget(agenda, None).left) == (False, None)


@pytest.mark.parametrize(
    ("span", "minutes"),
    [
        (Span(Precision.TIME, OPENS, OPENS, "Asia/Almaty", time(9), time(12, 30)), 210),
        (Span(Precision.TIME, OPENS, OPENS, "Asia/Almaty", time(9)), None),
        (Span(Precision.TIME, OPENS, date(2027, 6, 18), "Asia/Almaty", time(9), time(12)), None),
        (Span(Precision.DAY, OPENS, OPENS, "Asia/Almaty"), None),
    ],
)
def test_the_session_is_as_long_as_the_meeting_of_one_day_where_hours_are_known(span, minutes):
    assert session_minutes(span) == minutes


def refused(stage, last, **values):
    given = {"items": [item("a")], "is_over": True, "is_unchanged": False}
    refusal = stage_refusal(stage, last=last, **given | values)
    return refusal and refusal.code


@pytest.mark.parametrize(
    ("stage", "last", "code"),
    [
        (Stage.PRELIMINARY, None, None),
        (Stage.PROVISIONAL, None, None),
        (Stage.ADOPTED, None, "provisional_first"),
        (Stage.ANNOTATED, Stage.PRELIMINARY, None),
        (Stage.PRELIMINARY, Stage.ANNOTATED, "does_not_follow"),
        (Stage.PROVISIONAL, Stage.PROVISIONAL, None),
        (Stage.AS_ADOPTED, Stage.PROVISIONAL, "does_not_follow"),
        (Stage.ADOPTED, Stage.PROVISIONAL, None),
        (Stage.AS_ADOPTED, Stage.ADOPTED, None),
        (Stage.PROVISIONAL, Stage.ADOPTED, "does_not_follow"),
    ],
)
def test_stages_follow_each_other_and_never_go_back(stage, last, code):
    assert refused(stage, last) == code


def test_a_stage_is_refused_when_it_would_say_nothing_or_too_early():
    assert refused(Stage.PRELIMINARY, None, items=[]) == "no_items"
    assert refused(Stage.AS_ADOPTED, Stage.ADOPTED, is_over=False) == "not_over"
    assert refused(Stage.PROVISIONAL, Stage.PROVISIONAL, is_unchanged=True) == "nothing_changed"
    assert refused(Stage.ADOPTED, Stage.PROVISIONAL, is_unchanged=True) is None


def test_every_stage_can_be_reached_and_revised():
    assert set(FOLLOWERS) == {None, *Stage}
    assert all(stage in FOLLOWERS[stage] for stage in Stage)
    assert {stage for followers in FOLLOWERS.values() for stage in followers} == set(Stage)


@pytest.mark.parametrize(
    ("day", "is_issued", "kind"),
    [
        ("2027-06-01", False, "regular"),
        ("2027-05-18", True, "supplementary"),
        ("2027-05-19", True, "urgent"),
        ("2027-06-17", True, "urgent"),
    ],
)
def test_a_late_item_goes_by_the_notice_that_it_keeps(day, is_issued, kind):
    by = lateness(date.fromisoformat(day), OPENS, RULE, is_issued=is_issued)
    assert (by.kind, by.last_on) == (kind, date(2027, 5, 18))


def test_nothing_is_too_late_for_a_meeting_without_a_date():
    by = lateness(date(2027, 6, 1), None, RULE, is_issued=True)
    assert (by.kind, by.last_on) == ("supplementary", None)


def test_an_urgent_item_waits_seven_days_unless_the_parties_decide_otherwise():
    assert considered_from(date(2027, 6, 10), RULE, at_once=False) == date(2027, 6, 17)
    assert considered_from(date(2027, 6, 10), RULE, at_once=True) == date(2027, 6, 10)
    assert considered_from(date(2027, 6, 10), NoticeRule(cooling_days=2), at_once=False) == date(2027, 6, 12)


def found(agenda, **values):
    given = {
        "stage": None, "issued": None, "time": budget(agenda, None), "rule": RULE, "pending": 0,
        "languages": [], "days": Calendar(OPENS, OPENS, date(2027, 1, 4)),
    }  # fmt: skip
    return [(each.code, dict(each.values)) for each in findings(agenda, **given | values)]


def on(day):
    return Calendar(OPENS, date(2027, 6, 18), date.fromisoformat(day))


def test_an_agenda_that_lacks_nothing_has_no_finding():
    whole = item("a", annotations={"en": "x"}, mandate="art. 3", action="decision", minutes=5)
    assert found([whole], stage=Stage.ANNOTATED, languages=["en"]) == []


def test_what_an_agenda_lacks_is_told_by_the_numbers_of_its_items():
    agenda = [item("a", minutes=50), item("b", is_sub=True)]
    facts = {"time": budget(agenda, 45), "languages": ["en", "ru"], "pending": 2, "unissued": ["C/1", "C/2"]}
    assert found(agenda, stage=Stage.ANNOTATED, **facts) == [
        ("over_time", {"minutes": 5}),
        ("untimed", {"count": 1}),
        ("bare", {"numbers": ("1", "1 (a)")}),
        ("untranslated", {"numbers": ("1", "1 (a)"), "language": "ru"}),
        ("undecided", {"count": 2}),
        ("unissued", {"papers": ("C/1", "C/2")}),
    ]


def test_items_whose_papers_miss_the_day_that_the_deadlines_say_are_told():
    agenda = [item("a", minutes=5, papers=("C/1",)), item("b", minutes=5, papers=("C/2",))]
    facts = {"unissued": ["C/2"], "papers_by": date(2027, 6, 1)}
    codes = [code for code, _values in found(agenda, days=on("2027-06-01"), **facts)]
    assert "papers_late" not in codes
    late = ("papers_late", {"numbers": ("2",), "day": date(2027, 6, 1)})
    assert late in found(agenda, days=on("2027-06-02"), **facts)


def test_an_urgent_item_whose_wait_ends_during_or_after_the_meeting_is_told():
    waits = [
        item("a", minutes=5, considered_from="2027-06-17"),
        item("b", minutes=5, considered_from="2027-06-18"),
        item("c", minutes=5, considered_from="2027-06-19"),
    ]
    assert found(waits, days=on("2027-01-04")) == [
        ("considered_from", {"number": "2", "day": date(2027, 6, 18)}),
        ("considered_after", {"number": "3", "day": date(2027, 6, 19)}),
    ]


def test_a_provisional_agenda_and_a_supplementary_list_that_are_late_are_told():
    agenda = [item("a", minutes=5)]
    late = [("provisional_overdue", {"day": date(2027, 4, 18), "days": 60})]
    assert found(agenda, days=on("2027-04-18")) == []
    assert found(agenda, days=on("2027-04-19")) == late
    assert found(agenda, days=on("2027-06-17")) == []
    more = [*agenda, item("b", minutes=5, kind="supplementary")]
    assert found(more, issued=agenda, days=on("2027-05-28")) == []
    assert found(more, issued=agenda, days=on("2027-05-29")) == [
        ("list_overdue", {"day": date(2027, 5, 28), "days": 20})
    ]
    assert found(more, issued=more, days=on("2027-05-29")) == []


def test_every_code_has_its_sentence():
    assert not set(REFUSALS) & set(FINDINGS)
    finding = Finding("considered_after", {"number": "3", "day": date(2027, 6, 19)})
    assert finding_text(finding, date.isoformat) == (
        "Item 3 may not be considered before 2027-06-19, when the meeting is over."
    )
