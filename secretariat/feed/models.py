"""The feed's rows: one ordered log per audience, and the partner systems that read it."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

import pghistory
from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetings.models import Meeting, Track
from rotation.addresses import AddressField
from rotation.entered import LineField
from rotation.models import State

from .audiences import Audience, visible_to


class Feed(models.Model):
    """The counter of one audience's log. `epoch` changes when old change numbers stop meaning anything."""

    audience = models.CharField(_("audience"), max_length=10, primary_key=True, choices=Audience.choices)
    high_seq = models.PositiveBigIntegerField(_("last change"), default=0, editable=False)
    floor_seq = models.PositiveBigIntegerField(_("oldest kept removal"), default=0, editable=False)
    epoch = models.UUIDField(default=uuid.uuid4, editable=False)
    # When the last change was numbered, a new epoch begun, or a release installed, by the database's clock:
    # Last-Modified for clients that know no ETag.
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("feed")
        verbose_name_plural = _("feeds")

    def __str__(self) -> str:
        return self.get_audience_display()


class FeedItemQuerySet(models.QuerySet["FeedItem"]):
    def visible_to(self, audience: str, tracks: Collection[int] | None = None) -> FeedItemQuerySet:
        """What `audience` is shown, of these tracks only where some are named.

        The meeting itself is asked again, so a stale row shows nothing.
        """
        shown = self.filter(visible_to(audience, "meeting__"), audience=audience, removed=False)
        return shown if tracks is None else shown.filter(track__in=tracks)


class FeedItem(models.Model):
    """A meeting as one audience sees it, rendered in every language; or the mark that it is gone.

    A change takes a new `seq` on the same row, so the log compacts itself. `seq` is null only inside the
    transaction that changed the row: a deferred trigger numbers it at commit (migration 0002 says how).
    """

    class Reason(models.TextChoices):
        NONE = "", ""
        DELETED = "deleted", _("deleted")
        HIDDEN = "hidden", _("no longer shown")

    audience = models.CharField(max_length=10, choices=Audience.choices)
    meeting = models.ForeignKey(
        Meeting, on_delete=models.SET_NULL, related_name="feed_items", null=True, db_index=False
    )
    uid = models.UUIDField()
    seq = models.PositiveBigIntegerField(null=True)
    removed = models.BooleanField(default=False)
    reason = models.CharField(max_length=8, choices=Reason.choices, blank=True)
    changed_at = models.DateTimeField()
    # Which one wrote it; 0 when the meeting was written since, which a trigger sees to (migration 0016).
    renderer = models.PositiveSmallIntegerField(default=0)
    # By language. Text and not jsonb: equal revisions are equal bytes, keys in their own order.
    json = models.JSONField(default=dict)
    ics = models.JSONField(default=dict)
    ics_utc = models.JSONField(default=dict)
    # Byte order, not a locale's: the cursor compares what PostgreSQL compares.
    start_key = models.CharField(max_length=48, db_collation="C", blank=True)
    words = models.TextField(blank=True)
    # Keys of tracks, not references: a tombstone outlives its track. A reader of some tracks only is told that a
    # meeting left them, and of no meeting that was never in them.
    track = models.BigIntegerField(null=True)
    tracks_seen = ArrayField(models.BigIntegerField(), default=list)
    # The host, the country of the place, and the states that take part.
    states = ArrayField(models.CharField(max_length=8), default=list)

    objects = FeedItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("feed item")
        verbose_name_plural = _("feed items")
        constraints = [
            models.UniqueConstraint(name="a_feed_shows_a_meeting_once", fields=["audience", "uid"]),
            models.UniqueConstraint(name="a_change_number_is_used_once", fields=["audience", "seq"]),
            models.CheckConstraint(
                name="what_is_removed_keeps_no_text",
                condition=Q(removed=False, reason="")
                | Q(removed=True, json={}, ics={}, ics_utc={}, words="", reason__in=["deleted", "hidden"]),
            ),
        ]
        indexes = [
            # With the audience: without it a planner that knows little yet looks at all of an audience for each meeting.
            models.Index(fields=["meeting", "audience"], name="feed_of_meeting"),
            models.Index(fields=["audience", "start_key", "uid"], name="feed_by_start"),
            models.Index(fields=["audience", "changed_at", "uid"], name="feed_by_change"),
            models.Index(fields=["id"], name="feed_unnumbered", condition=Q(seq__isnull=True)),
            # What the purge looks for.
            models.Index(fields=["audience", "seq"], name="feed_removed", condition=Q(removed=True)),
            models.Index(fields=["meeting"], name="feed_unpublished", condition=Q(renderer=0, removed=False)),
        ]

    def __str__(self) -> str:
        return f"{self.audience} {self.seq}: {self.uid}"


@pghistory.track()
class PartnerSystem(models.Model):
    """A system that reads the feed for a ministry: a calendar, a portal, a protocol office."""

    name = LineField(_("name"), max_length=200, unique=True)
    operator = LineField(_("run by"), max_length=200, help_text=_("ministry and office"))
    contact = AddressField(_("contact"), help_text=_("who is written to when a token runs out"))
    # The audience comes from here and never from a request.
    feed = models.ForeignKey(
        Feed,
        on_delete=models.PROTECT,
        related_name="systems",
        default=Audience.PARTNERS,
        verbose_name=_("reads"),
    )
    tracks = models.ManyToManyField(
        Track,
        related_name="+",
        blank=True,
        verbose_name=_("only these tracks"),
        help_text=_("none chosen means all"),
    )
    states = models.ManyToManyField(
        State,
        related_name="+",
        blank=True,
        verbose_name=_("deadlines of"),
        help_text=_("with a token that may read deadlines; none chosen means no deadlines"),
    )

    class Meta:
        ordering = ["name"]
        verbose_name = _("partner system")
        verbose_name_plural = _("partner systems")

    def __str__(self) -> str:
        return str(self.name)


# None chosen means all: the end of a track that a system is confined to would open all others to it.
PartnerSystem.tracks.through._meta.get_field("track").remote_field.on_delete = models.PROTECT


@pghistory.track(obj_field=None)
class SystemTrack(PartnerSystem.tracks.through):  # type: ignore[name-defined]
    """Which tracks a system reads: what it may see has a history like all else about it."""

    class Meta:
        proxy = True


@pghistory.track(obj_field=None)
class SystemState(PartnerSystem.states.through):  # type: ignore[name-defined]
    """Whose deadlines a system reads."""

    class Meta:
        proxy = True


class PartnerTokenQuerySet(models.QuerySet["PartnerToken"]):
    def valid(self, now: datetime) -> PartnerTokenQuerySet:
        return self.filter(revoked_at__isnull=True, expires_at__gt=now)

    def with_reach(self) -> PartnerTokenQuerySet:
        """Adds what its system may see, so that one query knows the reader and how far the feed has come."""
        tracks = PartnerSystem.tracks.through.objects.filter(partnersystem=OuterRef("system"))
        states = PartnerSystem.states.through.objects.filter(partnersystem=OuterRef("system"))
        return self.select_related("system__feed").annotate(
            of_tracks=ArraySubquery(tracks.values("track_id")),
            of_states=ArraySubquery(states.values("state_id")),
        )


@pghistory.track(exclude=["digest", "last_used_at", "warned_at"])
class PartnerToken(models.Model):
    """A key of a partner system. Only its SHA-256 is kept: 256 random bits need no slow hash."""

    class Scope(models.TextChoices):
        READ = "meetings:read", _("read meetings")
        DEADLINES = "deadlines:read", _("read deadlines")

    system = models.ForeignKey(
        PartnerSystem, on_delete=models.PROTECT, related_name="tokens", verbose_name=_("partner system")
    )
    prefix = models.CharField(_("begins with"), max_length=16, unique=True, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(
        models.CharField(max_length=20, choices=Scope.choices), verbose_name=_("scopes"), default=list
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, editable=False
    )
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    warned_at = models.DateTimeField(_("owner told that it ends"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, editable=False
    )

    objects = PartnerTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "pk"]
        verbose_name = _("partner token")
        verbose_name_plural = _("partner tokens")
        constraints = [
            models.CheckConstraint(
                name="a_token_expires_after_it_was_made", condition=Q(expires_at__gt=F("created_at"))
            ),
            models.CheckConstraint(name="a_token_may_something", condition=Q(scopes__len__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.system}: {self.prefix}…"


# Models of this app that have files of their own; last, since theirs speak of those above.
from .cities import City as City  # noqa: E402
from .subscription import Subscription as Subscription  # noqa: E402
from .webhooks.models import Webhook as Webhook  # noqa: E402
from .webhooks.models import WebhookAttempt as WebhookAttempt  # noqa: E402
from .webhooks.models import WebhookMessage as WebhookMessage  # noqa: E402
from .webhooks.models import WebhookNotice as WebhookNotice  # noqa: E402
