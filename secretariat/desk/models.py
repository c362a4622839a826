"""What the desk itself remembers."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class OneTimePassword(models.Model):
    """The password that a user was handed and must replace; it is spent as soon as the user has another.

    What is kept is a digest of the stored hash: it matches only while that very hash is in the user's row.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="one_time_password"
    )
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = "one-time password"
        verbose_name_plural = "one-time passwords"

    def __str__(self) -> str:
        return str(self.user)

    @classmethod
    def hand_to(cls, user: Any) -> None:
        """Say that the user's present password is for one time."""
        cls.objects.update_or_create(user=user, defaults={"digest": digest_of(user)})

    @classmethod
    def is_in_use_by(cls, user: Any) -> bool:
        return user.is_authenticated and cls.objects.filter(user=user, digest=digest_of(user)).exists()


def digest_of(user: Any) -> str:
    return sha256(user.password.encode()).hexdigest()


class SignIn(models.Model):
    """A password that was tried, and what came of it; append-only, without the password."""

    class Outcome(models.TextChoices):
        RIGHT = "right", _("signed in")
        WRONG = "wrong", _("wrong password")
        REFUSED = "refused", _("tried too often")
        LET_IN = "let in", _("allowed to try again")

    at = models.DateTimeField(_("moment"), auto_now_add=True)
    outcome = models.CharField(_("what came of it"), max_length=10, choices=Outcome.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="sign_ins", editable=False
    )
    account = models.CharField(
        _("account"),
        max_length=150,
        blank=True,
        help_text=_("its name then; empty where there was none such"),
    )
    # A keyed digest of the name that was typed, which may be a password and is not kept: so that tries at a name that
    # nobody has are counted like those at one that somebody has.
    typed = models.CharField(max_length=32, blank=True, db_default="", editable=False)
    address = models.CharField(_("address"), max_length=45, blank=True)
    # What is counted as one place: the address, of IPv6 its /64.
    network = models.CharField(max_length=50, blank=True, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    by_name = models.CharField(_("by whom"), max_length=150, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")
        default_permissions = ["view"]
        permissions = [("let_in", _("Can let an account try to sign in again"))]
        indexes = [
            models.Index(fields=["-at"], name="sign_ins_by_moment"),
            models.Index(fields=["account", "network", "-at"], name="sign_ins_of_an_account"),
            models.Index(fields=["typed", "-at"], name="sign_ins_of_a_typed_name"),
        ]
        constraints = [
            models.CheckConstraint(
                name="a_sign_in_has_one_of_four_outcomes",
                condition=Q(outcome__in=["right", "wrong", "refused", "let in"]),
            )
        ]
        triggers = [
            pgtrigger.Protect(name="sign_ins_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.account} · {self.get_outcome_display()}"
