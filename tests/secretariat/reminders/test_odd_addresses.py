"""An address with an odd query is answered as one that names nothing, and never by an error of ours."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db

DIGIT = "%C2%B2"  # a superscript two: a digit to Python, and no number
ENDLESS = "9" * 23
NUL = "%00"

AHEAD = reverse("admin:reminders_delivery_ahead")
START = reverse("admin:reminders_follow_start")


@pytest.mark.parametrize("page", [AHEAD, START, reverse("admin:meetings_due_received")])
def test_an_address_with_a_nul_is_a_wrong_one(desk, page):
    assert desk.get(f"{page}?ids={NUL}").status_code == 400


@pytest.mark.parametrize("name", ["state", "meeting", "contact"])
@pytest.mark.parametrize("value", [DIGIT, ENDLESS, "-1"])
def test_nothing_lies_ahead_of_what_does_not_exist(desk, name, value):
    assert desk.get(f"{AHEAD}?{name}={value}").status_code == 404


@pytest.mark.parametrize("name", ["contacts", "tracks", "meetings"])
@pytest.mark.parametrize("value", [DIGIT, ENDLESS, "-1", ",,,"])
def test_the_page_of_following_begins_with_nobody_ticked(desk, name, value):
    assert desk.get(f"{START}?{name}={value}").status_code == 200


@pytest.mark.parametrize(
    "page",
    [
        *(
            reverse("admin:reminders_delivery_keep", args=[what])
            for what in ("hold", "release", "resend", "test")
        ),
        *(reverse("admin:reminders_delivery_settle", args=[what]) for what in ("arrival", "refusal")),
    ],
)
@pytest.mark.parametrize("value", [DIGIT, ENDLESS, "-1", ",,,"])
def test_none_of_the_mails_is_chosen_and_the_list_says_so(desk, page, value):
    response = desk.get(f"{page}?ids={value}", follow=True)
    assert response.redirect_chain == [(reverse("admin:reminders_delivery_changelist"), 302)]
    assert len(response.context["messages"]) == 1


@pytest.mark.parametrize("what", ["received", "waived"])
@pytest.mark.parametrize("value", [DIGIT, ENDLESS, "-1", ",,,"])
def test_none_of_the_deadlines_is_chosen(desk, what, value):
    page = reverse(f"admin:meetings_due_{what}")
    assert desk.get(f"{page}?ids={value}").status_code == 404
