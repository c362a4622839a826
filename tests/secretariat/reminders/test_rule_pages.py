"""The lines of the policy on the desk: what staff may enter, and what they are told when it tells nobody."""

import pytest
from django.urls import reverse
from django.utils import translation

from meetings.models import Contact, TemplateLine
from secretariat.reminders.models import ReminderRule

pytestmark = pytest.mark.django_db
ADD = reverse("admin:reminders_reminderrule_add")


def line(**values):
    return {
        "about": "due",
        "occasion": "before",
        "days": "40",
        "at": "09:00",
        "is_on": "on",
        "confirm": "1",
        **values,
    }


def said(response):
    return [str(message) for message in response.context["messages"]]


def test_a_key_is_chosen_from_those_that_deadlines_have(meeting, desk):
    TemplateLine.objects.update(key="agenda")
    form = desk.get(ADD).context["adminform"].form
    title = str(TemplateLine.objects.get())
    assert form.fields["key"].choices == [("", "every deadline"), ("agenda", f"agenda — {title}")]
    desk.post(ADD, line(key="agenda"))
    assert ReminderRule.objects.filter(key="agenda", days=40).exists()


def test_a_key_that_no_deadline_has_is_refused_with_its_field_and_what_to_do(meeting, desk):
    errors = desk.post(ADD, line(key="agendum")).context["adminform"].form.errors
    assert errors == {
        "key": [
            "No deadline has the key “agendum”. Choose one of the list, or first give this key to a line of a deadline "
            "template."
        ]
    }


def test_a_line_whose_key_is_gone_may_still_be_changed(meeting, desk):
    rule = ReminderRule.objects.create(about="due", key="report", occasion="before", days=40)
    page = reverse("admin:reminders_reminderrule_change", args=[rule.pk])
    choices = dict(desk.get(page).context["adminform"].form.fields["key"].choices)
    assert choices["report"] == "report — no deadline has it any more"
    desk.post(page, line(key="report", days="41"))
    rule.refresh_from_db()
    assert rule.days == 41


def test_a_role_that_nobody_has_in_a_state_is_told_when_the_line_is_saved(meeting, desk):
    Contact.objects.filter(email="cn@example.org").update(roles=["head of department"])
    values = line(occasion="escalated", days="5", roles=["head of department"])
    told = said(desk.post(ADD, values, follow=True))
    assert [text for text in told if text.startswith("Nobody")] == [
        "Nobody in Kazakhstan, Kyrgyzstan, Tajikistan, Turkmenistan and Uzbekistan has this role (head of department): "
        "this line tells nobody there. Give a contact the role, or tick another one."
    ]
    everybody = said(desk.post(ADD, line(days="41"), follow=True))
    assert [text for text in everybody if text.startswith("Nobody")] == []


@pytest.mark.parametrize(
    ("occasion", "days", "english", "russian"),
    [
        ("before", 14, "deadlines · 14 days before", "сроки · за 14 дней"),
        (
            "overdue",
            1,
            "deadlines · days after, while it is open · 1 day after",
            "сроки · дней после срока, пока не исполнено · через 1 день после срока",
        ),
        ("changed", None, "deadlines · at once, when it moved", "сроки · сразу, когда перенесено"),
    ],
)
def test_a_line_says_its_days_in_words(occasion, days, english, russian):
    rule = ReminderRule(about="due", occasion=occasion, days=days)
    assert str(rule) == english
    with translation.override("ru"):
        assert str(rule) == russian
