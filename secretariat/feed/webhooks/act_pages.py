"""What staff do with a webhook or a message, each on a page that says what it does, with a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pghistory
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.admin.act_pages import ActPages

from ..models import Webhook, WebhookMessage
from .acts import pause, ping, replace_secret, resume, send_again

State = Webhook.State


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=gettext_lazy("Stands in the history beside your name."),
    )


class SecretForm(ReasonForm):
    at_once = forms.BooleanField(
        label=gettext_lazy("Somebody else has the former secret"),
        required=False,
        help_text=gettext_lazy(
            "It then signs no more from now on; until the receiver has the new one it refuses us."
        ),
    )


@dataclass(frozen=True, slots=True)
class Act:
    title: Any
    effect: Any
    states: frozenset[str]
    form: type[forms.Form] = ReasonForm
    signing: frozenset[str] = frozenset(Webhook.Signing.values)

    def suits(self, webhook: Webhook) -> bool:
        return webhook.state in self.states and webhook.signing in self.signing


ACTS = {
    "ping": Act(
        gettext_lazy("Send a test"),
        gettext_lazy(
            "The receiver gets a signed test within seconds, whatever the webhook's state. A new webhook begins to work "
            "when the answer holds the challenge of the test."
        ),
        frozenset(State.values),
    ),
    "pause": Act(
        gettext_lazy("Pause"),
        gettext_lazy("The receiver is told nothing until the webhook is resumed. Then it is told to sync."),
        frozenset([State.ACTIVE]),
    ),
    "resume": Act(
        gettext_lazy("Resume"),
        gettext_lazy(
            "The receiver is told of changes again, and at once, in one message, to sync: so it learns all that it missed."
        ),
        frozenset([State.PAUSED, State.OFF]),
    ),
    "secret": Act(
        gettext_lazy("Replace the secret"),
        gettext_lazy("The new secret is shown once. For 24 hours the former one signs beside it."),
        frozenset(State.values),
        SecretForm,
        frozenset([Webhook.Signing.SECRET]),
    ),
    "keys": Act(
        gettext_lazy("Replace the key pair"),
        gettext_lazy(
            "The new public key stands on the webhook's page. For 24 hours the former key pair signs beside it."
        ),
        frozenset(State.values),
        SecretForm,
        frozenset([Webhook.Signing.KEYS]),
    ),
}


class WebhookActPages(ActPages):
    """The pages of acts, mixed into the webhook's admin."""

    def get_urls(self) -> list[URLPattern]:
        acts = self.admin_site.admin_view(self.act_view)
        again = self.admin_site.admin_view(self.again_view)
        return [
            path("<int:pk>/act/<str:what>/", acts, name="feed_webhook_act"),
            path("again/<int:pk>/", again, name="feed_webhook_again"),
            *super().get_urls(),
        ]

    def act_view(self, request: HttpRequest, pk: int, what: str) -> HttpResponse:
        if not request.user.has_perm("feed.change_webhook"):
            raise PermissionDenied
        if what not in ACTS:
            raise Http404
        webhook = get_object_or_404(Webhook.objects.select_related("system"), pk=pk)
        back = reverse("admin:feed_webhook_change", args=[pk])
        if not ACTS[what].suits(webhook):
            messages.warning(request, _("This cannot be done with the webhook as it is now."))
            return HttpResponseRedirect(back)
        form = ACTS[what].form(request.POST if request.method == "POST" else None)
        if not form.is_valid():
            return self._page(request, webhook, form, back, ACTS[what].title, ACTS[what].effect)
        with pghistory.context(reason=form.cleaned_data["reason"]):
            self._act(request, webhook, what, form.cleaned_data)
        # The history tells what changed in the row; a test, or a secret replaced at once, changes nothing it shows.
        self.log_change(request, webhook, f"{what}: {form.cleaned_data['reason']}")
        return HttpResponseRedirect(back)

    def _act(self, request: HttpRequest, webhook: Webhook, what: str, values: dict[str, Any]) -> None:
        match what:
            case "secret" | "keys":
                self.show(request, webhook, replace_secret(webhook.pk, at_once=values["at_once"]))
            case "ping":
                ping(webhook.pk, actor=request.user, reason=values["reason"])
                messages.success(
                    request, _("The test goes out within seconds; its answer stands below then.")
                )
            case _:
                act: Callable[[int], bool] = {"pause": pause, "resume": resume}[what]
                if act(webhook.pk):
                    messages.success(
                        request, _("The webhook is %(state)s now.") % {"state": _state_of(webhook)}
                    )
                else:
                    messages.warning(request, _("This cannot be done with the webhook as it is now."))

    def again_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.has_perm("feed.change_webhook"):
            raise PermissionDenied
        message = get_object_or_404(WebhookMessage.objects.select_related("webhook__system"), pk=pk)
        back = reverse("admin:feed_webhookmessage_change", args=[pk])
        form = ReasonForm(request.POST if request.method == "POST" else None)
        if not form.is_valid():
            effect = _(
                "The message goes again with the same webhook-id, with what is true now. A receiver that has it already "
                "knows it by that and does nothing. What was overtaken by a later change is not sent again."
            )
            return self._page(request, message.webhook, form, back, _("Send again"), effect)
        if send_again(pk, actor=request.user, reason=form.cleaned_data["reason"]):
            messages.success(request, _("The message goes out again now."))
        else:
            messages.warning(request, _("Only what was taken or given up is sent again."))
        return HttpResponseRedirect(back)

    def _page(
        self, request: HttpRequest, webhook: Webhook, form: forms.Form, back: str, title: Any, effect: Any
    ) -> HttpResponse:
        shown = {"title": title, "subtitle": str(webhook), "effect": effect, "confirm": title}
        return self.act_page(request, "admin/feed/webhook/act.html", form=form, back=back, **shown)


def _state_of(webhook: Webhook) -> str:
    webhook.refresh_from_db()
    return webhook.get_state_display()
