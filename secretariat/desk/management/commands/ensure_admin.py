"""Makes the first superuser, with a password that serves once."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand
from django.db import transaction

from secretariat.desk.models import OneTimePassword

USERNAME = "admin"


class Command(BaseCommand):
    help = "Create the superuser “admin” with a random one-time password, where there is no superuser yet."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        users = get_user_model().objects
        existing = users.filter(is_superuser=True, is_active=True).order_by("pk").first()
        if existing:
            name = existing.get_username()
            self.stdout.write(f"A superuser exists: {name}. To reset: manage.py changepassword {name}")
            return
        password = secrets.token_urlsafe(15)
        user, _is_new = users.get_or_create(username=USERNAME)
        user.is_staff = user.is_superuser = user.is_active = True
        user.set_password(password)
        user.save()
        OneTimePassword.hand_to(user)
        self.stdout.write(
            f"\n  User:      {USERNAME}\n  Password:  {password}\n\n"
            "  The password serves once: the desk asks for your own at the first login.\n"
        )
