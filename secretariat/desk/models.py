"""What the desk itself remembers."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import models


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
