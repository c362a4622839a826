"""Silence, terms and agendas are told by the ledger as deadlines are: by a real SMTP conversation."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from meetings.agenda.acts import freeze_stage
from meetings.agenda.stages import Stage
from meetings.committees.acts import end_term, grant_term
from meetings.models import Committee, Contact, SilenceProcedure
from meetings.papers.acts import add_version, issue_document, register_document
from meetings.saving import save_party
from meetings.schedule.moves import cancel_meeting, move_meeting
from meetings.silence.acts import (
    Receipt,
    adopt_expired,
    extend_silence,
    object_to,
    open_silence,
    stand_aside,
    withdraw_silence,
)
from meetings.silence.rules import Closing, Notice
from secretariat.reminders.ledger import reconcile_meetings
from secretariat.reminders.models import Delivery
from secretariat.reminders.plan.dated import Dated, wanted_of_dated
from secretariat.reminders.plan.policy import Rule
from secretariat.reminders.plan.quiet import Quiet
from secretariat.reminders.plan.silences import wanted_of_silence
from secretariat.reminders.plan.wanted import ContactFact
from secretariat.reminders.reconciling import reconcile
from secretariat.reminders.sending import claim, send_due
from secretariat.reminders.settling import settle, try_again
from secretariat.reminders.statements import begin_sending
from tests.factories import (
    AgendaFactory,
    AgendaItemFactory,
    ContactFactory,
    FollowFactory,
    MeetingFactory,
    MinistryFactory,
    OrganisationFactory,
    ResponsibilityFactory,
    SeatFactory,
    StateFactory,
    SymbolSchemeFactory,
    TrackFactory,
    day_span,
)
from tests.meetings.papers.files import text

pytestmark = pytest.mark.django_db
THREE = ["cn@example.org", "kg@example.org", "kz@example.org"]


@pytest.fixture
def track(db):
    """A track for which a ministry of each of three states answers, in three languages."""
    track = TrackFactory()
    for code, language in (("CN", "zh"), ("KZ", "ru"), ("KG", "en")):
        ministry = MinistryFactory(state=StateFactory(code=code))
        address = f"{code.lower()}@example.org"
        ContactFactory(ministry=ministry, email=address, language=language, name=f"MFA {code}")
        ResponsibilityFactory(track=track, ministry=ministry)
    return track


@pytest.fixture
def paper(track):
    SymbolSchemeFactory(mechanism=track.mechanism)
    paper = register_document(
        actor=None, track=track, titles={"en": "Draft communiqué"}, dated_on=date(2026, 4, 1)
    )
    for code in ("zh", "ru"):
        add_version(paper.pk, language=code, file=text(code), name="draft.txt", actor=None)
    return issue_document(paper.pk, actor=None)


QUIET = Quiet(time(21), time(7))


def local_parts(at):
    local = at.astimezone(ZoneInfo("Asia/Bishkek"))
    return local.date(), local.time().replace(second=0, microsecond=0)


def in_days(days, at="18:00"):
    day = timezone.now().astimezone(ZoneInfo("Asia/Almaty")).date() + timedelta(days=days)
    return Closing(day, datetime.strptime(at, "%H:%M").time(), "Asia/Almaty")


@pytest.fixture
def running(paper):
    return open_silence(paper.pk, closing=in_days(20), actor=None, reason="Agreed by the coordinators.")


@pytest.fixture
def agenda(track):
    """Of a meeting sixty-three days ahead: items can be asked for until a month before it."""
    meeting = MeetingFactory(track=track, status="confirmed")
    day = timezone.now().date() + timedelta(days=63)
    move_meeting(meeting.pk, to=day_span(day.isoformat()), actor=None, reason="Agreed.")
    agenda = AgendaFactory(meeting=meeting)
    AgendaItemFactory(agenda=agenda, titles={"en": "Transport", "zh": "交通", "ru": "Транспорт"})
    return agenda


def freeze(agenda, stage):
    agenda.refresh_from_db()
    return freeze_stage(agenda.pk, stage, actor=None)


def plain(envelope):
    message = message_from_bytes(envelope.content, policy=policy.default)
    return f"{message['Subject']}\n{message.get_body(('plain',)).get_content()}"


def sent_to(sink, address):
    return [plain(envelope) for envelope in sink.accepted if envelope.rcpt_tos == [address]]


def of_kind(kind):
    return Delivery.objects.filter(kind=kind).exclude(state="cancelled")


# Silence


def test_all_that_answer_for_the_paper_are_told_that_silence_was_opened(running, sink):
    assert (send_due(), send_due()) == (3, 0)
    assert sink.recipients == THREE
    (mail,) = sent_to(sink, "kg@example.org")
    assert "has been put under silence" in mail
    assert "18:00 (Almaty, UTC+5)" in mail
    assert "On your clock" in mail
    assert "19:00 (Bishkek, UTC+6)" in mail
    assert "On whose behalf: Agreed by the coordinators." in mail


def test_reminders_of_a_silence_wait_for_their_hours_before_it_closes(running):
    hours = of_kind("reminder").filter(contact__email="kz@example.org").order_by("planned_at")
    closes = running.closing.instant
    assert [(row.offset_code, closes - row.planned_at) for row in hours] == [
        (f"PT{hours}H", timedelta(hours=hours)) for hours in (72, 24, 3)
    ]


def test_who_breaks_silence_is_told_to_all_and_the_reminders_end(running, sink):
    send_due()
    sink.accepted.clear()
    object_to(running.pk, state="KG", actor=None, text="Paragraph 4.", amendment="strike it")
    send_due()
    assert sink.recipients == THREE
    (mail,) = sent_to(sink, "kg@example.org")
    assert "was broken: " in mail
    assert "Proposed words: strike it" in mail
    assert not of_kind("reminder").exists()


def test_a_break_before_the_opening_was_mailed_is_the_only_mail(running, sink):
    object_to(running.pk, state="KG", actor=None, text="Paragraph 4.")
    send_due()
    assert set(Delivery.objects.filter(state="sent").values_list("kind", flat=True)) == {"broken"}


def test_an_extension_is_told_and_the_reminders_are_of_the_new_closing(running, sink):
    send_due()
    extend_silence(running.pk, to=in_days(30), actor=None, reason="Asked for by two parties.")
    send_due()
    assert [mail.split(":")[0] for mail in sent_to(sink, "kg@example.org")][1].startswith("Silence extended")
    assert {row.says_due_at for row in of_kind("reminder")} == {in_days(30).instant}
    answered = Delivery.objects.get(kind="extended", contact__email="kg@example.org")
    assert answered.in_reply_to == Delivery.objects.get(kind="opened", contact=answered.contact).message_id


def test_a_withdrawal_is_told(running, sink):
    send_due()
    sink.accepted.clear()
    withdraw_silence(running.pk, actor=None, reason="A new draft follows.")
    send_due()
    assert sink.recipients == THREE


def test_a_text_adopted_by_silence_says_by_whom(paper, sink):
    past = Closing(date(2026, 4, 17), datetime(2026, 1, 1, 18).time(), "Asia/Almaty")
    procedure = SilenceProcedure(document=paper, opened_at=past.instant - timedelta(days=4))
    procedure.take_closing(past)
    procedure.save()
    for code in ("CN", "KZ", "KG"):
        procedure.parties.create(state_id=code)
    procedure.events.create(
        kind="opened", at=procedure.opened_at, closes_on=past.on, closes_at=past.at, zone=past.zone
    )
    assert adopt_expired() == 1
    send_due()
    (mail,) = sent_to(sink, "kg@example.org")
    assert mail.startswith("Adopted by silence: ")
    # By name, which for these is not the order of their codes.
    assert "is adopted by: China, Kazakhstan and Kyrgyzstan." in mail
    assert "Asked: China, Kazakhstan and Kyrgyzstan" in mail
    assert set(Delivery.objects.filter(state="sent").values_list("kind", flat=True)) == {"adopted"}
    receipt = Receipt(past.instant - timedelta(hours=1), past.zone, "Register, no. 412")
    stand_aside(procedure.pk, state="CN", actor=None, text="Note 33/2", receipt=receipt)
    object_to(procedure.pk, state="KG", actor=None, text="Note 12/4", receipt=receipt)
    send_due()
    subjects = [mail.split(":")[0] for mail in sent_to(sink, "kg@example.org")]
    assert subjects == ["Adopted by silence", "Adopted by fewer", "Adoption set aside"]


def test_who_takes_office_while_silence_runs_is_told_of_it(running, sink):
    send_due()
    sink.accepted.clear()
    ministry = Contact.objects.get(email="kz@example.org").ministry
    save_party(Contact(ministry=ministry, name="New desk", email="new@example.org", language="ru"))
    send_due()
    assert sink.recipients == ["new@example.org"]


def latecomer(running, **values):
    contact = ContactFactory(ministry=Contact.objects.get(email="kg@example.org").ministry, **values)
    save_party(contact)
    return contact


def test_who_comes_after_silence_was_broken_is_told_nothing_of_it(running, sink):
    send_due()
    object_to(running.pk, state="KZ", text="Not yet.", actor=None)
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        late = latecomer(running, email="late@example.org")
        other = ContactFactory(
            ministry=MinistryFactory(state=StateFactory(code="KG")), email="anew@example.org"
        )
        Contact.objects.filter(pk=other.pk).update(
            entered_at=None
        )  # long known, of a ministry that answers from now
        ResponsibilityFactory(track=running.document.track, ministry=other.ministry)
        reconcile()
    send_due()
    assert (sent_to(sink, late.email), sent_to(sink, other.email)) == ([], [])
    assert len(sent_to(sink, "kg@example.org")) == 2
    assert reconcile() == []


def test_who_comes_while_silence_runs_is_told_of_it_at_once(running, sink):
    late = latecomer(running, email="late@example.org")
    send_due()
    assert len(sent_to(sink, late.email)) == 1


def test_who_comes_after_the_papers_were_received_is_not_thanked(db):
    contact = ContactFact(1, "KG", "Asia/Bishkek", since=timezone.now())
    moment = Dated(
        ("due", 1), 0, "KG", date(2027, 1, 1), timezone.now(), "received", timezone.now() - timedelta(hours=1)
    )
    thanks = [Rule("received")]
    assert not list(wanted_of_dated([moment], [contact], thanks, {}, timezone.now()))
    there = replace(contact, since=timezone.now() - timedelta(hours=2))
    assert len(list(wanted_of_dated([moment], [there], thanks, {}, timezone.now()))) == 1


def test_by_night_an_act_of_a_silence_waits_for_the_morning_unless_it_closes_before():
    night = datetime(2027, 3, 1, 20, 18, tzinfo=UTC)  # 02:18 in Bishkek
    contact = ContactFact(1, "KG", "Asia/Bishkek")
    rules = [Rule("first", about="silence", quiet=QUIET), Rule("before", about="silence", quiet=QUIET)]

    def goes(kind, closes_in, hours=None):
        closing = Closing(*local_parts(night + closes_in), "Asia/Bishkek")
        each = Notice(kind, "KG", 0, hours, night, None, closing)
        (want,) = wanted_of_silence(1, [each], [contact], rules, {}, night)
        return want.goes_at.astimezone(ZoneInfo("Asia/Bishkek")).strftime("%d %H:%M")

    assert goes("broken", timedelta(days=3)) == "02 07:00"
    assert goes("opened", timedelta(days=3)) == "02 07:00"
    assert goes("opened", timedelta(hours=3)) == "02 02:18"


def test_a_mail_that_failed_is_not_tried_again_once_silence_was_broken(running, sink):
    sink.answers["kz@example.org"] = "550 no such box"
    send_due()
    row = Delivery.objects.get(state="failed")
    object_to(running.pk, state="KG", actor=None, text="Paragraph 4.")
    assert try_again([row.pk], actor=None, reason="The box is there again.") == 1
    row.refresh_from_db()
    assert row.state == "cancelled"


# Terms


@pytest.fixture
def seat(track):
    Committee.objects.create(track=track, notice_days=[90, 30])
    return SeatFactory(track=track, organisation=OrganisationFactory(state=StateFactory(code="KG")))


def term_of(seat, ends_in):
    today = timezone.now().date()
    return grant_term(
        seat.pk,
        starts_on=today - timedelta(days=700),
        ends_on=today + timedelta(days=ends_in),
        basis="Decision of the second session",
        actor=None,
    )


def test_the_end_of_a_term_is_told_to_the_ministry_of_its_state_alone(seat, sink):
    term = term_of(seat, 60)
    assert (send_due(), sink.recipients) == (1, ["kg@example.org"])
    (mail,) = sent_to(sink, "kg@example.org")
    last = term.ends_on - timedelta(days=1)
    assert f"ends on {last.day} {last:%B %Y}" in mail
    waiting = of_kind("reminder").get(state="pending")
    assert (waiting.offset_code, waiting.planned_on) == ("P30D", term.ends_on - timedelta(days=30))


def test_who_was_told_of_the_end_of_a_term_is_told_each_time_that_it_changes(seat, sink):
    term = term_of(seat, 60)
    first, other = term.ends_on, term.ends_on + timedelta(days=10)
    send_due()
    for ends_on in (other, first, other):
        end_term(term.pk, ends_on=ends_on, actor=None, reason="Agreed anew.")
        assert send_due() == 1
    assert [mail.split(" ")[0] for mail in sent_to(sink, "kg@example.org")] == ["Term"] * 4
    assert list(of_kind("changed").order_by("pk").values_list("sequence", flat=True)) == [1, 2, 3]


def test_a_term_that_is_renewed_goes_on_and_who_was_told_of_its_end_hears_so(seat, sink):
    term = term_of(seat, 60)
    send_due()
    grant_term(seat.pk, starts_on=term.ends_on, basis="Decision of the third session", actor=None)
    send_due()
    assert sent_to(sink, "kg@example.org")[1].startswith("Term goes on: ")
    assert not of_kind("reminder").filter(state="pending").exists()


def test_a_mail_that_a_worker_holds_is_taken_from_it_when_the_moment_moves(seat):
    term = term_of(seat, 60)
    (held,) = claim(10)
    end_term(term.pk, ends_on=term.ends_on + timedelta(days=1), actor=None, reason="Agreed anew.")
    from secretariat.reminders.message import render

    assert begin_sending(held, render(held)) == "not ours"


# Agendas


def test_an_issued_agenda_is_sent_with_its_items_in_the_language_of_each(agenda, sink):
    freeze(agenda, Stage.PRELIMINARY)
    assert send_due() == 0
    freeze(agenda, Stage.PROVISIONAL)
    assert send_due() == 3
    assert "交通" in sent_to(sink, "cn@example.org")[0]
    assert "Транспорт" in sent_to(sink, "kz@example.org")[0]
    assert "Item 1: Transport" in sent_to(sink, "kg@example.org")[0]


def test_an_agenda_issued_anew_before_the_first_was_mailed_goes_alone(agenda, sink):
    freeze(agenda, Stage.PROVISIONAL)
    AgendaItemFactory(agenda=agenda)
    freeze(agenda, Stage.PROVISIONAL)
    assert send_due() == 3
    assert "It replaces the one issued before." in sent_to(sink, "kg@example.org")[0]


def test_nobody_is_sent_the_agenda_of_a_meeting_that_was_cancelled(agenda, sink):
    freeze(agenda, Stage.PROVISIONAL)
    cancel_meeting(agenda.meeting_id, actor=None, reason="The host withdrew.")
    assert (send_due(), sink.accepted) == (0, [])


def test_who_has_the_agenda_is_told_that_its_meeting_moved_and_that_it_is_off(agenda, sink):
    freeze(agenda, Stage.PROVISIONAL)
    send_due()
    sink.accepted.clear()
    meeting = agenda.meeting
    later = timezone.now().date() + timedelta(days=90)
    move_meeting(meeting.pk, to=day_span(later.isoformat()), actor=None, reason="Agreed.")
    send_due()
    assert any(mail.startswith("Meeting moved: ") for mail in sent_to(sink, "kg@example.org"))
    cancel_meeting(meeting.pk, actor=None, reason="The host withdrew.")
    sink.accepted.clear()
    send_due()
    assert any("will not be held" in mail for mail in sent_to(sink, "kg@example.org"))


def test_who_follows_the_meeting_too_hears_of_its_move_and_of_its_end_once(agenda, sink):
    freeze(agenda, Stage.PROVISIONAL)
    meeting = agenda.meeting
    FollowFactory(contact=Contact.objects.get(email="kg@example.org"), track=meeting.track)
    reconcile_meetings([meeting.pk])
    send_due()
    sink.accepted.clear()
    later = timezone.now().date() + timedelta(days=90)
    move_meeting(meeting.pk, to=day_span(later.isoformat()), actor=None, reason="Agreed.")
    send_due()

    def told(email):
        return [mail.split(":")[0] for mail in sent_to(sink, email) if "Deadline" not in mail.split(":")[0]]

    assert (told("kg@example.org"), told("kz@example.org")) == (
        [f"Moved to {later.day} {later:%B %Y}"],
        ["Встреча перенесена"],
    )
    sink.accepted.clear()
    cancel_meeting(meeting.pk, actor=None, reason="The host withdrew.")
    send_due()
    reconcile_meetings([meeting.pk])
    send_due()
    assert len(told("kg@example.org")) == 1


def test_the_last_day_for_an_item_is_reminded_of_and_told_when_the_meeting_moves(agenda, sink):
    freeze(agenda, Stage.PROVISIONAL)
    meeting = agenda.meeting
    soon = timezone.now().date() + timedelta(days=35)
    move_meeting(meeting.pk, to=day_span(soon.isoformat()), actor=None, reason="Agreed.")
    send_due()
    mails = sent_to(sink, "kg@example.org")
    assert any(mail.startswith("Items for the agenda until ") for mail in mails)
    sink.accepted.clear()
    later = soon + timedelta(days=2)
    move_meeting(meeting.pk, to=day_span(later.isoformat()), actor=None, reason="Agreed.")
    send_due()
    mails = sent_to(sink, "kg@example.org")
    assert any(mail.startswith("Items for the agenda now until ") for mail in mails)


# All of them


def test_reconciling_what_is_true_changes_nothing(running, seat, agenda, sink):
    term_of(seat, 60)
    freeze(agenda, Stage.PROVISIONAL)
    assert reconcile(repair=False) == []
    send_due()
    assert reconcile(repair=False) == []


def test_what_was_lost_from_the_ledger_is_found_and_planned_again(running, seat):
    term_of(seat, 60)
    Delivery.objects.update(state="cancelled")
    details = [line for difference in reconcile() for line in difference.details]
    assert any("of silence" in line for line in details)
    assert any("of term" in line for line in details)
    assert not Delivery.objects.filter(state="cancelled").exists()


@pytest.mark.parametrize("times", [1, 3])
def test_planning_a_silence_costs_the_same_for_few_contacts_and_for_many(
    paper, times, django_assert_max_num_queries
):
    for ministry in {contact.ministry for contact in Contact.objects.all()}:
        for number in range(times * 5):
            ContactFactory(ministry=ministry, email=f"{number}@{ministry.pk}.example.org")
    with django_assert_max_num_queries(45):
        open_silence(paper.pk, closing=in_days(20), actor=None, reason="Agreed.")


def test_an_uncertain_opening_is_settled_by_a_person_and_sent_again(running, sink):
    sink.answers["kz@example.org"] = "data drop"
    send_due()
    row = Delivery.objects.get(state="uncertain")
    sink.answers.clear()
    assert settle([row.pk], arrived=False, actor=None, reason="The ministry has nothing.") == 1
    send_due()
    row.refresh_from_db()
    assert row.state == "sent"


def test_a_delivery_has_one_subject_and_names_its_meeting(running, agenda):
    row = Delivery.objects.filter(silence=running).first()
    for values in ({"silence": None}, {"agenda": agenda}, {"meeting": agenda.meeting}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Delivery.objects.filter(pk=row.pk).update(**values)
