"""What staff do with a webhook or a message, each on a page that says what it does, with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pghistory
from django import forms
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rotation.act_view import Act, Asked, ReasonForm

from ..models import Webhook, WebhookMessage
from .acts import WebhookRefused, pause, ping, replace_secret, resume, send_again

State = Webhook.State


class SecretForm(ReasonForm):
    at_once = forms.BooleanField(
        label=gettext_lazy("Somebody else has the former secret"),
        required=False,
        help_text=gettext_lazy(
            "It then signs no more from now on; until the receiver has the new one it refuses us."
        ),
    )


class WebhookAct(Act):
    """With a webhook in one of some states. Its history tells what changed; what it does not show is logged beside."""

    path = "<int:pk>/act/{slug}/"
    template = "admin/feed/webhook/act.html"
    effect: str | Promise
    states: frozenset[str] = frozenset(State.values)
    signing: frozenset[str] = frozenset(Webhook.Signing.values)

    def subject(self, pages: Any, request: HttpRequest, pk: int) -> Webhook | None:
        return Webhook.objects.select_related("system").filter(pk=pk).first()

    def check(self, asked: Asked) -> None:
        webhook = asked.subject
        if webhook.state not in self.states or webhook.signing not in self.signing:
            raise WebhookRefused("not_now")

    def sealed(self, asked: Asked) -> tuple[Any, ...]:
        return asked.subject.state, asked.subject.secret

    def confirm_of(self, asked: Asked) -> str:
        return str(self.title)

    def shown(self, asked: Asked) -> dict[str, Any]:
        return {"effect": self.effect}

    def act(self, asked: Asked) -> Any:
        with pghistory.context(reason=asked.values["reason"]):
            result = self.carry_out(asked)
        asked.pages.log_change(asked.request, asked.subject, f"{self.slug}: {asked.values['reason']}")
        return result

    def carry_out(self, asked: Asked) -> Any:
        raise NotImplementedError


class Ping(WebhookAct):
    slug = "ping"
    title = gettext_lazy("Send a test")
    effect = gettext_lazy(
        "The receiver gets a signed test within seconds, whatever the webhook's state. A new webhook begins to work "
        "when the answer holds the challenge of the test."
    )
    done = gettext_lazy("The test goes out within seconds; its answer stands below then.")

    def carry_out(self, asked: Asked) -> Any:
        return ping(asked.subject.pk, actor=asked.actor, reason=asked.values["reason"])


class StateAct(WebhookAct):
    verb: Callable[[int], Any]

    def carry_out(self, asked: Asked) -> Any:
        return self.verb(asked.subject.pk)

    def said(self, asked: Asked, result: Any) -> str:
        asked.subject.refresh_from_db()
        return _("The webhook is %(state)s now.") % {"state": asked.subject.get_state_display()}


class Pause(StateAct):
    slug = "pause"
    title = gettext_lazy("Pause")
    effect = gettext_lazy(
        "The receiver is told nothing until the webhook is resumed. Then it is told to sync."
    )
    states = frozenset([State.ACTIVE])
    verb = staticmethod(pause)


class Resume(StateAct):
    slug = "resume"
    title = gettext_lazy("Resume")
    effect = gettext_lazy(
        "The receiver is told of changes again, and at once, in one message, to sync: so it learns all that it missed."
    )
    states = frozenset([State.PAUSED, State.OFF])
    verb = staticmethod(resume)


class ReplaceSecret(WebhookAct):
    slug, form = "secret", SecretForm
    title = gettext_lazy("Replace the secret")
    effect = gettext_lazy("The new secret is shown once. For 24 hours the former one signs beside it.")
    signing = frozenset([Webhook.Signing.SECRET])

    def carry_out(self, asked: Asked) -> str:
        return replace_secret(asked.subject.pk, at_once=asked.values["at_once"])

    def said(self, asked: Asked, result: str) -> str:
        asked.pages.show(asked.request, asked.subject, result)
        return ""


class ReplaceKeys(ReplaceSecret):
    slug = "keys"
    title = gettext_lazy("Replace the key pair")
    effect = gettext_lazy(
        "The new public key stands on the webhook's page. For 24 hours the former key pair signs beside it."
    )
    signing = frozenset([Webhook.Signing.KEYS])


class SendAgain(Act):
    slug = "again"
    title = confirm = gettext_lazy("Send again")
    done = gettext_lazy("The message goes out again now.")
    permissions = ["feed.change_webhook"]
    template = "admin/feed/webhook/act.html"

    def subject(self, pages: Any, request: HttpRequest, pk: int) -> WebhookMessage | None:
        return WebhookMessage.objects.select_related("webhook__system").filter(pk=pk).first()

    def subtitle(self, asked: Asked) -> str:
        return str(asked.subject.webhook)

    def sealed(self, asked: Asked) -> tuple[Any, ...]:
        return (asked.subject.state,)

    def shown(self, asked: Asked) -> dict[str, Any]:
        return {
            "effect": _(
                "The message goes again with the same webhook-id, with what is true now. A receiver that has it already "
                "knows it by that and does nothing. What was overtaken by a later change is not sent again."
            )
        }

    def act(self, asked: Asked) -> Any:
        return send_again(asked.subject.pk, actor=asked.actor, reason=asked.values["reason"])


ACTS = [Ping(), Pause(), Resume(), ReplaceSecret(), ReplaceKeys()]
