"""Many who change the same meetings at once, through the services that the desk calls: nobody is turned away by a
deadlock, and the feed says in the end what the database says."""

import random
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from meetings.models import Meeting
from meetings.saving import save_meeting
from meetings.schedule.lifecycle_said import StatusRefused
from meetings.schedule.moves import MoveRefused, postpone_meeting
from secretariat.feed.models import FeedItem
from secretariat.feed.publish import publish_all

from .factories import meeting
from .test_sync_races import in_threads, served

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS, ACTS = 8, 6


def rename(keys, dice):
    save_anew(dice.choice(keys), titles={"en": f"Talks {dice.random()}"})


def link(keys, dice):
    """To one with a greater key or a smaller one, never in a circle: the later half is prepared by the earlier."""
    half = len(keys) // 2
    save_anew(dice.choice(keys[:half]), prepares_id=dice.choice([*keys[half:], None]))


def show_or_hide(keys, dice):
    """What prepares it names it, or names it no more."""
    save_anew(dice.choice(keys), visibility=dice.choice(["public", "public", "partners"]))


def postpone(keys, dice):
    postpone_meeting(dice.choice(keys), actor=None, reason="flood")


def delete(keys, dice):
    found = Meeting.objects.filter(pk=dice.choice(keys)).first()
    if found is not None:
        found.delete()


@transaction.atomic
def save_anew(key, **values):
    made = Meeting.objects.get(pk=key)
    for name, value in values.items():
        setattr(made, name, value)
    save_meeting(made, reason="trial")


# What they saw has gone, or changed, meanwhile; a goal that goes while somebody links to it the database refuses.
TOLD = (Meeting.DoesNotExist, MoveRefused, StatusRefused, ProtectedError, IntegrityError)


def test_eight_writers_of_the_same_meetings_meet_no_deadlock_and_the_feed_is_right_in_the_end():
    keys = [meeting().pk for _n in range(6)]
    done = []

    def write(number):
        dice = random.Random(number)
        for _turn in range(ACTS):
            act = dice.choices([rename, link, show_or_hide, postpone, delete], [5, 5, 5, 1, 1])[0]
            try:
                act(keys, dice)
            except TOLD:
                continue
            done.append(act.__name__)

    connection.close()  # the pool has eight, one for each writer
    in_threads(*(partial(write, number) for number in range(WRITERS)))
    assert len(done) > WRITERS * ACTS / 2
    assert {kind for _audience, kind in publish_all(write=False)} == {"unchanged"}
    shown = Meeting.objects.filter(visibility="public").values_list("uid", flat=True)
    assert set(served()) == {str(uid) for uid in shown}
    assert FeedItem.objects.filter(seq__isnull=True).count() == 0
