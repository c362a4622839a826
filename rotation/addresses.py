"""Mail addresses as people enter them, and as they go over the wire."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import idna
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.utils.translation import gettext_lazy as _

from .cleaning import clean_line
from .entered import EnteredText


@lru_cache(maxsize=1024)
def wire_address(address: str) -> str:
    """The address with its domain in ASCII, as envelopes and headers need it: `…@почта.рф` → `…@xn--80a1acny.xn--p1ai`.

    By IDNA 2008 after the mapping of UTS #46, as browsers do. Raises ValueError where the domain, or what stands
    before it, has no such form: that would take SMTPUTF8 (RFC 6531), which few relays pass on.
    """
    local, at, domain = address.rpartition("@")
    if not (local.isascii() and local.isprintable()):
        raise ValueError(f"signs other than printable ASCII before the @ of {address!r}")
    if domain.isascii():
        return address
    return f"{local}{at}{idna.encode(domain, uts46=True).decode('ascii')}"


def validate_address(address: str) -> None:
    """An address that mail can be sent to: its domain may be written in any script."""
    try:
        wire = wire_address(address)
    except ValueError:
        text = _(
            "“%(address)s” cannot be written to: before the @ only Latin letters are possible, and behind it only what "
            "the internet's names allow."
        )
        raise ValidationError(text, code="invalid", params={"address": address}) from None
    validate_email(wire)


class AddressInput(forms.EmailField):
    default_validators = [validate_address]

    def to_python(self, value: Any) -> Any:
        return super().to_python(clean_line(value) if isinstance(value, str) else value)


class AddressField(EnteredText, models.EmailField):  # type: ignore[type-arg]
    """A mail address; what cannot be written to is refused at entry."""

    default_validators = [validate_address]
    form_class = AddressInput
    django_path = "django.db.models.EmailField"
