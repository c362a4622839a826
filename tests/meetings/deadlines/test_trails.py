"""How a day was found, in sentences: every step has one."""

import pytest

from meetings.deadlines.trails import trail_text

HERE = {"day": "2027-04-16", "state": "KZ", "name": "Mourning"}


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        (
            {"code": "holiday", "certainty": "provisional", "basis": "provisional"},
            "16 April 2027 (Friday) is expected to be closed in Kazakhstan (Mourning); "
            "the notice for that year is not in yet.",
        ),
        (
            {"code": "holiday", "certainty": "confirmed", "basis": "decree"},
            "16 April 2027 (Friday) is closed in Kazakhstan: Mourning.",
        ),
        (
            {"code": "holiday", "certainty": "estimated", "basis": "library"},
            "16 April 2027 (Friday) is expected to be closed in Kazakhstan: Mourning.",
        ),
        (
            {"code": "worked_near_estimate"},
            "16 April 2027 (Friday) is a working day in Kazakhstan, unless Mourning falls on it: its date is an estimate.",
        ),
        (
            {"code": "worked_before_notice"},
            "16 April 2027 (Friday) is a working day in Kazakhstan, as far as is known before its notice.",
        ),
        (
            {"code": "shortened", "hour": "15:00"},
            "16 April 2027 is shortened in Kazakhstan (Mourning): it closes at 15:00.",
        ),
        (
            {"code": "chain"},
            "That is after a deadline that follows this one, on 16 April 2027, so it moves earlier.",
        ),
        ({"code": "short_set"}, "That is what the set at short notice proposes."),
        (
            {"code": "least_notice", "days": 3, "today": "2027-04-13"},
            "Proposed at short notice: 3 days from 13 April 2027 is 16 April 2027, a Friday.",
        ),
        (
            {"code": "agreed", "reason": "by telephone"},
            "Agreed at short notice on 16 April 2027: by telephone",
        ),
        ({"code": "extended", "reason": "asked for"}, "Extended to 16 April 2027: asked for"),
        ({"code": "pinned", "reason": "asked for"}, "Set by hand to 16 April 2027: asked for"),
    ],
)
def test_every_step_is_told_in_a_sentence(step, sentence):
    assert trail_text([{**HERE, **step}], {"KZ": "Kazakhstan"}) == [sentence]
