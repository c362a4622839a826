"""What the plan of invitations promises, whatever becomes of a meeting and of who follows it."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from meetings.schedule.dates import instant
from secretariat.reminders.plan.invitations import Follower, Occasion, Slot, awake, wanted_of_occasion
from secretariat.reminders.plan.policy import Rule
from secretariat.reminders.plan.quiet import Quiet
from secretariat.reminders.plan.wanted import ContactFact, Told, notice

NOW = datetime(2027, 3, 1, 7, tzinfo=UTC)
ALMATY = ContactFact(1, "KZ", "Asia/Almaty")
ABOUT = ("meeting", 7)
ALWAYS = ((None, None),)


class Ledger:
    """Says what is wanted and due, once a key, as the ledger's unique key has it; knows what a calendar shows."""

    def __init__(self):
        self.said, self.told, self.shown = set(), {}, None

    def tick(self, wanted, now):
        for want in wanted:
            if want.planned_at <= now < want.expires_at and want.key not in self.said:
                self.said.add(want.key)
                self.told[want.about, want.contact_id] = Told(
                    want.kind,
                    want.sequence,
                    want.says_due_at,
                    f"<{len(self.said)}>",
                    want.planned_at,
                    want.offset_code,
                )
                self.shown = None if want.kind == "withdrawn" else (want.sequence, want.says_due_at)


def slot_on(day):
    starts = instant(day, time(9), "Asia/Almaty")
    return Slot(day, starts, starts + timedelta(hours=4))


# Step by step: days that pass, whether it changes, to which day if any, whether it is followed, whether mail runs.
STEPS = st.tuples(
    st.integers(0, 2),
    st.booleans(),
    st.sampled_from([None, *(date(2027, 5, day) for day in (3, 18, 30))]),
    st.booleans(),
    st.booleans(),
)
DAY = date(2027, 5, 18)


@given(st.lists(STEPS, min_size=1, max_size=12))
@example([(0, False, DAY, True, True), (0, False, DAY, False, True), (0, False, DAY, True, True)] * 2)
def test_after_every_round_of_mail_the_calendar_shows_what_is_followed_and_nothing_else(history):
    ledger, now, sequence, day = Ledger(), NOW, 0, DAY
    for pause, changes, on, follows, runs in history:
        now += timedelta(days=pause, minutes=1)
        if changes:  # RFC 5546 §2.1.4: another time is another SEQUENCE
            sequence, day = sequence + 1, on
        slot = slot_on(day) if day else None
        follower = Follower(ALMATY, ALWAYS if follows else ())
        occasion = Occasion(7, sequence, slot)
        wanted = list(wanted_of_occasion(occasion, [follower], ledger.told, now))
        assert len(wanted) <= 1
        if runs:
            ledger.tick(wanted, now)
            assert ledger.shown == ((sequence, slot.starts_at) if slot and follows else None)
            said = len(ledger.said)
            ledger.tick(wanted_of_occasion(occasion, [follower], ledger.told, now), now)
            assert len(ledger.said) == said


def kinds(occasion, days, told=(), now=NOW):
    before = {(ABOUT, 1): told} if told else {}
    return [want.kind for want in wanted_of_occasion(occasion, [Follower(ALMATY, days)], before, now)]


STANDS = Occasion(7, 3, slot_on(DAY))
INVITED = Told("invited", 2, slot_on(DAY).starts_at, "<1>", NOW)


def test_only_who_had_the_invitation_hears_of_the_end():
    off = Occasion(7, 3, None)
    assert (kinds(off, ALWAYS), kinds(off, ALWAYS, INVITED)) == ([], ["withdrawn"])


def test_of_what_is_over_nothing_is_said():
    over = Occasion(7, 3, slot_on(DAY), is_over=True)
    assert (kinds(over, ALWAYS), kinds(over, (), INVITED)) == ([], [])


def test_days_are_the_contacts_own_and_both_count():
    late = datetime(2027, 5, 17, 20, tzinfo=UTC)  # the 18th at Almaty
    assert kinds(STANDS, ((None, DAY),), now=late) == ["invited"]
    assert kinds(STANDS, ((None, DAY - timedelta(days=1)),)) == []
    assert kinds(STANDS, ((DAY, None),)) == ["invited"]
    assert kinds(STANDS, ((DAY + timedelta(days=1), None),)) == []


def test_from_the_earliest_of_several_days():
    days = ((date(2027, 4, 1), None), (date(2027, 3, 20), date(2027, 12, 31)))
    (want,) = wanted_of_occasion(STANDS, [Follower(ALMATY, days)], {}, NOW)
    assert (want.planned_at, want.planned_on) == (datetime(2027, 3, 20, 4, tzinfo=UTC), date(2027, 3, 20))


# --- Quiet hours ------------------------------------------------------------------------------
NIGHT = (
    Rule("withdrawn", about="meeting", quiet=Quiet(time(21), time(7))),
    Rule("changed", about="meeting"),
)


def test_an_invitation_keeps_the_quiet_hours_of_its_line_alone():
    late = datetime(2027, 3, 1, 17, 30, tzinfo=UTC)  # 22:30 at Almaty
    morning = datetime(2027, 3, 2, 2, tzinfo=UTC)
    ends = late + timedelta(days=30)

    def goes_at(kind, expires_at=ends):
        want = notice(kind, ("meeting", 1), 1, ALMATY, None, at=late, expires_at=expires_at, says=ends)
        return [each.goes_at for each in awake(want, NIGHT, late)]

    assert (goes_at("withdrawn"), goes_at("changed"), goes_at("invited")) == ([morning], [late], [late])
    # The meeting begins before the morning: a mail at night is better than none.
    assert goes_at("withdrawn", late + timedelta(hours=3)) == [late]
