"""Who takes part below the state: ministries, organisations, and the people who are written to."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pghistory
from django.conf import settings
from django.core.validators import validate_email
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rotation.addresses import AddressField
from rotation.entered import LineField
from rotation.folding import searched, trigrams
from rotation.models import State
from rotation.sort_keys import ByAlphabet, SortKeysField
from rotation.ticked import TickedField
from rotation.translated import TextsField, text_in
from rotation.zone_checks import stands_in_a_zone
from rotation.zones import validate_zone


@pghistory.track(exclude=["sorted_as"])
class Ministry(models.Model):
    state = models.ForeignKey(
        State, on_delete=models.PROTECT, related_name="ministries", verbose_name=_("state")
    )
    names = TextsField(_("name"))
    sorted_as = SortKeysField(of="names")
    is_example = models.BooleanField(_("example"), default=False, editable=False)

    class Meta:
        ordering = ["state", "pk"]
        verbose_name = _("ministry")
        verbose_name_plural = _("ministries")

    def __str__(self) -> str:
        return f"{self.state_id} · {text_in(self.names)}"


@pghistory.track(exclude=["sorted_as"])
class Organisation(models.Model):
    """A chamber, association or agency; not a ministry."""

    state = models.ForeignKey(
        State, on_delete=models.PROTECT, related_name="organisations", verbose_name=_("state")
    )
    names = TextsField(_("name"))
    sorted_as = SortKeysField(of="names")

    class Meta:
        ordering = ["state", "pk"]
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")

    def __str__(self) -> str:
        return f"{self.state_id} · {text_in(self.names)}"


class ContactQuerySet(models.QuerySet["Contact"]):
    def in_office(self, now: datetime) -> ContactQuerySet:
        """Those who may be written to at `now`: in office on the day that their own calendar shows then."""
        contacts = self.annotate(own_zone=Coalesce(NullIf("zone", Value("")), "ministry__state__zone"))
        here = Q(pk__in=[])
        for zone in contacts.order_by().values_list("own_zone", flat=True).distinct():
            here |= Q(own_zone=zone) & _in_office_on(now.astimezone(ZoneInfo(zone)).date())
        return contacts.filter(here, is_undeliverable=False)

    def not_left(self, now: datetime) -> ContactQuerySet:
        """Those who may be written to at `now` or some day later, by whatever calendar."""
        yesterday = (now - timedelta(days=1)).date()
        stays = Q(valid_until__isnull=True) | Q(valid_until__gte=yesterday)
        return self.filter(stays, is_undeliverable=False)

    def in_office_on(self, day: date) -> ContactQuerySet:
        """Those who may be written to on a day of their own calendar."""
        return self.filter(_in_office_on(day), is_undeliverable=False)


def _in_office_on(day: date) -> Q:
    """Both days inclusive: who has left receives nothing from the day after."""
    return Q(
        Q(valid_from__isnull=True) | Q(valid_from__lte=day),
        Q(valid_until__isnull=True) | Q(valid_until__gte=day),
    )


class Weekday(models.IntegerChoices):
    """As ISO 8601 numbers them."""

    MONDAY = 1, _("Monday")
    TUESDAY = 2, _("Tuesday")
    WEDNESDAY = 3, _("Wednesday")
    THURSDAY = 4, _("Thursday")
    FRIDAY = 5, _("Friday")
    SATURDAY = 6, _("Saturday")
    SUNDAY = 7, _("Sunday")


def default_roles() -> list[str]:
    return ["focal point"]


@pghistory.track(exclude=["searched", "sorted_as"])
class Contact(models.Model):
    """A person or a role address at a ministry. Leaving office ends the mail, never the record."""

    class Role(models.TextChoices):
        """What mail to a contact is for; reminder rules name them."""

        FOCAL_POINT = "focal point", _("focal point")
        HEAD = "head of department", _("head of department")
        PROTOCOL = "protocol", _("protocol")
        CHAIR = "chair", _("chair")

    ministry = models.ForeignKey(
        Ministry, on_delete=models.PROTECT, related_name="contacts", verbose_name=_("ministry")
    )
    name = LineField(
        pgettext_lazy("of a person", "name"),
        max_length=200,
        help_text=_("person or office, as it is addressed"),
    )
    office = LineField(_("office"), max_length=200, blank=True)
    roles = TickedField(
        models.CharField(max_length=20, choices=Role.choices),
        verbose_name=_("roles"),
        default=default_roles,
        help_text=_("reminder rules say which role is told what; several roles get one mail"),
    )
    email = AddressField(_("e-mail"), validators=[validate_email])
    language = models.CharField(_("language"), max_length=8, choices=settings.CONTENT_LANGUAGES)
    zone = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
        validators=[validate_zone],
        help_text=_("IANA name; empty means the state's own"),
    )
    digest_on = models.PositiveSmallIntegerField(
        _("weekly digest on"),
        choices=Weekday.choices,
        null=True,
        blank=True,
        help_text=_(
            "one mail a week of what falls due, in place of single reminders; changes, withdrawals and the last day "
            "are still told singly. Empty means single mails"
        ),
    )
    digest_at = models.TimeField(_("at"), default=time(9), help_text=_("local time of the recipient"))
    valid_from = models.DateField(_("in office from"), null=True, blank=True)
    valid_until = models.DateField(
        _("in office until"), null=True, blank=True, help_text=_("last day, inclusive")
    )
    is_undeliverable = models.BooleanField(
        _("undeliverable"), default=False, help_text=_("mail to this address came back; nothing more is sent")
    )
    is_example = models.BooleanField(_("example"), default=False, editable=False)
    searched = searched("name", "office", "email")
    sorted_as = SortKeysField()

    # Who comes later is not told what was over by then; empty for who was there before this was kept.
    entered_at = models.DateTimeField(auto_now_add=True, null=True, editable=False)

    objects = ContactQuerySet.as_manager()

    class Meta:
        ordering = ["ministry__state", ByAlphabet("sorted_as"), "pk"]
        verbose_name = _("contact")
        indexes = [trigrams("contact_searched")]
        verbose_name_plural = _("contacts")
        constraints = [
            stands_in_a_zone("zone", name="a_contact_is_in_a_time_zone", may_be_empty=True),
            models.CheckConstraint(
                name="a_contact_leaves_after_arriving",
                condition=Q(valid_until__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                violation_error_message=_("The last day in office lies before the first."),
            ),
            models.UniqueConstraint(
                name="an_address_is_listed_once_at_a_ministry",
                fields=["ministry", "email"],
                violation_error_message=_("This ministry already has a contact with this e-mail."),
            ),
            models.CheckConstraint(
                name="a_contact_has_a_role",
                condition=Q(roles__len__gt=0),
                violation_error_message=_("Tick at least one role."),
            ),
            models.CheckConstraint(
                name="a_digest_has_a_day_of_the_week",
                condition=Q(digest_on__isnull=True) | Q(digest_on__range=(1, 7)),
                violation_error_message=_("Choose a day of the week, or none."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"

    def day_at(self, now: datetime) -> date:
        """The day that the contact's own calendar shows at `now`."""
        return now.astimezone(ZoneInfo(self.zone or self.ministry.state.zone)).date()
