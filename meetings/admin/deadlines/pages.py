"""Settling dues and setting one by hand: one page for one due or for those ticked in the list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from rotation.concurrency import seal
from rotation.inputs import DayInput, MomentInput
from rotation.stale_pages import is_stale, seen_by, shown_anew

from ...deadlines.dues import DueRefused, NotLater, StandsAlready, extend_due, lock_dues, pin_due, settle_due
from ...models import Due
from ...schedule.dates import instant
from ..chosen import chosen_keys
from ..schedule.when import days_text
from .anyway import AsksAnyway
from .matrix import due_shown, settled_text

REASON = gettext_lazy("Stands in the history beside your name.")


class ReceivedForm(forms.Form):
    at = forms.SplitDateTimeField(
        label=gettext_lazy("Received at"),
        widget=MomentInput,
        help_text=gettext_lazy("On the secretariat's clock, named at the foot of the page."),
    )
    reason = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=300)


class WhyForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300, help_text=REASON)


class PinForm(AsksAnyway, WhyForm):
    day = forms.DateField(
        label=gettext_lazy("Due on"),
        widget=DayInput,
        help_text=gettext_lazy(
            "Closes at the deadline's hour on the state's own clock; stays when the meeting moves."
        ),
    )
    field_order = ["day", "anyway", "reason"]

    def __init__(self, *args: Any, dues: Iterable[Due] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dues = list(dues)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        day = values.get("day")
        if not day or values.get("anyway"):
            return values
        if self._is_over_on(day):
            text = _(
                "%(day)s has passed: the deadline would be overdue at once. Choose a later day, or tick below."
            )
            self.ask("day", text % {"day": days_text(day, day)})
        self.ask_if_closed([("day", day, {due.state for due in self.dues})])
        return values

    def _is_over_on(self, day: date) -> bool:
        """Whether the deadline would be over for one of the states already."""
        now = timezone.now()
        return any(instant(day, due.deadline.close_at, due.zone) <= now for due in self.dues)


class ExtendForm(PinForm):
    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if day := values.get("day"):
            for due in self.dues:
                if day <= due.due_on:
                    self.add_error("day", _not_later_text(due))
        return values


PAGES: dict[str, tuple[type[forms.Form], Any]] = {
    "received": (ReceivedForm, gettext_lazy("Mark as received")),
    "waived": (WhyForm, gettext_lazy("Waive")),
    "open": (WhyForm, gettext_lazy("Reopen")),
    "extended": (ExtendForm, pgettext_lazy("a deadline", "Extend")),
    "pinned": (PinForm, gettext_lazy("Set by hand")),
}


SET_BY_HAND = {"extended": extend_due, "pinned": pin_due}


class DuePages:
    """The page, mixed into the due's admin."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.settle_view)
        return [path("settle/<str:what>/", view, name="meetings_due_settle"), *super().get_urls()]

    @shown_anew
    def settle_view(self, request: HttpRequest, what: str) -> HttpResponse:
        if what not in PAGES:
            raise Http404
        if not self.has_change_permission(request):
            raise PermissionDenied
        keys = chosen_keys(request.GET)
        dues = list(Due.objects.with_meeting().filter(pk__in=keys))
        if not dues:
            raise Http404
        form_class, title = PAGES[what]
        # A day that was asked for stands in the form; staff decide whether it is the one.
        initial = {"at": timezone.localtime(), "day": request.GET.get("day", "")}
        about = {"dues": dues} if issubclass(form_class, PinForm) else {}
        form = form_class(request.POST or None, initial=initial, **about)
        if form.is_valid() and not is_stale(request):
            try:
                with seen_by(request):
                    return self._settle(request, dues, what, form.cleaned_data)
            except StandsAlready as refusal:
                form.add_error(None, _standing_text(refusal.due))
            except NotLater as refusal:
                form.add_error("day", _not_later_text(refusal.due))
            except DueRefused as refusal:
                form.add_error(None, str(refusal))
        return self._page(request, dues, form, title)

    @transaction.atomic
    def _settle(
        self, request: HttpRequest, dues: list[Due], what: str, values: dict[str, Any]
    ) -> HttpResponse:
        for due in lock_dues(due.pk for due in dues):
            if what in SET_BY_HAND:
                SET_BY_HAND[what](
                    due.pk,
                    day=values["day"],
                    actor=request.user,
                    reason=values["reason"],
                    may_be_past=values["anyway"],
                )
            else:
                settle_due(
                    due.pk, status=what, at=values.get("at"), actor=request.user, reason=values["reason"]
                )
        count = len(dues)
        text = ngettext("%(count)d deadline was recorded.", "%(count)d deadlines were recorded.", count)
        messages.success(request, text % {"count": count})
        if count == 1:
            return HttpResponseRedirect(reverse("admin:meetings_due_change", args=[dues[0].pk]))
        return HttpResponseRedirect(reverse("admin:meetings_due_changelist"))

    def _page(self, request: HttpRequest, dues: list[Due], form: forms.Form, title: Any) -> HttpResponse:
        now = timezone.now()
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "form": form,
            "media": self.media + form.media,
            "dues": [due_shown(due, now) for due in dues],
            "seen": seal(*sorted(dues, key=lambda due: due.pk)),
            "confirm": title,
            "has_errors": bool(form.errors),
            "heading": _("Deadlines that this concerns"),
        }
        return TemplateResponse(request, "admin/meetings/due/settle.html", context)


def _not_later_text(due: Due) -> str:
    values = {"due": due, "day": days_text(due.due_on, due.due_on)}
    return _("An extension gives more time: %(due)s is due on %(day)s already.") % values


def _standing_text(due: Due) -> str:
    """That a due is settled already, or open already, and how to go on."""
    values = {"due": due, "status": due.get_status_display(), "settled": settled_text(due)}
    if due.status == Due.Status.OPEN:
        return _("%(due)s has changed since this was shown: it is open again. Nothing was recorded.") % values
    return (
        _(
            "%(due)s has changed since this was shown: %(status)s (%(settled)s). Nothing was recorded. "
            "To correct it, reopen it first."
        )
        % values
    )
