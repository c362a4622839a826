"""Mails that came back, on the desk."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy, pgettext_lazy

from rotation.history_admin import ReadOnlyAdmin

from ..models import Bounce
from ..replies.links import without_links


@admin.register(Bounce)
class BounceAdmin(ReadOnlyAdmin):
    list_display = ["at", "verdict", "contact", "mail_linked", "status", "diagnostic"]
    list_display_links = ["at", "verdict"]
    list_filter = ["verdict", "contact__ministry__state"]
    search_fields = ["contact__searched", "diagnostic"]
    date_hierarchy = "at"
    fields = readonly_fields = [
        *("verdict", "status", "diagnostic", "at"),
        *("contact_linked", "mail_linked", "text_shown"),
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("delivery", "contact__ministry")

    @admin.display(description=gettext_lazy("contact"))
    def contact(self, bounce: Bounce) -> str:
        return str(bounce.contact)

    @admin.display(description=gettext_lazy("contact"))
    def contact_linked(self, bounce: Bounce) -> str:
        url = reverse("admin:meetings_contact_change", args=[bounce.contact_id])
        return format_html('<a href="{}">{}</a>', url, bounce.contact)

    @admin.display(description=pgettext_lazy("that came back", "mail"))
    def mail_linked(self, bounce: Bounce) -> str:
        url = reverse("admin:reminders_delivery_change", args=[bounce.delivery_id])
        return format_html('<a href="{}">{}</a>', url, bounce.delivery.subject)

    @admin.display(description=gettext_lazy("what it says"))
    def text_shown(self, bounce: Bounce) -> str:
        return (
            format_html('<pre class="mail-text">{}</pre>', without_links(bounce.text)) if bounce.text else ""
        )
