"""Webhooks on the desk: made once, proved by a test, paused, resumed, given a new secret; and what was told when."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from rotation.act_view import ActsAdmin
from rotation.history_admin import HistoryAdmin, ReadOnlyAdmin

from ..models import Feed, Webhook, WebhookAttempt, WebhookMessage
from .act_pages import ACTS, SendAgain
from .acts import make_webhook, public_keys_of
from .rules.addresses import BadAddress, target_of
from .sealing import Unreadable
from .words import refusal_text

LATE = {"off", "failed"}
GOOD = {
    "active": "confirmed",
    "taken": "sent",
    "claimed": "open",
    "unproved": "proposed",
    "paused": "postponed",
}
SHOWN = 10  # messages on the page of their webhook


def chip(row: Webhook | WebhookMessage | WebhookAttempt) -> str:
    kind = "late" if row.state in LATE else GOOD.get(row.state, row.state)
    return format_html('<span class="chip chip-{}">{}</span>', kind, row.get_state_display())


class WebhookForm(forms.ModelForm):
    class Meta:
        model = Webhook
        fields = ["system", "url", "signing"]

    def clean_url(self) -> str:
        try:
            return target_of(self.cleaned_data["url"].strip(), may_loop=settings.WEBHOOK_TO_LOOPBACK).url
        except BadAddress as refusal:
            raise forms.ValidationError(refusal_text(refusal), code=refusal.code) from None


@admin.register(Webhook)
class WebhookAdmin(ActsAdmin, HistoryAdmin):
    acts = ACTS
    form = WebhookForm
    list_display = ["url", "system", "state_chip", "failing_since", "waiting_count", "taken_at"]
    list_select_related = ["system"]
    list_filter = ["state", "system"]
    search_fields = ["url", "system__name"]
    autocomplete_fields = ["system"]
    readonly_fields = [
        *("state_chip", "why_off", "off_at", "failing_since", "rests_until", "taken_at"),
        *("position_shown", "former_until", "public_keys_shown", "messages_shown", "notices_shown"),
    ]
    change_form_template = "admin/feed/webhook/change_form.html"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [(None, {"fields": ["system", "url", "signing"]})]
        outcome = ["failing_since", "rests_until", "taken_at", "position_shown", "notices_shown"]
        keys = ["public_keys_shown"] if obj.signing == Webhook.Signing.KEYS else []
        off = ["why_off", "off_at"] if obj.state == Webhook.State.OFF else []
        return [
            (None, {"fields": ["system", "url", "signing", *keys, "state_chip", *off, "former_until"]}),
            (_("Outcome"), {"fields": outcome}),
            (_("Last messages"), {"fields": ["messages_shown"]}),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Webhook]:
        return super().get_queryset(request).with_waiting()

    @admin.display(description=pgettext_lazy("of a webhook", "state"), ordering="state")
    def state_chip(self, webhook: Webhook) -> str:
        return chip(webhook)

    @admin.display(description=gettext_lazy("messages waiting"), ordering="waiting")
    def waiting_count(self, webhook: Any) -> int:
        return int(webhook.waiting)

    @admin.display(description=gettext_lazy("told up to change"))
    def position_shown(self, webhook: Webhook) -> str:
        high = Feed.objects.get(pk=webhook.system.feed_id).high_seq
        return _("%(position)d of %(last)d") % {"position": webhook.position, "last": high}

    @admin.display(description=gettext_lazy("messages"))
    def messages_shown(self, webhook: Webhook) -> str:
        rows = with_last(webhook.messages.all())[:SHOWN]
        if not rows:
            return _("Nothing was told yet.")
        shown = format_html_join(
            "",
            '<li><a href="{}">{}</a> {} <span class="quiet">{}</span></li>',
            (
                (reverse("admin:feed_webhookmessage_change", args=[row.pk]), str(row), chip(row), told(row))
                for row in rows
            ),
        )
        every = f"{reverse('admin:feed_webhookmessage_changelist')}?webhook__id__exact={webhook.pk}"
        return format_html(
            '<div><ul class="rows">{}</ul><a href="{}">{}</a></div>', shown, every, _("All messages")
        )

    @admin.display(description=gettext_lazy("public key"))
    def public_keys_shown(self, webhook: Webhook) -> str:
        try:
            keys = public_keys_of(webhook, timezone.now())
        except Unreadable:
            return _("It cannot be read since SECRET_KEY was replaced; replace the key pair.")
        return format_html_join(SafeString("<br>"), "<code>{}</code>", ((key,) for key in keys))

    @admin.display(description=gettext_lazy("mails to who runs it"))
    def notices_shown(self, webhook: Webhook) -> str:
        lines = (
            (
                notice.recipient,
                f"{notice.sent_at:%Y-%m-%d %H:%M} UTC" if notice.sent_at else notice.reply or "…",
            )
            for notice in webhook.notices.order_by("-pk")[:SHOWN]
        )
        return format_html_join(SafeString("<br>"), "{} {}", lines) or "-"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Never edited: another address is another webhook, which proves itself anew.
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Webhook, form: Any, change: bool) -> None:
        self.show(request, obj, make_webhook(obj, actor=request.user))
        self.message_user(
            request, _("Once the receiver has it, send a test: nothing else is sent before its answer.")
        )

    def show(self, request: HttpRequest, webhook: Webhook, given: str) -> None:
        """What the receiver needs to have: a secret, this once; a public key, which stands on the page too."""
        if webhook.signing == Webhook.Signing.KEYS:
            self.message_user(request, _("Give the receiver the public key: %(key)s") % {"key": given})
            return
        text = _("Copy the secret now; it is shown this once: %(secret)s")
        self.message_user(request, text % {"secret": given}, messages.WARNING)


def with_last(rows: QuerySet[WebhookMessage]) -> QuerySet[WebhookMessage]:
    """Adds what came of the last attempt."""
    last = WebhookAttempt.objects.filter(message=OuterRef("pk")).order_by("-pk")
    return rows.annotate(
        last_status=Subquery(last.values("status")[:1]), last_detail=Subquery(last.values("detail")[:1])
    )


def told(row: Any) -> str:
    return f"{row.last_status or ''} {row.last_detail or ''}".strip()[:90]


@admin.register(WebhookMessage)
class WebhookMessageAdmin(ActsAdmin, ReadOnlyAdmin):
    acts = [SendAgain()]
    list_display = [
        "created_at",
        "webhook",
        "kind",
        "meeting",
        "state_chip",
        "tries",
        "next_try",
        "last_told",
    ]
    list_select_related = ["webhook__system"]
    list_filter = ["state", "kind", "webhook__system"]
    search_fields = ["uid__iexact", "meeting__iexact", "webhook__url"]
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    fields = [
        *("webhook", "name", "kind", "meeting", "seq", "state_chip", "tries", "next_try", "created_at"),
        "attempts_shown",
    ]
    readonly_fields = ["name", "state_chip", "next_try", "attempts_shown"]
    change_form_template = "admin/feed/webhookmessage/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookMessage]:
        return with_last(super().get_queryset(request))

    @admin.display(description="webhook-id")
    def name(self, message: WebhookMessage) -> str:
        return message.public_id

    @admin.display(description=pgettext_lazy("of a message", "state"), ordering="state")
    def state_chip(self, message: WebhookMessage) -> str:
        return chip(message)

    @admin.display(description=gettext_lazy("next try"))
    def next_try(self, message: WebhookMessage) -> str:
        return f"{message.next_try_at:%Y-%m-%d %H:%M:%S} UTC" if message.state in WebhookMessage.OPEN else "-"

    @admin.display(description=gettext_lazy("last answer"))
    def last_told(self, message: WebhookMessage) -> str:
        return told(message)

    @admin.display(description=gettext_lazy("attempts"))
    def attempts_shown(self, message: WebhookMessage) -> str:
        rows = message.attempts.select_related("author").order_by("-pk")
        return format_html(
            '<ul class="rows">{}</ul>',
            format_html_join(
                "",
                '<li><span class="when">{} UTC</span> {} <strong>{}</strong> <span class="quiet">{} {}</span></li>',
                (
                    (
                        f"{row.at:%Y-%m-%d %H:%M:%S}",
                        chip(row),
                        row.status or "",
                        " ".join(part for part in (row.detail, str(row.author or "")) if part),
                        "" if row.milliseconds is None else f"{row.milliseconds} ms",
                    )
                    for row in rows
                ),
            ),
        )
