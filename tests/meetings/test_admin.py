"""Meetings, dues and special days on the desk."""

from datetime import date

import pytest
from django.urls import reverse

from meetings.admin.schedule.when import when_text
from meetings.deadlines.dues import DueRefused, pin_due
from meetings.models import CalendarDay, Contact, Due, Meeting
from meetings.schedule.dates import parse_span
from rotation.history import history_of
from tests.acts import confirm, look, seal_of
from tests.secretariat.desk import factories
from tests.secretariat.desk.conftest import body  # noqa: F401

TO = {"precision": "day", "first_on": "2031-06-17", "last_on": "2031-06-18", "zone": "Asia/Almaty"}


@pytest.fixture
def trade(body):  # noqa: F811
    return factories.meeting(factories.track(body))


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (None, None, "no date yet"),
        ("2027", None, "2027"),
        ("2025-05", None, "May 2025"),
        ("2025-05", "2025-06", "May 2025 – June 2025"),
        ("2023-05-18", "2023-05-19", "18–19 May 2023"),
        ("2023-05-31", "2023-06-01", "31 May – 1 June 2023"),
        ("2023-12-31", "2024-01-01", "31 December 2023 – 1 January 2024"),
        ("2023-05-18", None, "18 May 2023"),
    ],
)
def test_a_date_is_written_as_far_as_it_is_known(start, end, text):
    assert when_text(parse_span(start, end, "Asia/Almaty")) == text


def test_moving_shows_what_it_changes_before_it_changes_anything(desk, trade):
    address = reverse("admin:meetings_meeting_move", args=[trade.pk])
    page = desk.post(address, {**TO, "reason": "The host asked.", "preview": "1"})
    assert (page.context["plan"]["changed"], page.context["plan"]["unchanged"]) == (4, 0)
    assert page.context["plan"]["after"] == "17–18 June 2031"
    assert Meeting.objects.get(pk=trade.pk).first_on == factories.FAR


def test_a_confirmed_move_takes_the_deadlines_along_and_tells_who_and_why(desk, trade, user):
    address = reverse("admin:meetings_meeting_move", args=[trade.pk])
    confirm(desk, address, {**TO, "reason": "The host asked."})
    moved = Meeting.objects.get(pk=trade.pk)
    assert (moved.first_on, moved.last_on) == (date(2031, 6, 17), date(2031, 6, 18))
    last = history_of(moved)[0]
    assert (last.user, last.reason) == (user.username, "The host asked.")
    changed = {change.label: (change.before, change.after) for change in last.changes}
    assert changed["First day"] == ("20 May 2031", "17 June 2031")
    shown = desk.get(reverse("admin:meetings_meeting_history", args=[trade.pk])).content.decode()
    assert "The host asked." in shown
    assert user.username in shown


def test_a_move_of_a_meeting_that_changed_meanwhile_is_shown_again(desk, trade):
    address = reverse("admin:meetings_meeting_move", args=[trade.pk])
    seen = seal_of(look(desk, address, {**TO, "reason": "x"}))
    Meeting.objects.filter(pk=trade.pk).update(revision=trade.revision + 1)
    page = desk.post(address, {**TO, "reason": "x", "seen": seen, "confirm": "1"})
    assert "What would be done is no longer what was shown." in page.content.decode()
    assert Meeting.objects.get(pk=trade.pk).first_on == factories.FAR


def test_a_move_without_a_reason_is_refused(desk, trade):
    address = reverse("admin:meetings_meeting_move", args=[trade.pk])
    page = desk.post(address, {**TO, "reason": "", "confirm": "1"})
    assert page.context["form"].errors.keys() == {"reason"}
    assert Meeting.objects.get(pk=trade.pk).first_on == factories.FAR


def test_a_meeting_is_cancelled_on_its_own_page_only(desk, trade):
    form = desk.get(reverse("admin:meetings_meeting_change", args=[trade.pk])).context["adminform"].form
    assert "cancelled" not in dict(form.fields["status"].choices)
    assert not {"precision", "first_on", "last_on", "starts", "ends", "zone"} & set(form.fields)
    address = reverse("admin:meetings_meeting_cancel", args=[trade.pk])
    confirm(desk, address, {"reason": "No quorum."})
    assert Meeting.objects.get(pk=trade.pk).status == "cancelled"
    assert set(Due.objects.values_list("status", flat=True)) == {"withdrawn"}


def new_meeting(track, **values):
    empty = {"titles_en": "", "titles_zh": "", "titles_ru": "", "zone": "", "visibility": "internal"}
    return {**empty, "track": track.pk, "status": "proposed", "format": "in person", **values}


def test_a_new_meeting_says_what_was_derived(desk, body):  # noqa: F811
    values = new_meeting(
        factories.track(body), ordinal="3", precision="day", first_on="2031-05-20", host="KZ"
    )
    page = desk.post(reverse("admin:meetings_meeting_add"), values, follow=True)
    row = Meeting.objects.get()
    assert (row.zone, row.last_on) == ("Asia/Almaty", date(2031, 5, 20))
    assert next(str(message) for message in page.context["messages"]).endswith(">4 dates were derived</a>")


def test_a_meeting_known_to_the_month_keeps_its_month(desk, body):  # noqa: F811
    values = new_meeting(factories.track(body), precision="month", first_on="2031-05-20")
    desk.post(reverse("admin:meetings_meeting_add"), values)
    row = Meeting.objects.get()
    assert (row.first_on, row.last_on, when_text(row.span)) == (
        date(2031, 5, 1),
        date(2031, 5, 31),
        "May 2031",
    )


def test_a_date_that_contradicts_itself_is_refused_at_its_field(desk, body):  # noqa: F811
    values = new_meeting(factories.track(body), precision="day", first_on="2031-05-20", last_on="2031-05-19")
    page = desk.post(reverse("admin:meetings_meeting_add"), values)
    assert page.context["adminform"].form.errors.keys() == {"last_on"}
    assert not Meeting.objects.exists()


@pytest.mark.parametrize("precision", ["year", "month", "day"])
@pytest.mark.parametrize("year", ["9999", "0026"])
def test_a_year_of_another_age_is_refused_at_its_field(desk, trade, precision, year):
    values = new_meeting(trade.track, precision=precision, first_on=f"{year}-12-31")
    page = desk.post(reverse("admin:meetings_meeting_add"), values)
    assert page.context["adminform"].form.errors["first_on"] == ["Give a year from 1900 to 2199."]
    move = reverse("admin:meetings_meeting_move", args=[trade.pk])
    page = desk.post(move, TO | {"last_on": f"{year}-12-31", "reason": "agreed"})
    assert (page.status_code, Meeting.objects.get(pk=trade.pk).first_on) == (200, factories.FAR)


def deadline_rows(trade, **extra):
    rows = list(trade.deadlines.all())
    values = {
        "deadlines-TOTAL_FORMS": len(rows) + 1,
        "deadlines-INITIAL_FORMS": len(rows),
        "outcomes-TOTAL_FORMS": 0,
        "outcomes-INITIAL_FORMS": 0,
    }
    for number, row in enumerate([*rows, None]):
        prefix = f"deadlines-{number}-"
        values |= {prefix + "meeting": trade.pk, prefix + "close_at": "18:00", prefix + "roll": "none"}
        values |= {prefix + "addressee": "all", prefix + "offset_days": row.offset_days if row else -7}
        values |= {prefix + "calendars": "state", prefix + "min_notice_days": 0}
        values |= {
            prefix + "titles_en": row.titles["en"] if row else "Speaking notes",
            prefix + "id": row.pk if row else "",
        }
    return {**values, **extra}


def test_a_deadline_added_to_a_meeting_is_due_from_each_state(desk, trade):
    values = {**new_meeting(trade.track, ordinal="1", reason="Asked for by Astana"), **deadline_rows(trade)}
    response = desk.post(reverse("admin:meetings_meeting_change", args=[trade.pk]), values)
    assert response.status_code == 302, response.context["errors"]
    dues = Due.objects.filter(deadline__titles__en="Speaking notes")
    assert {due.state_id: due.due_on for due in dues} == {"CN": date(2031, 5, 13), "KZ": date(2031, 5, 13)}


def settle(desk, what, dues, **values):
    keys = ",".join(str(due.pk) for due in dues)
    return confirm(desk, reverse(f"admin:meetings_due_{what}") + f"?ids={keys}", values)


def test_several_dues_are_marked_received_at_once(desk, trade, user):
    dues = list(Due.objects.filter(deadline__titles__en="Draft agenda"))
    settle(desk, "received", dues, at_0="2020-04-09", at_1="12:00", reason="by note verbale")
    assert [(due.status, due.recorded_by) for due in Due.objects.filter(pk__in=[row.pk for row in dues])] == [
        ("received", user),
        ("received", user),
    ]


def test_one_refused_due_leaves_all_as_they_were(desk, trade):
    dues = list(Due.objects.all())
    Due.objects.filter(pk=dues[-1].pk).update(status="withdrawn")
    page = settle(desk, "waived", dues, reason="Not needed.")
    assert page.context["form"].non_field_errors() == ["This deadline was withdrawn with its meeting."]
    assert not Due.objects.filter(status="waived").exists()


def test_a_due_that_was_settled_meanwhile_stays_as_it_was_recorded(desk, trade):
    due = Due.objects.get(deadline__titles__en="Draft agenda", state="KZ")
    settle(desk, "received", [due], at_0="2020-04-09", at_1="12:00", reason="by note verbale")
    for what, values in (
        ("received", {"at_0": "2020-05-01", "at_1": "09:00", "reason": "by mail"}),
        ("waived", {"reason": "Not needed."}),
    ):
        (complaint,) = settle(desk, what, [due], **values).context["form"].non_field_errors()
        assert complaint == (
            "KZ · Draft agenda has changed since this was shown: received (9 April 2020, 10:00, Asia/Almaty (UTC+6) "
            "· aida · by note verbale). Nothing was recorded. To correct it, reopen it first."
        )
    due.refresh_from_db()
    assert (due.status, due.settle_reason) == ("received", "by note verbale")
    settle(desk, "open", [due], reason="It was another paper.")
    page = settle(desk, "open", [due], reason="Twice.")
    assert page.context["form"].non_field_errors() == [
        "KZ · Draft agenda has changed since this was shown: it is open again. Nothing was recorded."
    ]


def test_a_due_set_by_hand_needs_a_reason_and_shows_it(desk, trade):
    due = Due.objects.first()
    assert settle(desk, "pinned", [due], day="2031-04-15").context["form"].errors.keys() == {"reason"}
    settle(desk, "pinned", [due], day="2031-04-15", reason="Asked for by the ministry.")
    page = desk.get(reverse("admin:meetings_due_change", args=[due.pk])).content.decode()
    assert "Asked for by the ministry." in page


def test_a_day_that_is_not_worked_is_asked_about_before_a_due_is_set_on_it(desk, trade):
    due = Due.objects.first()
    sunday = {"day": "2031-04-13", "reason": "Asked for by the ministry."}
    page = settle(desk, "pinned", [due], **sunday)
    (complaint,) = page.context["form"].errors["day"]
    assert complaint == (
        f"13 April 2031 is a Sunday, not worked in {due.state}. Choose another day, or tick below that it stays."
    )
    assert 'type="checkbox" name="anyway"' in page.content.decode()
    due.refresh_from_db()
    assert not due.is_pinned
    settle(desk, "pinned", [due], **sunday, anyway="on")
    due.refresh_from_db()
    assert (due.is_pinned, due.due_on.isoformat()) == (True, "2031-04-13")


def test_a_day_that_has_passed_is_asked_about_before_a_due_is_set_on_it(desk, trade):
    due = Due.objects.first()
    passed = {"day": "2026-04-14", "reason": "Asked for by the ministry."}  # a Tuesday
    page = settle(desk, "pinned", [due], **passed)
    (complaint,) = page.context["form"].errors["day"]
    assert "14 April 2026 has passed: the deadline would be overdue at once." in complaint
    assert 'type="checkbox" name="anyway"' in page.content.decode()
    with pytest.raises(DueRefused, match="That moment is over"):
        pin_due(due.pk, day=date(2026, 4, 14), actor=None, reason="Asked for by the ministry.")
    due.refresh_from_db()
    assert not due.is_pinned
    settle(desk, "pinned", [due], **passed, anyway="on")
    due.refresh_from_db()
    assert (due.is_pinned, due.due_on.isoformat()) == (True, "2026-04-14")


@pytest.mark.parametrize("name", ["meeting", "due", "contact"])
def test_nobody_deletes_what_history_rests_on(desk, trade, name):
    factories.fill(trade.track.mechanism, trade.track, 5, 1)
    row = {"meeting": Meeting, "due": Due, "contact": Contact}[name].objects.first()
    assert (
        desk.post(reverse(f"admin:meetings_{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    )


def test_the_librarys_days_are_overruled_not_deleted(desk, body):  # noqa: F811
    row = CalendarDay.objects.create(
        state_id="KZ", day=factories.FAR, name="x", basis="library", entered_by="library"
    )
    assert (
        desk.post(reverse("admin:meetings_calendarday_delete", args=[row.pk]), {"post": "yes"}).status_code
        == 403
    )


def test_how_a_day_was_found_is_told_by_the_states_names_and_not_by_their_codes(desk, trade):
    due = Due.objects.filter(deadline__meeting=trade).order_by("pk").first()
    page = desk.get(reverse("admin:meetings_due_change", args=[due.pk])).content.decode()
    assert f"the holidays of {due.state} are not known for that year." in page
    assert f"the holidays of {due.state_id} are" not in page
