"""By what staff find a mail in the list of deliveries: what became of it, and when it goes or went."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ALL_VAR, ORDER_VAR, PAGE_VAR, ChangeList
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from .models import Bounce, Delivery

WEEK = timedelta(days=7)
# Of these the next to go stands first, of all others the last that went.
AHEAD = {"today": "goes_at", "soon": "next_try_at", "ahead": "next_try_at"}


def sent(rows: Any, now: datetime) -> Any:
    """Those that went: named by their moment too, so that a list of the last ones passes over none that is to come."""
    return rows.filter(state=Delivery.State.SENT, goes_at__lte=now)


class StateFilter(admin.ChoicesFieldListFilter):
    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        found = super().queryset(request, queryset)
        chosen: Any = self.lookup_val  # a list, whatever the stubs say
        return sent(found, timezone.now()) if chosen == [Delivery.State.SENT] else found


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
                came_back = Bounce.objects.standing(timezone.now())
                return queryset.to_look_at(came_back.select_related(None).defer("text"))
            case "late":
                return queryset.late(timezone.now())
            case "waiting":
                return queryset.waiting()
            case "held":
                return queryset.held()
        return queryset


class WhenFilter(admin.SimpleListFilter):
    """The list opens with what went last; mails are planned for a year ahead, which nobody looks for first.

    Once something else is looked for, all of it is shown.
    """

    title = gettext_lazy("time")
    parameter_name = "when"

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        self.is_first_look = not set(request.GET) - {PAGE_VAR, ORDER_VAR, ALL_VAR}
        super().__init__(request, *args)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("recent", _("up to today")),
            ("today", _("today")),
            ("past", _("last 7 days")),
            ("soon", _("next 7 days")),
            ("sent", pgettext("of a mail", "sent")),
            ("ahead", pgettext("of mails", "ahead")),
            ("any", _("at any time")),
        ]

    def value(self) -> str:
        return super().value() or ("recent" if self.is_first_look else "any")

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for value, text in self.lookup_choices:
            yield {
                "selected": self.value() == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": text,
            }

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        now = timezone.now()
        begins = timezone.make_aware(datetime.combine(timezone.localdate(now), time.min))
        found: Any = queryset
        match self.value():
            case "recent":
                return found.filter(goes_at__lt=begins + timedelta(days=1))
            case "today":
                return found.filter(goes_at__gte=begins, goes_at__lt=begins + timedelta(days=1))
            case "past":
                return found.filter(goes_at__gte=begins - WEEK, goes_at__lte=now)
            case "soon":
                return found.waiting().filter(next_try_at__lt=begins + timedelta(days=1) + WEEK)
            case "sent":
                return sent(found, now)
            case "ahead":
                return found.waiting()
        return found
