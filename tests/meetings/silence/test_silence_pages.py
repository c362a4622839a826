"""Silence and outcomes on the desk: every act shows its effect before it is recorded."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from meetings.admin.silence.words import left_text
from meetings.models import Outcome, OutcomeStep, SilenceEvent, SilenceProcedure
from meetings.outcomes.acts import record_step
from meetings.outcomes.stages import Stage
from meetings.silence.acts import adopt_expired, plan_act
from meetings.silence.rules import Effect, Kind
from rotation.concurrency import seal
from tests.acts import confirm, seal_of
from tests.factories import MeetingFactory, UserFactory
from tests.meetings.silence.test_silences import FRIDAY, closed_silence, expired, running, stood_aside  # noqa: F401

pytestmark = pytest.mark.django_db
OPENING = {
    "closes_on": "2031-05-16",
    "closes_at": "18:00",
    "zone": "Asia/Almaty",
    "reason": "Note 3 of the chair",
}
ALL = ["CN", "KG", "KZ", "TJ", "TM", "UZ"]


def silence_page(name, *arguments):
    return reverse(f"admin:meetings_silenceprocedure_{name}", args=arguments)


def outcome_page(name, *arguments):
    return reverse(f"admin:meetings_outcome_{name}", args=arguments)


def said(answer):
    return [str(message) for message in answer.context["messages"]]


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (timedelta(days=2, hours=3, minutes=9), "2 days, 3 hours"),
        (timedelta(days=1, minutes=1), "1 day, 1 minute"),
        (timedelta(minutes=59, seconds=59), "59 minutes"),
        (timedelta(seconds=1), "less than a minute"),
        (timedelta(0), ""),
    ],
)
def test_the_time_that_is_left_is_told_in_two_parts(left, text):
    assert left_text(left) == text


def test_opening_shows_the_closing_on_every_clock_before_it_opens(desk, issued, user):
    document = issued()
    address = silence_page("open", document.pk)
    assert desk.get(address).context["form"].fields["parties"].initial == [
        "CN", "KZ", "KG", "TJ", "TM", "UZ",
    ]  # fmt: skip
    shown = desk.post(address, {**OPENING, "parties": ALL, "preview": "1"}).context["plan"]
    assert (shown["closing"], shown["is_short"]) == ("16 May 2031, 18:00, Asia/Almaty (UTC+5)", False)
    assert [(row["code"], row["closes"]["clock"]) for row in shown["rows"]][:2] == [
        ("CN", "21:00, Asia/Shanghai (UTC+8)"),
        ("KZ", "18:00, Asia/Almaty (UTC+5)"),
    ]
    assert not SilenceProcedure.objects.exists()
    confirm(desk, address, {**OPENING, "parties": ALL})
    procedure = SilenceProcedure.objects.get()
    assert (procedure.closing, procedure.events.get().recorded_by) == (FRIDAY, user)


def test_less_than_the_usual_time_is_warned_of_and_the_past_refused(desk, issued, settings):
    settings.SILENCE_MINIMUM_HOURS = 10**6
    address = silence_page("open", issued().pk)
    answer = desk.post(address, {**OPENING, "parties": ALL, "preview": "1"})
    assert "less than is usual" in answer.content.decode()
    answer = desk.post(address, {**OPENING, "parties": ALL, "closes_on": "2026-01-01", "confirm": "1"})
    assert answer.context["form"].errors == {"closes_on": ["Silence would close in the past."]}
    assert not SilenceProcedure.objects.exists()


def test_an_objection_shows_that_it_breaks_silence_and_then_does(desk, running, user):  # noqa: F811
    address = silence_page("object", running.pk)
    values = {"state": "TM", "text": "Note 12/4", "amendment": "Strike paragraph 3."}
    plan = desk.post(address, {**values, "preview": "1"}).context["plan"]
    assert plan["sentence"] == "Silence is broken: the text is not adopted, and this procedure is over."
    assert SilenceEvent.objects.count() == 1
    confirm(desk, address, values)
    text = desk.get(silence_page("change", running.pk)).content.decode()
    assert SilenceProcedure.objects.get().status == "broken"
    assert ("broke silence" in text, "Strike paragraph 3." in text) == (True, True)


def test_an_objection_that_became_late_meanwhile_is_shown_again_as_late(desk, expired):  # noqa: F811
    address = silence_page("object", expired.pk)
    values = {"state": "TM", "text": "Note 12/4", "amendment": ""}
    before_it_closed = expired.closing_at - timedelta(minutes=1)
    shown = plan_act(expired, Kind.OBJECTED, before_it_closed, state="TM")
    assert shown.effect is Effect.BREAKS
    answer = desk.post(address, {**values, "seen": seal(expired, shown), "confirm": "1"})
    assert (
        answer.context["plan"]["sentence"]
        == "The objection comes too late: it is recorded, and has no effect."
    )
    assert SilenceEvent.objects.count() == 1
    desk.post(address, {**values, "seen": seal_of(answer), "confirm": "1"})
    assert list(SilenceEvent.objects.values_list("kind", flat=True)) == ["opened", "adopted", "objected"]


RECEIVED = {"received_on": "2026-04-17", "received_at": "17:40", "received_zone": "Asia/Almaty"}


def test_an_objection_that_had_come_in_time_shows_that_it_sets_the_adoption_aside(desk, expired):  # noqa: F811
    adopt_expired()
    address = silence_page("object", expired.pk)
    assert desk.get(address).context["form"]["received_zone"].value() == "Asia/Almaty"
    values = {"state": "TM", "text": "Note 12/4", "amendment": "", **RECEIVED}
    answer = desk.post(address, {**values, "preview": "1"})
    assert answer.context["form"].errors == {"evidence": ["Needed where it was received before now."]}
    values["evidence"] = "Register, no. 412"
    plan = desk.post(address, {**values, "preview": "1"}).context["plan"]
    assert (plan["effect"], plan["is_grave"]) == ("sets aside", True)
    assert plan["sentence"].startswith("It was received in time: the adoption is set aside.")
    confirm(desk, address, values)
    text = " ".join(desk.get(silence_page("change", expired.pk)).content.decode().split())
    assert "Received 17 April 2026, 17:40, Asia/Almaty (UTC+5): Register, no. 412" in text
    assert ("set the adoption aside" in text, "adoption set aside" in text) == (True, True)
    assert "objected: TM" in desk.get(silence_page("changelist")).content.decode()


@pytest.mark.parametrize(
    ("day", "text"),
    [("2999-01-01", "This moment has not come yet."), ("2026-04-12", "Silence had not been opened at this")],
)
def test_a_receipt_lies_between_the_opening_and_now(desk, expired, day, text):  # noqa: F811
    values = {"state": "TM", "text": "Note 12/4", "evidence": "Register", **RECEIVED, "received_on": day}
    answer = desk.post(silence_page("object", expired.pk), {**values, "preview": "1"})
    assert answer.context["form"].errors["received_on"][0].startswith(text)
    assert answer.context["plan"] is None


def test_a_state_that_stands_aside_leaves_five(desk, running):  # noqa: F811
    address = silence_page("aside", running.pk)
    plan = desk.post(address, {"state": "TM", "text": "Note 33/2", "preview": "1"}).context["plan"]
    assert plan["sentence"].startswith(
        "Silence runs on. Unbroken, the text is adopted by 5 of 6: China, Kazakhstan"
    )


def test_an_extension_and_a_withdrawal_are_recorded_with_their_reason(desk, running):  # noqa: F811
    address = silence_page("extend", running.pk)
    values = {
        "closes_on": "2031-05-19",
        "closes_at": "18:00",
        "zone": "Asia/Almaty",
        "text": "Asked for by Dushanbe.",
    }
    plan = desk.post(address, {**values, "preview": "1"}).context["plan"]
    assert plan["sentence"] == "Silence closes later: 19 May 2031, 18:00, Asia/Almaty (UTC+5)."
    confirm(desk, address, values)
    confirm(desk, silence_page("withdraw", running.pk), {"text": "Redrafted."})
    row = SilenceProcedure.objects.get()
    assert (row.status, row.closes_on, row.events.count()) == ("withdrawn", date(2031, 5, 19), 3)


def test_the_page_says_by_which_five_a_text_was_adopted(desk, expired):  # noqa: F811
    stood_aside(expired, "TM")
    adopt_expired()
    text = " ".join(desk.get(silence_page("change", expired.pk)).content.decode().split())
    assert "Adopted by 5 of 6: China, Kazakhstan, Kyrgyzstan, Tajikistan and Uzbekistan." in text


def test_who_may_only_look_acts_upon_nothing(client, running, issued):  # noqa: F811
    officer = UserFactory()
    client.force_login(officer)
    pages = [
        silence_page("open", issued().pk),
        silence_page("object", running.pk),
        silence_page("change", running.pk),
    ]
    names = ["view_document", "view_silenceprocedure"]
    officer.user_permissions.set(Permission.objects.filter(codename__in=names))
    assert [client.get(address).status_code for address in pages] == [403, 403, 200]
    names += ["add_silenceprocedure", "change_silenceprocedure"]
    officer.user_permissions.set(Permission.objects.filter(codename__in=names))
    assert [client.get(address).status_code for address in pages] == [200, 200, 200]


def test_silence_on_a_restricted_paper_is_hidden_with_it(client, issued):
    hidden = closed_silence(issued(distribution="restricted"))
    officer = UserFactory()
    names = ["view_document", "view_silenceprocedure", "change_silenceprocedure", "add_silenceprocedure"]
    officer.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(officer)
    assert client.get(silence_page("object", hidden.pk)).status_code == 404
    assert client.get(silence_page("open", hidden.document_id)).status_code == 404
    assert hidden.document.symbol_id not in client.get(silence_page("changelist")).content.decode()


@pytest.fixture
def outcome(track):
    return Outcome.objects.create(meeting=MeetingFactory(track=track), title="Communiqué", kind="communique")


def step_values(**values):
    given = {"stage": "adopted", "on": "2025-04-26", "basis": "Communiqué of 26 April 2025"}
    for code in ALL:
        given |= {f"state_{code}": "apart" if code == "TM" else "took", f"spoke_{code}": ""}
    return given | {"spoke_TM": "its ambassador to China"} | values


def test_a_stage_shows_who_takes_it_before_it_is_recorded(desk, outcome, user):
    plan = desk.post(outcome_page("step", outcome.pk), step_values(preview="1")).context["plan"]
    assert (plan["after"], plan["apart"], len(plan["took"])) == ("adopted", ["Turkmenistan"], 5)
    assert not OutcomeStep.objects.exists()
    answer = confirm(desk, outcome_page("step", outcome.pk), step_values(), follow=True)
    assert said(answer) == ["The stage was recorded."]
    assert (Outcome.objects.get().stage, OutcomeStep.objects.get().recorded_by) == ("adopted", user)
    text = desk.get(outcome_page("change", outcome.pk)).content.decode()
    assert "Not by Turkmenistan (represented by its ambassador to China)." in text
    assert "5 of 6: CN, KZ, KG, TJ and UZ" in desk.get(outcome_page("changelist")).content.decode()


@pytest.mark.parametrize(
    ("values", "field"),
    [({"stage": "in force"}, "stage"), ({"on": "2999-01-01"}, "on"), ({"basis": ""}, "basis")],
)
def test_a_stage_that_cannot_be_is_refused_at_its_field(desk, outcome, values, field):
    answer = desk.post(outcome_page("step", outcome.pk), step_values(confirm="1", **values))
    assert answer.context["form"].errors.keys() == {field}
    assert not OutcomeStep.objects.exists()


def test_a_stage_recorded_in_error_is_taken_back_on_its_page(desk, outcome):
    wrong = record_step(outcome.pk, stage=Stage.SIGNED, on=None, basis="minutes", actor=None)
    answer = confirm(desk, outcome_page("revoke", wrong.pk), {"reason": "It was adopted."}, follow=True)
    assert said(answer) == ["The stage was taken back; both records stay."]
    assert (Outcome.objects.get().stage, "It was adopted." in answer.content.decode()) == ("", True)


def test_recording_a_stage_wants_the_permission_to_change_outcomes(client, outcome):
    officer = UserFactory()
    client.force_login(officer)
    step = record_step(outcome.pk, stage=Stage.SIGNED, on=None, basis="minutes", actor=None)
    pages = [outcome_page("step", outcome.pk), outcome_page("revoke", step.pk)]
    assert [client.get(address).status_code for address in pages] == [403, 403]
    officer.user_permissions.set(Permission.objects.filter(codename="change_outcome"))
    assert [client.get(address).status_code for address in pages] == [200, 200]


def queries(desk, address):
    with CaptureQueriesContext(connection) as found:
        assert desk.get(address).status_code == 200
    return len(found)


def test_the_lists_cost_the_same_for_one_row_and_for_fifty(desk, issued, track):
    lists = [silence_page("changelist"), outcome_page("changelist")]

    def fill(count):
        for _number in range(count):
            stood_aside(closed_silence(issued()), "TM")
            meeting = MeetingFactory(track=track)
            row = Outcome.objects.create(meeting=meeting, title="Communiqué")
            record_step(
                row.pk, stage=Stage.ADOPTED, on=None, basis="x", actor=None, states=["CN"], apart=["TM"]
            )

    fill(1)
    before = [queries(desk, address) for address in lists]
    fill(49)
    assert [queries(desk, address) for address in lists] == before


def test_the_states_of_a_stage_stand_by_name_in_the_readers_language(desk, settings):
    outcome = Outcome.objects.create(meeting=MeetingFactory(), title="Communiqué", kind="communique")
    record_step(
        outcome.pk,
        stage=Stage.ADOPTED,
        on=date(2026, 11, 1),
        basis="Note",
        actor=None,
        states=ALL[:5],
        apart=["UZ"],
    )
    (step,) = desk.get(outcome_page("change", outcome.pk)).context["steps"]
    assert step["took"] == ["China", "Kazakhstan", "Kyrgyzstan", "Tajikistan", "Turkmenistan"]
    desk.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    (step,) = desk.get(outcome_page("change", outcome.pk)).context["steps"]
    assert step["took"] == ["中国", "哈萨克斯坦", "吉尔吉斯斯坦", "塔吉克斯坦", "土库曼斯坦"]
