"""The delivery ledger and the reminder rules on the desk."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from meetings.admin.schedule.when import days_text, moment_text
from rotation.history_admin import ReadOnlyAdmin

from .ahead_pages import AheadPages
from .bounces import admin as _bounces  # noqa: F401  (registers its model)
from .follow_admin import FollowAdmin
from .keep_pages import KeepPages
from .models import TITLED, Delivery, DeliveryEvent
from .replies.admin import ReplyInline
from .replies.links import without_links
from .rules_admin import ReminderRuleAdmin
from .settle_pages import SettlePages
from .shown import CHIPPED, chip_of

__all__ = ["DeliveryAdmin", "FollowAdmin", "ReminderRuleAdmin"]


class EventInline(admin.TabularInline):
    model = DeliveryEvent
    extra = 0
    fields = readonly_fields = ["at", "state", "detail", "author", "worker"]
    can_delete = False
    verbose_name_plural = gettext_lazy("What became of it")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("author")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class OutcomeFilter(admin.SimpleListFilter):
    title = gettext_lazy("to look at")
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("unsettled", _("failed, uncertain, too late or returned")),
            ("late", _("waiting past its hour")),
            ("waiting", _("waiting")),
            ("held", pgettext("of a mail", "held")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "unsettled":
                return queryset.to_look_at(timezone.now())
            case "late":
                return queryset.late(timezone.now())
            case "waiting":
                return queryset.waiting()
            case "held":
                return queryset.held()
        return queryset


@admin.register(Delivery)
class DeliveryAdmin(AheadPages, KeepPages, SettlePages, ReadOnlyAdmin):
    """The ledger is written by the service alone; the database forbids the rest."""

    how_it_begins = gettext_lazy("Mail is planned by itself, from what is due and from the rules.")
    change_form_template = "admin/reminders/delivery/change_form.html"
    actions = [
        "hold_chosen",
        "release_chosen",
        "resend_chosen",
        "settle_arrival",
        "settle_refusal",
        "settle_lapse",
    ]
    list_display = [
        "planned_shown",
        "kind",
        "contact",
        "ministry",
        "subject_shown",
        "meeting",
        "state_chip",
        "sent_at",
    ]
    list_display_links = ["planned_shown", "kind"]
    list_filter = [
        OutcomeFilter,
        "state",
        "kind",
        "contact__ministry__state",
        ("meeting__track", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["contact__ministry", "meeting__track"]
    search_fields = ["recipient", "subject", "contact__name", "contact__email", "message_id"]
    date_hierarchy = "planned_at"
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    inlines = [ReplyInline, EventInline]
    fieldsets = [
        (
            gettext_lazy("What"),
            {
                "fields": [
                    "kind",
                    "reason",
                    "meeting",
                    "subject_linked",
                    "says_due_at",
                    "was_due_at",
                    "linked",
                ]
            },
        ),
        (gettext_lazy("To whom"), {"fields": ["contact", "recipient", "language"]}),
        (gettext_lazy("When"), {"fields": ["planned_shown", "planned_at", "expires_at", "sent_at"]}),
        (
            gettext_lazy("Outcome"),
            {"fields": ["state_chip", "attempts", "next_try_at", "reply", "message_id"]},
        ),
        (gettext_lazy("As it was sent"), {"fields": ["subject", "text_shown"]}),
    ]
    readonly_fields = ["planned_shown", "subject_linked", "state_chip", "text_shown", "linked"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related(*TITLED, *CHIPPED)

    @admin.display(description=gettext_lazy("planned"), ordering="planned_at")
    def planned_shown(self, delivery: Delivery) -> str:
        local = delivery.planned_at.astimezone(ZoneInfo(delivery.zone))
        day, hour = days_text(local.date(), local.date()), moment_text(delivery.planned_at, delivery.zone)
        return format_html('{} <span class="quiet">{}</span>', day, hour)

    @admin.display(description=gettext_lazy("ministry"))
    def ministry(self, delivery: Delivery) -> str:
        return str(delivery.contact.ministry)

    @admin.display(description=gettext_lazy("about"))
    def subject_shown(self, delivery: Delivery) -> str:
        return delivery.title

    @admin.display(description=gettext_lazy("about"))
    def subject_linked(self, delivery: Delivery) -> str:
        """A term has no page of its own: it stands on that of its seat."""
        row = delivery.term.seat if delivery.term else delivery.topic
        url = reverse(f"admin:meetings_{row._meta.model_name}_change", args=[row.pk])
        return format_html('<a href="{}">{}</a>', url, delivery.title)

    @admin.display(description=pgettext_lazy("of a delivery", "state"), ordering="state")
    def state_chip(self, delivery: Delivery) -> str:
        return chip_of(delivery)

    @admin.display(description=gettext_lazy("goes with"))
    def linked(self, delivery: Delivery) -> str:
        """The mail that this one repeats, and those that repeat it; the digest that told it, or what a digest told."""
        first = [other for other in (delivery.resends, delivery.digest) if other]
        beside = Q(resends=delivery) | Q(digest=delivery)
        rows = Delivery.objects.filter(beside).select_related("contact").prefetch_related(*TITLED)
        links = [
            (reverse("admin:reminders_delivery_change", args=[other.pk]), str(other))
            for other in (*first, *rows.order_by("pk"))
        ]
        return format_html_join(SafeString("<br>"), '<a href="{}">{}</a>', links)

    @admin.display(description=gettext_lazy("text"))
    def text_shown(self, delivery: Delivery) -> str:
        return (
            format_html('<pre class="mail-text">{}</pre>', without_links(delivery.text))
            if delivery.text
            else ""
        )
