"""The one place where a password is looked at: it is counted before, and what came of it is written down after."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from rest_framework.throttling import BaseThrottle

from ...addresses import network_of
from ..models import OneTimePassword, SignIn
from .counts import Tried, let_in_again

logger = logging.getLogger(__name__)


@dataclass(eq=False)
class TriedTooOften(Exception):
    """The password was not looked at, and will not be for so many seconds."""

    seconds: int


class CountedPasswords(ModelBackend):
    """Django's accounts, with tries counted wherever a request brings a password."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> Any:
        if request is None or username is None or password is None:  # a command, a test: nobody at a distance
            return super().authenticate(request, username, password, **kwargs)

        def looked_at() -> Any:
            keep_one_time = _one_time_password_of(username)
            user = super(CountedPasswords, self).authenticate(request, username, password, **kwargs)
            if user and keep_one_time and not OneTimePassword.is_in_use_by(user):
                OneTimePassword.hand_to(
                    user
                )  # the hash was made anew by a newer hasher, the password is the same
            return user if user and user.is_staff else None

        return counted(request, username, looked_at)


def counted(
    request: HttpRequest,
    account: str,
    looked_at: Callable[[], Any],
    *,
    right: SignIn.Outcome | None = SignIn.Outcome.RIGHT,
) -> Any:
    """What `looked_at` finds of a password, counted and written down: anything true is right.

    Raises TriedTooOften, before it looks.
    """
    tried = Tried(account, network_of(request))
    if refusal := tried.count():
        if refusal.is_first:
            _record(request, tried, SignIn.Outcome.REFUSED)
        raise TriedTooOften(refusal.seconds)
    found = looked_at()
    if found:
        tried.give_back()
    if outcome := right if found else SignIn.Outcome.WRONG:
        _record(request, tried, outcome)
    return found


def let_in(user: Any, *, actor: Any) -> None:
    """Let an account try again at once, whoever tried its password before."""
    name = user.get_username()
    let_in_again(name)
    SignIn.objects.create(
        account=name,
        typed=Tried(name, "").digest,
        user=user,
        outcome=SignIn.Outcome.LET_IN,
        by=actor,
        by_name=str(actor),
    )
    logger.info("%s lets %s try to sign in again", actor, user)


def _one_time_password_of(username: str) -> bool:
    user = get_user_model().objects.filter(username=username).first()
    return user is not None and OneTimePassword.is_in_use_by(user)


def _record(request: HttpRequest, tried: Tried, outcome: SignIn.Outcome) -> None:
    """A name that no account has is not kept: people type passwords into the wrong field."""
    user = get_user_model().objects.filter(username=tried.account).only("pk", "username").first()
    address = str(BaseThrottle().get_ident(request) or "")[:45]
    SignIn.objects.create(
        account=tried.account if user else "",
        typed=tried.digest,
        user=user,
        outcome=outcome,
        address=address,
        network=tried.network,
    )
    level = logging.INFO if outcome == SignIn.Outcome.RIGHT else logging.WARNING
    logger.log(level, "Password %s: %s, from %s", outcome, user or "no such account", address)
