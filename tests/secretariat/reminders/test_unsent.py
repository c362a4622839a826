"""Staff are told why a mail stays unsent if it is tried again: the true reason, and each has its sentence."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from meetings.deadlines.dues import settle_due
from meetings.models import Contact, Responsibility
from meetings.saving import save_party
from meetings.schedule.moves import cancel_meeting, move_meeting
from secretariat.reminders.models import Delivery, ReminderRule
from secretariat.reminders.sending import send_due
from secretariat.reminders.unsent import reasons_unsent
from tests.factories import day_span

from .test_settle_pages import aida, desk, page_of  # noqa: F401

pytestmark = pytest.mark.django_db

WHY = {"actor": None, "reason": "as the ministry told us"}
LONG_AGO, FAR_AHEAD = date(2020, 1, 1), date(2099, 1, 1)


def contact_becomes(**values):
    def act(row):
        contact = Contact.objects.get(pk=row.contact_id)
        for name, value in values.items():
            setattr(contact, name, value)
        save_party(contact, reason="as the ministry told us")

    return act


def due_becomes(status):
    at = timezone.now() if status == "received" else None
    return lambda row: settle_due(row.due_id, status=status, at=at, **WHY)


def meeting_moves(row):
    to = day_span((row.meeting.first_on + timedelta(days=100)).isoformat())
    move_meeting(row.meeting_id, to=to, **WHY)


def ministry_changes(row):
    answers = Responsibility.objects.get(ministry=row.contact.ministry)
    answers.valid_until = LONG_AGO
    save_party(answers, reason="as the ministry told us")


def nothing_is_told_of_it(_row):
    ReminderRule.objects.filter(occasion="before").update(is_on=False)


@pytest.mark.parametrize(
    ("befalls", "said"),
    [
        (
            contact_becomes(is_undeliverable=True),
            "The contact is marked undeliverable: correct the address and take the mark away first.",
        ),
        (contact_becomes(valid_until=LONG_AGO), "The contact has left office."),
        (contact_becomes(valid_from=FAR_AHEAD), "The contact is not in office yet."),
        (due_becomes("received"), "What was due has been received."),
        (due_becomes("waived"), "The deadline was waived since."),
        (lambda row: cancel_meeting(row.meeting_id, **WHY), "The deadline was withdrawn since."),
        (meeting_moves, "The deadline was moved since."),
        (ministry_changes, "The contact's ministry does not answer for this track."),
        (
            nothing_is_told_of_it,
            "By the deadlines, people and reminder rules of today it would not be written.",
        ),
    ],
)
def test_the_page_says_why_a_refused_mail_would_stay_unsent(meeting, sink, desk, befalls, said):  # noqa: F811
    sink.answers["kz@example.org"] = "550 5.7.1 not wanted by the gateway"
    send_due()
    row = Delivery.objects.get(state="failed")
    befalls(row)
    page = desk.get(page_of("refusal", [row])).content.decode()
    assert page.count("It stays unsent.") == 1
    assert f'<span class="chip chip-late">It stays unsent.</span> {said}'.replace("'", "&#x27;") in page


def test_a_refused_reminder_that_a_later_one_overtook_says_so(meeting, sink, desk):  # noqa: F811
    sink.answers["kz@example.org"] = "550 5.7.1 not wanted by the gateway"
    send_due()
    row = Delivery.objects.get(state="failed")
    later = Delivery.objects.filter(kind="reminder", contact=row.contact_id, planned_at__gt=row.planned_at)
    Delivery.objects.filter(pk=later.order_by("planned_at").first().pk).update(
        state="uncertain", planned_at=timezone.now() - timedelta(minutes=1)
    )
    Delivery.objects.filter(pk=row.pk).update(planned_at=row.planned_at - timedelta(days=1))
    page = desk.get(page_of("refusal", [row])).content.decode()
    assert "It stays unsent.</span> A later mail says the same." in page


def test_a_mail_whose_time_has_passed_says_so(meeting):
    row = Delivery.objects.filter(kind="reminder").select_related("contact__ministry__state").first()
    assert reasons_unsent([row], row.expires_at) == {row.pk: "Its time has passed."}


def test_the_reasons_cost_as_many_queries_for_three_mails_as_for_one(meeting, sink, desk):  # noqa: F811
    sink.answers |= dict.fromkeys(
        ("cn@example.org", "kg@example.org", "kz@example.org"), "550 5.7.1 not wanted by the gateway"
    )
    send_due()
    rows = list(Delivery.objects.filter(state="failed"))
    ReminderRule.objects.filter(occasion="before").update(is_on=False)
    costs = []
    for chosen in (rows[:1], rows):
        with CaptureQueriesContext(connection) as queries:
            page = desk.get(page_of("refusal", chosen)).content.decode()
        costs.append(len(queries))
        assert page.count("It stays unsent.") == len(chosen)
    assert (len(rows), costs[0]) == (3, costs[1])
