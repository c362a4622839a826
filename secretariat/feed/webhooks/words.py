"""Why an address is none for a webhook, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from .rules.addresses import BadAddress

REFUSALS = {
    "form": _(
        "This is not an address. Write it like https://calendar.mfa.example/hook, in Latin letters, without #."
    ),
    "scheme": _("Only https is spoken. Write an address that begins with https://."),
    "port": _("Only port 443 is spoken to. Leave the port out."),
    "userinfo": _("A name or password must not stand in the address: the signature shows who writes."),
    "literal": _("Write the receiver's name, not a number: its certificate is for the name."),
    "name": _("This is not the name of a receiver in the internet. Write it in full."),
    "private": _("This name belongs to a network of its own, which webhooks never lead into."),
    "unknown": _("This name has no address."),
}


def refusal_text(refusal: BadAddress) -> str:
    return str(REFUSALS[refusal.code])
