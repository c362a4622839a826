"""For each constraint of papers, silence and outcomes: what would break it."""

from datetime import UTC, date, datetime, time, timedelta

from meetings.models import (
    Document,
    LanguageVersion,
    Outcome,
    OutcomePosition,
    OutcomeStep,
    SilenceBinding,
    SilenceEvent,
    SilenceParty,
    SilenceProcedure,
    TakenSymbol,
)
from tests.factories import MechanismFactory, MeetingFactory, StateFactory, SymbolSchemeFactory, TrackFactory

OPENED_AT = datetime(2027, 4, 12, 4, tzinfo=UTC)
CLOSING_AT = datetime(2027, 4, 16, 13, tzinfo=UTC)


def paper(number=1, **values):
    given = {
        "symbol": TakenSymbol.objects.create(text=f"CCA/2027/{number}"),
        "track": TrackFactory(),
        "titles": {"en": "Draft communiqué"},
        "dated_on": date(2027, 4, 1),
        "required_languages": ["zh", "ru"],
    }
    return Document.objects.create(**given | values)


def version(document=None, **values):
    given = {"document": document or paper(), "language": "zh", "number": 1, "size": 1, "sha256": "0" * 64}
    return LanguageVersion.objects.create(**given | values)


def silence(document=None, **values):
    given = {
        "document": document or paper(),
        "opened_at": OPENED_AT,
        "closes_on": date(2027, 4, 16),
        "closes_at": time(18),
        "zone": "Asia/Almaty",
        "closing_at": CLOSING_AT,
    }
    return SilenceProcedure.objects.create(**given | values)


def act(kind, procedure=None, **values):
    given = {"procedure": procedure or silence(), "kind": kind, "at": OPENED_AT}
    if kind in ("opened", "extended"):
        given |= {"closes_on": date(2027, 4, 16), "closes_at": time(18), "zone": "Asia/Almaty"}
    return SilenceEvent.objects.create(**given | values)


def step(**values):
    outcome = Outcome.objects.create(meeting=MeetingFactory(), title="Communiqué")
    given = {"outcome": outcome, "stage": "adopted", "basis": "the communiqué itself"}
    return OutcomeStep.objects.create(**given | values)


def twice(make):
    make()
    make()


def same(make, **values):
    """Makes two rows of the same values."""
    twice(lambda: make(**values))


PAPER_BREAKERS = {
    "a_track_has_one_symbol_scheme": lambda: same(SymbolSchemeFactory, mechanism=MechanismFactory()),
    "a_scheme_asks_for_a_language": lambda: SymbolSchemeFactory(languages=[]),
    "a_paper_appears_in_some_language": lambda: paper(required_languages=[]),
    "an_authentic_language_is_a_required_one": lambda: paper(authentic_languages=["zh", "en"]),
    "what_is_issued_says_when": lambda: paper(status="issued"),
    "what_is_issued_lacks_a_language_only_with_a_reason": lambda: paper(
        status="issued", issued_at=OPENED_AT, missing_at_issue=["zh"]
    ),
    "what_is_withdrawn_says_when_and_why": lambda: paper(status="withdrawn", withdrawn_at=OPENED_AT),
    "a_suffix_follows_a_paper": lambda: paper(suffix="Rev"),
    "versions_in_a_language_are_counted": lambda: same(version, document=paper()),
    "a_version_has_its_checksum": lambda: version(sha256="unknown"),
    "a_version_is_not_empty": lambda: version(size=0),
    "a_paper_is_under_one_silence_at_a_time": lambda: same(silence, document=paper()),
    "silence_closes_after_it_opens": lambda: silence(closing_at=OPENED_AT),
    "silence_that_is_over_says_when": lambda: silence(status="broken"),
    "nothing_is_adopted_before_silence_closes": lambda: silence(
        status="adopted", ended_at=CLOSING_AT - timedelta(seconds=1)
    ),
    "silence_is_broken_or_withdrawn_before_it_closes": lambda: silence(status="broken", ended_at=CLOSING_AT),
    "a_state_is_asked_once": lambda: same(
        SilenceParty.objects.create, procedure=silence(), state=StateFactory(code="KZ")
    ),
    "a_text_is_adopted_once": lambda: same(act, kind="adopted", procedure=silence()),
    "silence_is_opened_once": lambda: same(act, kind="opened", procedure=silence()),
    "a_state_objects_once_at_a_moment": lambda: same(
        act, kind="objected", procedure=silence(), state=StateFactory(code="KZ")
    ),
    "what_was_received_before_says_where_and_how_it_is_known": lambda: act(
        "objected", state=StateFactory(code="KZ"), received_at=OPENED_AT, received_zone="Asia/Almaty"
    ),
    "only_a_states_word_is_received_before_it_is_recorded": lambda: act(
        "adopted", received_at=OPENED_AT, received_zone="Asia/Almaty", evidence="register"
    ),
    "a_state_speaks_for_itself": lambda: act("objected"),
    "silence_closes_in_a_time_zone": lambda: silence(zone="Almaty"),
    "an_act_on_silence_names_a_time_zone": lambda: act("extended", zone="UTC+5"),
    "words_are_received_in_a_time_zone": lambda: act(
        "objected",
        state=StateFactory(code="KZ"),
        received_at=OPENED_AT,
        received_zone="asia/almaty",
        evidence="register",
    ),
    "who_opens_or_extends_says_until_when": lambda: act("extended", zone=""),
    "only_an_objection_proposes_other_words": lambda: act("withdrawn", amendment="paragraph 3"),
    "a_state_is_bound_once": lambda: same(
        SilenceBinding.objects.create, event=act("adopted"), state=StateFactory(code="KZ")
    ),
    "a_step_has_a_source": lambda: step(basis=""),
    "a_step_reaches_a_stage_or_takes_one_back": lambda: step(stage=""),
    "a_state_has_one_position": lambda: same(
        OutcomePosition.objects.create, step=step(), state=StateFactory(code="KZ")
    ),
}
