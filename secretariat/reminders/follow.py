"""What a contact follows: a track, a state or one meeting; it is invited, and told what becomes of each meeting."""

from __future__ import annotations

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from meetings.models import Contact, Meeting, Track
from rotation.models import State


@pghistory.track()
class Follow(models.Model):
    """One of the three, from a day until a day: both inclusive, on the contact's own calendar."""

    class Part(models.TextChoices):
        HOST = "host", _("as host")
        PARTICIPANT = "participant", _("as host or participant")

    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, related_name="follows", verbose_name=_("contact")
    )
    track = models.ForeignKey(
        Track,
        on_delete=models.PROTECT,
        related_name="follows",
        null=True,
        blank=True,
        verbose_name=_("track"),
    )
    state = models.ForeignKey(
        State,
        on_delete=models.PROTECT,
        related_name="follows",
        null=True,
        blank=True,
        verbose_name=_("state"),
        help_text=_("the meetings of a state, whatever their track"),
    )
    part = models.CharField(
        _("the state takes part"),
        max_length=11,
        choices=Part.choices,
        blank=True,
        help_text=_("only where a state is followed"),
    )
    meeting = models.ForeignKey(
        Meeting,
        on_delete=models.PROTECT,
        related_name="follows",
        null=True,
        blank=True,
        verbose_name=_("meeting"),
    )
    valid_from = models.DateField(
        _("follows from"), null=True, blank=True, help_text=_("empty means from now; nothing is sent before")
    )
    valid_until = models.DateField(
        _("follows until"),
        null=True,
        blank=True,
        help_text=_("last day, inclusive: a meeting that begins after it is not followed"),
    )

    class Meta:
        ordering = ["contact", "pk"]
        verbose_name = _("followed meeting")
        verbose_name_plural = _("followed meetings")
        constraints = [
            models.CheckConstraint(
                name="a_contact_follows_one_thing_a_row",
                condition=Q(track__isnull=False, state__isnull=True, meeting__isnull=True)
                | Q(track__isnull=True, state__isnull=False, meeting__isnull=True)
                | Q(track__isnull=True, state__isnull=True, meeting__isnull=False),
                violation_error_message=_("Choose one: a track, a state or a meeting."),
            ),
            models.CheckConstraint(
                name="of_a_state_its_part_is_said",
                condition=Q(state__isnull=True, part="")
                | Q(state__isnull=False, part__in=["host", "participant"]),
                violation_error_message=_(
                    "Say how the state takes part, where a state is followed and only there."
                ),
            ),
            models.UniqueConstraint(
                name="a_contact_follows_a_thing_once",
                fields=["contact", "track", "state", "meeting"],
                nulls_distinct=False,
                violation_error_message=_("This contact follows it already; change the days of that row."),
            ),
            models.CheckConstraint(
                name="following_ends_after_it_begins",
                condition=Q(valid_until__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                violation_error_message=_("The last day lies before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact.name} · {self.followed}"

    @property
    def followed(self) -> str:
        """What is followed, in words."""
        if self.state is not None:
            return f"{self.state} ({self.get_part_display()})"
        return str(self.track or self.meeting)
