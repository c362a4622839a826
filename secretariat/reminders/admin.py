"""The delivery ledger and the reminder rules on the desk."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, pgettext_lazy

from meetings.admin.schedule.when import days_text, instant_text, moment_text
from meetings.papers.naming import needs_permission, reads_all
from rotation.folding import found_by
from rotation.history_admin import ReadOnlyAdmin

from .ahead_pages import AheadPages
from .bounces import admin as _bounces  # noqa: F401  (registers its model)
from .delivery_filters import AHEAD, OutcomeFilter, StateFilter, WhenFilter
from .follow_admin import FollowAdmin
from .keep_pages import KeepPages
from .models import TITLED, Delivery, DeliveryEvent
from .replies.admin import ReplyInline
from .replies.links import without_links
from .rules_admin import ReminderRuleAdmin
from .settle_pages import SettlePages
from .shown import CHIPPED, chip_of, moment_of, reply_of
from .spoken import said
from .withheld import asks_for_words, withheld_keys

__all__ = ["DeliveryAdmin", "FollowAdmin", "ReminderRuleAdmin"]


class EventInline(admin.TabularInline):
    model = DeliveryEvent
    extra = 0
    fields = readonly_fields = ["at", "state", "detail_shown", "author", "worker"]
    can_delete = False
    verbose_name_plural = gettext_lazy("What became of it")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("author")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("detail"))
    def detail_shown(self, event: DeliveryEvent) -> str:
        return said(event.detail, is_withheld=event.delivery.is_withheld)


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
        "goes_shown",
        "state_chip",  # early: what became of it must be seen on a narrow screen too
        "kind",
        "subject_shown",
        "contact",
        "ministry",
        "meeting",
    ]
    list_display_links = ["goes_shown", "kind"]
    list_filter = [
        WhenFilter,
        OutcomeFilter,
        ("state", StateFilter),
        "kind",
        "contact__ministry__state",
        "meeting__track",
    ]
    list_select_related = ["contact__ministry", "meeting__track"]
    list_counted = 250
    sortable_by = ["goes_shown"]  # by nothing else without reading all of the ledger
    search_fields = ["searched", "contact__searched", "message_id__exact"]
    found_first = ["-pk"]  # as they lie in the table: the last that were planned
    date_hierarchy = "goes_at"
    inlines = [ReplyInline, EventInline]
    fieldsets = [
        (
            gettext_lazy("What"),
            {
                "fields": [
                    "kind",
                    "reason_shown",
                    "meeting",
                    "subject_linked",
                    "says_due_at",
                    "was_due_at",
                    "linked",
                ]
            },
        ),
        (gettext_lazy("To whom"), {"fields": ["contact", "recipient", "language_shown"]}),
        (
            gettext_lazy("When"),
            {"fields": ["goes_shown", "planned_shown", "planned_here", "expires_at", "sent_at"]},
        ),
        (
            gettext_lazy("Outcome"),
            {"fields": ["state_chip", "attempts", "reply_shown", "returned_shown", "message_id"]},
        ),
        (gettext_lazy("As it was sent"), {"fields": ["subject_sent", "text_shown"]}),
    ]
    readonly_fields = [
        *("goes_shown", "planned_shown", "planned_here"),
        *("reason_shown", "language_shown", "subject_linked", "state_chip", "text_shown", "linked"),
        *("returned_shown", "reply_shown", "subject_sent"),
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = Delivery.objects.prefetch_related(*TITLED, *CHIPPED)
        return rows.order_by(*self.get_ordering(request))

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        is_open = reads_all() or not asks_for_words(Delivery, lookup)
        return is_open and super().lookup_allowed(lookup, value, request)

    def found(self, request: HttpRequest, fields: list[str], word: str) -> Q:
        """What is withheld is found by whom it goes to, not by its subject."""
        withheld = withheld_keys()
        if not withheld:
            return super().found(request, fields, word)
        others = found_by(Delivery, [name for name in fields if name != "searched"], word)
        to_whom = list(
            Delivery.objects.filter(pk__in=withheld, recipient__finds=word).values_list("pk", flat=True)
        )
        return others | Q(pk__in=to_whom) | (Q(searched__finds=word) & ~Q(pk__in=withheld))

    def get_ordering(self, request: HttpRequest) -> list[str]:
        ahead = AHEAD.get(request.GET.get(WhenFilter.parameter_name, ""))
        return [ahead, "pk"] if ahead else ["-goes_at", "-pk"]

    @admin.display(description=gettext_lazy("when"), ordering="goes_at")
    def goes_shown(self, delivery: Delivery) -> str:
        moment = moment_of(delivery)
        day = moment.astimezone(ZoneInfo(delivery.zone)).date()
        hour = moment_text(moment, delivery.zone)
        return format_html('{} <span class="quiet">{}</span>', days_text(day, day), hour)

    @admin.display(description=gettext_lazy("planned, on the recipient's clock"))
    def planned_shown(self, delivery: Delivery) -> str:
        return instant_text(delivery.planned_at, delivery.zone)

    @admin.display(description=gettext_lazy("planned, on the desk's clock"))
    def planned_here(self, delivery: Delivery) -> str:
        return instant_text(delivery.planned_at, timezone.get_current_timezone_name())

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
        if delivery.is_withheld:
            return delivery.title
        url = reverse(f"admin:meetings_{row._meta.model_name}_change", args=[row.pk])
        return format_html('<a href="{}">{}</a>', url, delivery.title)

    @admin.display(description=pgettext_lazy("of a delivery", "state"), ordering="state")
    def state_chip(self, delivery: Delivery) -> str:
        return chip_of(delivery)

    @admin.display(description=gettext_lazy("why"))
    def reason_shown(self, delivery: Delivery) -> str:
        return said(delivery.reason, is_withheld=delivery.is_withheld)

    @admin.display(description=gettext_lazy("mail server's reply"))
    def reply_shown(self, delivery: Delivery) -> str:
        return reply_of(delivery)

    @admin.display(description=gettext_lazy("subject"))
    def subject_sent(self, delivery: Delivery) -> str:
        return "" if delivery.is_withheld else delivery.subject

    @admin.display(description=gettext_lazy("language"))
    def language_shown(self, delivery: Delivery) -> str:
        names = dict(settings.CONTENT_LANGUAGES)
        return str(names.get(delivery.language, delivery.language))

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

    @admin.display(description=gettext_lazy("came back to it"))
    def returned_shown(self, delivery: Delivery) -> str:
        """Each with its words, which only a person may understand."""
        rows = [
            (
                reverse("admin:reminders_bounce_change", args=[row.pk]),
                row,
                "" if delivery.is_withheld else without_links(row.text)[:1000],
            )
            for row in delivery.bounces.all()
        ]
        return format_html_join("", '<a href="{}">{}</a><pre class="mail-text">{}</pre>', rows)

    @admin.display(description=gettext_lazy("text"))
    def text_shown(self, delivery: Delivery) -> str:
        if delivery.is_withheld:
            return needs_permission()
        return (
            format_html('<pre class="mail-text">{}</pre>', without_links(delivery.text))
            if delivery.text
            else ""
        )
