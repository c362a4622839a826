"""Connects the feed to the floors below. Receivers write rows in the sender's transaction, nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models.signals import post_delete, post_save, pre_delete, pre_save
from django.dispatch import receiver

from meetings.changes import meetings_changed
from meetings.models import Meeting, Track
from rotation.models import Membership, State, Summit

from ..restored import database_restored
from .cities import City
from .keeping import begin_epoch
from .publish import meetings_showing, publish, remove_deleted


@receiver(meetings_changed, dispatch_uid="feed.publish")
def publish_changed(meeting_ids: Iterable[int], **_: Any) -> None:
    publish(meeting_ids)


@receiver(pre_delete, sender=Meeting, dispatch_uid="feed.delete")
def tell_of_deleted(instance: Meeting, **_: Any) -> None:
    remove_deleted(instance.pk)


# A meeting shows the names of its track and states: a new name is a change of every meeting that shows it. That the
# calendar of a track or state bears the name too is counted by a trigger (migration 0014).
@receiver(post_save, sender=Track, dispatch_uid="feed.track")
def publish_of_track(instance: Track, created: bool, **_: Any) -> None:
    if not created:
        publish(meetings_showing(track=instance))


@receiver(post_save, sender=State, dispatch_uid="feed.state")
def publish_of_state(instance: State, created: bool, **_: Any) -> None:
    if not created:
        publish(meetings_showing(host=instance, country=instance))


@receiver(post_save, sender=Summit, dispatch_uid="feed.summit")
def publish_of_summit(instance: Summit, created: bool, **_: Any) -> None:
    if not created:
        publish(meetings_showing(summit=instance))


@receiver([post_save, post_delete], sender=Membership, dispatch_uid="feed.membership")
def publish_of_members(instance: Membership, **_: Any) -> None:
    publish(meetings_showing(track__mechanism=instance.side.mechanism_id))


@receiver(pre_save, sender=City, dispatch_uid="feed.city_before")
def note_former_country(instance: City, **_: Any) -> None:
    former = City.objects.filter(pk=instance.pk).values_list("country_id", flat=True).first()
    instance.former_country = former  # type: ignore[attr-defined]


@receiver([post_save, post_delete], sender=City, dispatch_uid="feed.city")
def publish_of_city(instance: City, **_: Any) -> None:
    """All of its country, and of the one that it was in: a city that was renamed no longer lies where its old name's
    meetings are."""
    countries = {instance.country_id, getattr(instance, "former_country", None)}
    publish(meetings_showing(country__in=countries - {None}))


@receiver(database_restored, dispatch_uid="feed.restored")
def begin_anew(**_: Any) -> None:
    begin_epoch()
