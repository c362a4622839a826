"""What the holiday library would change in the table of special days: looked at, then taken whole or in part."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rotation.concurrency import one_at_a_time
from rotation.models import State

from ...days.library import HOLIDAYS
from ...days.library_layer import DayChange, plan_deadlines, plan_library, take_changes
from ...models import CalendarDay
from .forms import DAYS
from .touched import by_day, day_words

YEARS_AHEAD = 4


class LibraryPages:
    """The page, mixed into the special days' admin."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.library_view)
        return [path("library/", view, name="meetings_calendarday_library"), *super().get_urls()]

    def library_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        this_year = timezone.localdate().year
        years = range(this_year, this_year + YEARS_AHEAD + 1)
        states = list(State.objects.all())
        if request.method == "POST":
            return self._take(request, states, years)
        changes, unchanged = plan_library([state.code for state in states], years)
        touched = plan_deadlines(changes)
        moved = by_day(changes, touched)
        groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for change in changes:
            groups[change.state].append(change_shown(change, moved[change.key]))
        context = {
            **self.admin_site.each_context(request),
            "title": _("What the holiday library would change"),
            "opts": self.opts,
            "library": HOLIDAYS,
            "years": f"{years[0]}–{years[-1]}",
            "count": len(changes),
            "unchanged": unchanged,
            "deadlines": sum(len(each.changes) for each in touched),
            "groups": [
                {"state": state, "rows": groups[state.code]} for state in states if groups[state.code]
            ],
        }
        return TemplateResponse(request, "admin/meetings/calendarday/library.html", context)

    @transaction.atomic
    def _take(self, request: HttpRequest, states: list[State], years: range) -> HttpResponse:
        one_at_a_time(DAYS)
        chosen = set(request.POST.getlist("change"))
        changes, _unchanged = plan_library([state.code for state in states], years)
        taken = [change for change in changes if change.key in chosen]
        if len(taken) < len(chosen):
            messages.warning(
                request, _("The table has changed since this was shown. Nothing was taken; look again.")
            )
        elif not taken:
            messages.warning(request, _("Nothing was ticked, so nothing was taken."))
        else:
            moved = take_changes(taken, actor=request.user, reason=request.POST.get("reason", "") or HOLIDAYS)
            self._say(request, len(taken), sum(len(touched.changes) for touched in moved))
        return HttpResponseRedirect(reverse("admin:meetings_calendarday_library"))

    def _say(self, request: HttpRequest, days: int, deadlines: int) -> None:
        taken = ngettext("%(count)d day was taken.", "%(count)d days were taken.", days) % {"count": days}
        moved = ngettext("%(count)d deadline changed.", "%(count)d deadlines changed.", deadlines) % {
            "count": deadlines
        }
        messages.success(request, f"{taken} {moved}")


def change_shown(change: DayChange, moved: list[dict[str, Any]]) -> dict[str, Any]:
    """A change in words: the day, what it was and becomes, who wins over it, and the deadlines that it moves."""
    entry = change.after or change.before
    certainty = CalendarDay.Certainty(entry.certainty).label if entry else ""
    return {
        "change": change,
        "day": day_words(change.day),
        "certainty": certainty,
        "basis": CalendarDay.Basis(change.basis).label,
        "moved": moved,
    }
