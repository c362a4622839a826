"""What the states owe: the list that staff work from."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import F, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import get_script_prefix, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from rotation.act_view import ActsAdmin
from rotation.forms import state_names
from rotation.history_admin import KeptAdmin

from ...deadlines.short_days import by_hand_text, notice_text
from ...deadlines.trails import trail_text
from ...models import Deadline, Due
from ..schedule.when import days_text, moment_text
from .matrix import settled_text
from .pages import ACTS


class TimeFilter(admin.SimpleListFilter):
    title = gettext_lazy("time")
    parameter_name = "time"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("overdue", _("overdue")),
            ("30", _("due in 30 days")),
            ("late", _("received late")),
            ("short", _("short notice")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        now = timezone.now()
        match self.value():
            case "overdue":
                return queryset.overdue(now)
            case "30":
                return queryset.coming(now, days=30)
            case "short":
                return queryset.at_short_notice()
            case "late":
                return queryset.filter(received_at__gte=F("due_at"))
        return queryset


@lru_cache(maxsize=4096)  # one meeting has many dues in a list
def _meeting_address(_prefix: str, meeting_id: int) -> str:
    return reverse("admin:meetings_meeting_change", args=[meeting_id])


@lru_cache  # of few kinds
def _chips(
    status: str,
    is_overdue: bool,
    is_late: bool,
    by_hand: str,
    is_short: bool,
    notice: str,
    _language: str | None,
) -> str:
    chips = [("late", _("overdue"))] if is_overdue else [(status, Due.Status(status).label)]
    chips += [("late", _("late"))] if is_late else []
    chips += [("pinned", by_hand)] if by_hand else []
    chips += [("late" if is_short else "pinned", notice)] if notice else []
    return format_html_join(" ", '<span class="chip chip-{}">{}</span>', chips)


@admin.register(Due)
class DueAdmin(ActsAdmin, KeptAdmin):
    """Read-only rows: a due changes by being derived, settled or set by hand, each with its own page."""

    how_it_begins = gettext_lazy("What is due follows from the deadlines of the meetings.")
    change_form_template = "admin/meetings/due/change_form.html"
    list_display = ["due_shown", "state", "deadline", "meeting", "status_chip"]
    list_display_links = ["due_shown", "deadline"]
    list_filter = [
        TimeFilter,
        "status",
        "state",
        "deadline__meeting__track",
        "is_pinned",
    ]
    list_select_related = ()  # nothing is joined, see get_queryset; False would join all that the list names
    list_columns = [
        *("due_on", "due_at", "zone", "status", "received_at", "is_pinned", "notice", "trail"),
        *("state", "deadline"),
    ]
    search_fields = [
        "deadline__searched",
        "deadline__meeting__searched",
        "deadline__meeting__track__names",
        "state__names",
    ]
    found_first = ["-due_on", "-due_at", "-state_id"]
    sortable_by = ["due_shown"]  # by nothing else without reading all that is and was due
    list_counted = 1_000
    acts = ACTS
    date_hierarchy = "due_on"
    ordering = ["due_on", "due_at", "state"]  # by the states' own days, as the days above the list
    actions = ["receive", "extend", "waive", "reopen"]
    fields = [
        "meeting",
        "deadline",
        "state",
        "due_shown",
        "status_chip",
        "settled",
        "by_hand",
        "trail_shown",
    ]
    readonly_fields = fields

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        return lookup == "deadline__meeting__id__exact" or super().lookup_allowed(lookup, value, request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Due]:
        # Six states owe one deadline: its row is made once, not joined to each of theirs.
        deadlines = Deadline.objects.select_related("meeting__track")
        return super().get_queryset(request).prefetch_related("state", Prefetch("deadline", deadlines))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def _chosen(self, queryset: Any, what: str) -> HttpResponse:
        keys = ",".join(str(key) for key in queryset.values_list("pk", flat=True))
        return HttpResponseRedirect(f"{reverse(f'admin:meetings_due_{what}')}?{urlencode({'ids': keys})}")

    @admin.action(description=gettext_lazy("Mark as received…"), permissions=["change"])
    def receive(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        return self._chosen(queryset, "received")

    @admin.action(description=gettext_lazy("Extend…"), permissions=["change"])
    def extend(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        return self._chosen(queryset, "extended")

    @admin.action(description=gettext_lazy("Waive…"), permissions=["change"])
    def waive(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        return self._chosen(queryset, "waived")

    @admin.action(description=gettext_lazy("Reopen…"), permissions=["change"])
    def reopen(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        return self._chosen(queryset, "open")

    @admin.display(description=gettext_lazy("due on"), ordering="due_on")
    def due_shown(self, due: Due) -> str:
        day, clock = days_text(due.due_on, due.due_on), moment_text(due.due_at, due.zone)
        return format_html('<span class="moment">{} <span class="quiet">{}</span></span>', day, clock)

    @admin.display(description=gettext_lazy("meeting"), ordering="deadline__meeting__first_on")
    def meeting(self, due: Due) -> str:
        url = _meeting_address(get_script_prefix(), due.deadline.meeting_id)
        return format_html('<a href="{}">{}</a>', url, due.deadline.meeting)

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def status_chip(self, due: Due) -> str:
        is_overdue = due.status == Due.Status.OPEN and due.due_at <= timezone.now()
        marks = (due.notice == Due.Notice.SHORT, notice_text(due))
        return _chips(due.status, is_overdue, due.is_late, by_hand_text(due), *marks, get_language())

    @admin.display(description=gettext_lazy("settled"))
    def settled(self, due: Due) -> str:
        return settled_text(due)

    @admin.display(description=gettext_lazy("set by hand"))
    def by_hand(self, due: Due) -> str:
        return due.pin_reason

    @admin.display(description=gettext_lazy("how the day was found"))
    def trail_shown(self, due: Due) -> str:
        steps = format_html_join(
            "", "<li>{}</li>", ((step,) for step in trail_text(due.trail, state_names()))
        )
        return format_html('<ol class="trail">{}</ol>', steps)
