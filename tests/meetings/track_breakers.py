"""What tries to break the constraints of tracks, their preparatory chains, and blackouts."""

from datetime import date

from meetings.models import Blackout
from tests.factories import PreparatoryStepFactory, ResponsibilityFactory, TrackFactory


def itself():
    track = TrackFactory()
    PreparatoryStepFactory(track=track, prepared_by=track)


def two_steps():
    step = PreparatoryStepFactory()
    PreparatoryStepFactory(track=step.track, prepared_by=step.prepared_by)


TRACK_BREAKERS = {
    "a_cadence_is_a_month_at_least": lambda: TrackFactory(cadence_months=0),
    "a_cadence_is_told_in_one_way": lambda: TrackFactory(cadence_months=12, cadence_note="every year"),
    "a_responsibility_ends_after_it_begins": lambda: ResponsibilityFactory(
        valid_from=date(2027, 2, 1), valid_until=date(2027, 1, 31)
    ),
    "a_track_does_not_prepare_itself": itself,
    "a_preparation_ends_before_what_it_prepares": lambda: PreparatoryStepFactory(
        lead_days=1, duration_days=2
    ),
    "a_preparatory_meeting_lasts_a_day_at_least": lambda: PreparatoryStepFactory(duration_days=0),
    "a_track_prepares_once_at_a_time": two_steps,
    "a_blackout_ends_after_it_begins": lambda: Blackout.objects.create(
        name="Week", first_on=date(2027, 9, 24), last_on=date(2027, 9, 23), source="note"
    ),
    "a_blackout_has_a_source": lambda: Blackout.objects.create(
        name="Week", first_on=date(2027, 9, 20), last_on=date(2027, 9, 24), source=""
    ),
}
