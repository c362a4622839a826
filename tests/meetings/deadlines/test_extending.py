"""A deadline extended on the desk: told from one set by hand, never earlier, asked about where the day is odd."""

from datetime import date

import pytest
from django.urls import reverse

from meetings.deadlines.dues import NotLater, extend_due, pin_due
from meetings.models import Due
from rotation.models import State
from tests.acts import confirm
from tests.factories import CalendarDayFactory
from tests.secretariat.desk import factories
from tests.secretariat.desk.conftest import body  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def trade(body):  # noqa: F811
    return factories.meeting(factories.track(body))


@pytest.fixture
def due(trade):
    """Kazakhstan's, due on Friday, 18 April 2031."""
    return Due.objects.get(deadline__titles__en="Draft agenda", state="KZ")


def extend(desk, due, day, **values):
    address = f"{reverse('admin:meetings_due_extended')}?ids={due.pk}"
    return confirm(desk, address, {"day": day, "reason": "Asked for by the ministry", **values})


def stands(due):
    due.refresh_from_db()
    return due.due_on.isoformat(), due.is_pinned


def shown(desk, due):
    return desk.get(reverse("admin:meetings_due_change", args=[due.pk])).content.decode()


def test_a_deadline_set_to_a_later_day_is_extended_and_says_so(desk, due):
    page = shown(desk, due)
    assert f'settle/extended/?ids={due.pk}">Extend…</a>' in page
    assert extend(desk, due, "2031-04-22").status_code == 302
    page = shown(desk, due)
    assert "Extended to 22 April 2031: Asked for by the ministry" in page
    assert '<span class="chip chip-pinned">extended</span>' in page
    listed = desk.get(reverse("admin:meetings_due_changelist")).content.decode()
    assert (listed.count("extended</span>"), listed.count("set by hand</span>")) == (1, 0)
    on_its_meeting = desk.get(reverse("admin:meetings_meeting_change", args=[due.deadline.meeting_id]))
    assert '<span class="chip chip-pinned">extended</span>' in on_its_meeting.content.decode()
    pin_due(due.pk, day=date(2031, 4, 21), actor=None, reason="Needed earlier")
    page = shown(desk, due)
    assert "Set by hand to 21 April 2031: Needed earlier" in page
    assert '<span class="chip chip-pinned">extended</span>' not in page


@pytest.mark.parametrize("day", ["2031-04-18", "2031-04-17", "2026-04-14"])
def test_an_extension_gives_more_time_than_there_was(desk, due, day):
    answer = extend(desk, due, day, anyway="on")
    assert answer.context["form"].errors["day"] == [
        "An extension gives more time: KZ · Draft agenda is due on 18 April 2031 already."
    ]
    with pytest.raises(NotLater):
        extend_due(due.pk, day=date.fromisoformat(day), actor=None, reason="x", may_be_past=True)
    assert stands(due) == ("2031-04-18", False)


def test_an_overdue_deadline_extended_to_yesterday_is_asked_about(desk, due):
    # Yesterday as seen from any day on which this runs.
    Due.objects.filter(pk=due.pk).update(due_on="2026-04-07", due_at="2026-04-07T13:00Z")
    answer = extend(desk, due, "2026-04-14")
    assert answer.context["form"].errors["day"] == [
        "14 April 2026 has passed: the deadline would be overdue at once. Choose a later day, or tick below."
    ]
    assert 'type="checkbox" name="anyway"' in answer.content.decode()
    assert stands(due) == ("2026-04-07", False)
    assert extend(desk, due, "2026-04-14", anyway="on").status_code == 302
    assert stands(due) == ("2026-04-14", True)


def test_a_closed_day_is_asked_about_with_its_holiday_and_how_certain_that_is(desk, due):
    state = State.objects.get(pk="KZ")
    CalendarDayFactory(
        state=state, day=date(2031, 4, 22), name="Kurban ait", certainty="estimated", basis="word"
    )
    answer = extend(desk, due, "2031-04-22")
    assert answer.context["form"].errors["day"] == [
        "22 April 2031 (Tuesday) is expected to be closed in Kazakhstan: Kurban ait. "
        "Choose another day, or tick below that it stays."
    ]
    assert stands(due) == ("2031-04-18", False)
    assert extend(desk, due, "2031-04-22", anyway="on").status_code == 302
    assert stands(due) == ("2031-04-22", True)


def test_several_deadlines_are_extended_from_the_list(desk, trade):
    dues = list(Due.objects.filter(deadline__titles__en="Draft agenda").order_by("pk"))
    ticked = {"action": "extend", "_selected_action": [due.pk for due in dues]}
    answer = desk.post(reverse("admin:meetings_due_changelist"), ticked)
    assert answer.url.startswith(reverse("admin:meetings_due_extended"))
    assert confirm(desk, answer.url, {"day": "2031-04-22", "reason": "All asked"}).status_code == 302
    assert [stands(due) for due in dues] == [("2031-04-22", True)] * len(dues)
