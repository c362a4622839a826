"""A private calendar address: for one person or office of a partner, read only, revocable by itself."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q
from django.utils.translation import gettext_lazy as _

from meetings.models import Track
from rotation.entered import LineField
from rotation.models import State

from .models import PartnerSystem


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def good(self) -> SubscriptionQuerySet:
        """Those not revoked, with what their systems may see: one query knows the reader and how far the feed is."""
        tracks = PartnerSystem.tracks.through.objects.filter(partnersystem=OuterRef("system"))
        return (
            self.filter(revoked_at__isnull=True)
            .select_related("system__feed", "track", "state")
            .annotate(of_tracks=ArraySubquery(tracks.values("track_id")))
            .order_by()
        )


@pghistory.track(exclude=["digest", "last_used_at"])
class Subscription(models.Model):
    """Only the SHA-256 of its secret is kept. What it shows is what the system may see, or less."""

    system = models.ForeignKey(
        PartnerSystem,
        on_delete=models.PROTECT,
        related_name="subscriptions",
        verbose_name=_("partner system"),
    )
    holder = LineField(
        _("for"),
        max_length=200,
        help_text=_("the person or office whose calendar it is; revoke it when they leave"),
    )
    track = models.ForeignKey(
        Track,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("only this track"),
    )
    state = models.ForeignKey(
        State,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("only meetings of this state"),
        help_text=_("that it hosts or takes part in"),
    )
    language = models.CharField(_("language"), max_length=8, choices=settings.CONTENT_LANGUAGES)
    prefix = models.CharField(_("begins with"), max_length=6, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, editable=False
    )
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, editable=False
    )

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "pk"]
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")
        constraints = [
            models.CheckConstraint(
                name="who_revoked_an_address_revoked_it_at_a_moment",
                condition=Q(revoked_by__isnull=True) | Q(revoked_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder}: {self.prefix}…"
