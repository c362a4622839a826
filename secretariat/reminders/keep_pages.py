"""Holding, releasing, sending again and testing on the desk: each on a page that says what it does, with a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from meetings.papers.naming import needs_permission
from rotation.chosen import MOST, chosen_keys

from .ahead import mail_of
from .keeping import hold, release, send_again, send_test
from .ledger import still_wanted
from .letters import with_related
from .models import Delivery
from .settle_pages import ReasonForm
from .unsent import reasons_unsent

PERMISSION = "reminders.hold_delivery"
MOST_TESTS = 10


@dataclass(frozen=True, slots=True)
class Keeping:
    """One of the acts: which mails it is for, what it says it does, and what it does."""

    title: Any
    effect: Any
    button: Any
    rows: Callable[[], QuerySet[Delivery]]
    act: Callable[..., int] | None = None


KEEPINGS = {
    "hold": Keeping(
        gettext_lazy("Hold"),
        gettext_lazy(
            "It does not go when its hour comes, until it is released. If it becomes untrue meanwhile, it is "
            "cancelled as any other. Other mails about the same thing still go: hold those too, if they should wait."
        ),
        gettext_lazy("Hold"),
        lambda: Delivery.objects.waiting().filter(is_held=False),
        hold,
    ),
    "release": Keeping(
        gettext_lazy("Release"),
        gettext_lazy(
            "It goes when its hour comes; when that is past, at once. What is untrue by now does not go."
        ),
        gettext_lazy("Release"),
        lambda: Delivery.objects.held(),
        release,
    ),
    "resend": Keeping(
        gettext_lazy("Send again"),
        gettext_lazy(
            "The same text goes again at once, as a new mail that answers the first, to the address that the contact "
            "has now. What was sent stays in the record. What is no longer true is not sent again."
        ),
        gettext_lazy("Send again"),
        lambda: Delivery.objects.filter(state=Delivery.State.SENT),
        send_again,
    ),
    "test": Keeping(
        gettext_lazy("Send me a test"),
        gettext_lazy(
            "The mail goes to your own address, marked as a test. The contact gets nothing, and what is planned stays."
        ),
        gettext_lazy("Send to me"),
        lambda: Delivery.objects.all(),
    ),
}


class KeepPages:
    """One page for each act, for one mail or for those ticked in the list; mixed into the delivery's admin."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.keep_view)
        return [path("keep/<str:what>/", view, name="reminders_delivery_keep"), *super().get_urls()]

    def has_hold_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(PERMISSION)

    @admin.action(description=gettext_lazy("Hold…"), permissions=["hold"])
    def hold_chosen(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        return self._keep_chosen(request, queryset, "hold")

    @admin.action(description=gettext_lazy("Release…"), permissions=["hold"])
    def release_chosen(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        return self._keep_chosen(request, queryset, "release")

    @admin.action(description=gettext_lazy("Send again…"), permissions=["hold"])
    def resend_chosen(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        return self._keep_chosen(request, queryset, "resend")

    def _keep_chosen(self, request: HttpRequest, queryset: Any, what: str) -> HttpResponse | None:
        keys = KEEPINGS[what].rows().filter(pk__in=queryset.values("pk")).values_list("pk", flat=True)
        query = urlencode({"ids": ",".join(map(str, keys[:MOST]))})
        return HttpResponseRedirect(f"{reverse('admin:reminders_delivery_keep', args=[what])}?{query}")

    def keep_view(self, request: HttpRequest, what: str) -> HttpResponse:
        if what not in KEEPINGS:
            raise Http404
        if not (self.has_hold_permission(request) and self.has_view_permission(request)):
            raise PermissionDenied
        rows = KEEPINGS[what].rows().filter(pk__in=chosen_keys(request.GET))
        rows = list(with_related(rows).select_related("term__seat"))
        if what == "test" and any(row.is_withheld for row in rows):
            messages.warning(request, needs_permission())
            rows = [row for row in rows if not row.is_withheld]
        if not rows:
            messages.warning(
                request, _("None of the mails chosen is one that this can be done with, or not any more.")
            )
            return HttpResponseRedirect(reverse("admin:reminders_delivery_changelist"))
        if what == "test":
            rows = rows[:MOST_TESTS]
        # A test changes nothing, so nobody has to say why.
        form_class = forms.Form if what == "test" else ReasonForm
        form = form_class(request.POST if request.method == "POST" else None)
        if form.is_valid() and not _lacks_address(request, what):
            return self._keep(request, what, rows, form.cleaned_data.get("reason", ""))
        return self._keep_page(request, what, rows, form)

    def _keep(self, request: HttpRequest, what: str, rows: list[Delivery], reason: str) -> HttpResponse:
        act = KEEPINGS[what].act
        if act is None:
            self._test(request, rows, reason)
        else:
            count = act([row.pk for row in rows], actor=request.user, reason=reason)
            say = messages.success if count else messages.warning
            say(request, _done(what, count))
        if len(rows) == 1:
            return HttpResponseRedirect(reverse("admin:reminders_delivery_change", args=[rows[0].pk]))
        return HttpResponseRedirect(reverse("admin:reminders_delivery_changelist"))

    def _test(self, request: HttpRequest, rows: list[Delivery], reason: str) -> None:
        for row in rows:
            outcome = send_test(row, actor=request.user, reason=reason)
            if outcome.fate != "accepted":
                values = {"reply": outcome.reply}
                messages.error(request, _("The mail server did not take the test: %(reply)s") % values)
                return
        values = {"address": request.user.email}
        messages.success(request, _("The test was sent to %(address)s.") % values)

    def _keep_page(
        self, request: HttpRequest, what: str, rows: list[Delivery], form: ReasonForm
    ) -> HttpResponse:
        keeping = KEEPINGS[what]
        now = timezone.now()
        true = still_wanted(rows, now) if what == "resend" else {row.pk for row in rows}
        unsent = reasons_unsent([row for row in rows if row.pk not in true], now)
        context = {
            **self.admin_site.each_context(request),
            "title": keeping.title,
            "opts": self.opts,
            "form": form,
            "media": self.media + form.media,
            "has_errors": bool(form.errors),
            "effect": keeping.effect,
            "lacks_address": _lacks_address(request, what),
            "account": _account_page(request),
            "button": keeping.button,
            "mails": [(mail_of(row), unsent.get(row.pk, "")) for row in rows],
            "back": reverse("admin:reminders_delivery_preview", args=[rows[0].pk])
            if len(rows) == 1
            else reverse("admin:reminders_delivery_changelist"),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/reminders/delivery/keep.html", context)


def _lacks_address(request: HttpRequest, what: str) -> bool:
    return what == "test" and not request.user.email


def _account_page(request: HttpRequest) -> str:
    """Where one's own address is entered; empty for who may not."""
    may_change = request.user.has_perm("auth.change_user")
    return reverse("admin:auth_user_change", args=[request.user.pk]) if may_change else ""


def _done(what: str, count: int) -> str:
    match what:
        case "hold":
            text = ngettext("%(count)d mail is held.", "%(count)d mails are held.", count)
        case "release":
            text = ngettext("%(count)d mail was released.", "%(count)d mails were released.", count)
        case _:
            text = ngettext("%(count)d mail goes out again now.", "%(count)d mails go out again now.", count)
    return text % {"count": count}
