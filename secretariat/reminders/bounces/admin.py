"""Mails that came back, on the desk."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy, pgettext_lazy

from meetings.papers.naming import needs_permission, reads_all
from rotation.folding import found_by
from rotation.history_admin import ReadOnlyAdmin

from ..models import Bounce
from ..replies.links import without_links
from ..withheld import asks_for_words, withheld_keys


@admin.register(Bounce)
class BounceAdmin(ReadOnlyAdmin):
    list_display = ["at", "verdict", "contact", "mail_linked", "status", "said"]
    list_display_links = ["at", "verdict"]
    list_filter = ["verdict", "contact__ministry__state"]
    search_fields = ["contact__searched", "diagnostic"]
    date_hierarchy = "at"
    fields = readonly_fields = [
        *("verdict", "status", "said", "at"),
        *("contact_linked", "mail_linked", "text_shown"),
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        papers = (f"delivery__silence__document__{name}" for name in ("meeting__track", "track"))
        return super().get_queryset(request).select_related("contact__ministry", *papers)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        is_open = reads_all() or not asks_for_words(Bounce, lookup)
        return is_open and super().lookup_allowed(lookup, value, request)

    def found(self, request: HttpRequest, fields: list[str], word: str) -> Q:
        """What came back to a mail that is withheld is found by the contact alone."""
        withheld = withheld_keys()
        if not withheld:
            return super().found(request, fields, word)
        others = found_by(Bounce, [name for name in fields if name != "diagnostic"], word)
        return others | (Q(diagnostic__finds=word) & ~Q(delivery__in=withheld))

    @admin.display(description=gettext_lazy("what the server said"))
    def said(self, bounce: Bounce) -> str:
        return bounce.told

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
        return format_html('<a href="{}">{}</a>', url, bounce.delivery.heading)

    @admin.display(description=gettext_lazy("what it says"))
    def text_shown(self, bounce: Bounce) -> str:
        if bounce.delivery.is_withheld:
            return needs_permission()
        return (
            format_html('<pre class="mail-text">{}</pre>', without_links(bounce.text)) if bounce.text else ""
        )
