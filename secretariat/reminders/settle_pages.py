"""Settling what staff must decide: mails of which nobody knows whether they arrived, refused ones, and late ones."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from meetings.admin.schedule.when import instant_text
from rotation.chosen import MOST, chosen_keys

from .ledger import still_wanted
from .models import TITLED, Delivery, DeliveryEvent
from .restoration import IN_DOUBT
from .settling import note_lapse, settle, try_again
from .shown import reply_of
from .unsent import reasons_unsent

PERMISSION = "reminders.settle_delivery"


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=gettext_lazy("Stands in the record of each mail beside your name."),
    )


class ArrivalForm(ReasonForm):
    # No choice is made for the reader: either is wrong when it is a guess.
    what = forms.ChoiceField(
        label=gettext_lazy("What you found"),
        widget=forms.RadioSelect,
        choices=[
            ("arrived", gettext_lazy("It arrived")),
            ("again", gettext_lazy("Send the same mail again")),
        ],
    )
    field_order = ["what", "reason"]


class LapseForm(ReasonForm):
    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["reason"].label = gettext_lazy("What was done about it")


class SettlePages:
    """Three pages for one mail or for those ticked in the list, mixed into the delivery's admin."""

    # what: the state that it is for, its form
    SETTLED: dict[str, tuple[str, type[forms.Form]]] = {
        "arrival": (Delivery.State.UNCERTAIN, ArrivalForm),
        "refusal": (Delivery.State.FAILED, ReasonForm),
        "lapse": (Delivery.State.LAPSED, LapseForm),
    }

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.settle_view)
        return [path("settle/<str:what>/", view, name="reminders_delivery_settle"), *super().get_urls()]

    def has_settle_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(PERMISSION)

    @admin.action(description=gettext_lazy("Did they arrive?…"), permissions=["settle"])
    def settle_arrival(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        return self._chosen(request, queryset, "arrival", _("Choose mails not known to have arrived."))

    @admin.action(description=gettext_lazy("Try failed ones again…"), permissions=["settle"])
    def settle_refusal(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        return self._chosen(request, queryset, "refusal", _("Choose mails that failed."))

    @admin.action(description=gettext_lazy("Note those not sent in time…"), permissions=["settle"])
    def settle_lapse(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        return self._chosen(request, queryset, "lapse", _("Choose mails not sent in time."))

    def _chosen(self, request: HttpRequest, queryset: Any, what: str, otherwise: str) -> HttpResponse | None:
        keys = list(queryset.filter(state=self.SETTLED[what][0]).values_list("pk", flat=True)[:MOST])
        if not keys:
            messages.warning(request, otherwise)
            return None
        query = urlencode({"ids": ",".join(map(str, keys))})
        return HttpResponseRedirect(f"{reverse('admin:reminders_delivery_settle', args=[what])}?{query}")

    def settle_view(self, request: HttpRequest, what: str) -> HttpResponse:
        if what not in self.SETTLED:
            raise Http404
        if not self.has_settle_permission(request):
            raise PermissionDenied
        state, form_class = self.SETTLED[what]
        keys = chosen_keys(request.GET)
        rows = list(
            Delivery.objects.filter(pk__in=keys, state=state)
            .select_related("contact__ministry__state", "meeting__track", "term__seat")
            .prefetch_related(*TITLED)
            .order_by("expires_at", "pk")
        )
        if not rows:
            messages.warning(request, _("This is settled already."))
            return HttpResponseRedirect(reverse("admin:reminders_delivery_changelist"))
        form = form_class(request.POST if request.method == "POST" else None)
        if form.is_valid():
            return self._settle(request, rows, form.cleaned_data, what)
        return self._page(request, rows, form, what)

    @transaction.atomic
    def _settle(
        self, request: HttpRequest, rows: list[Delivery], values: dict[str, Any], what: str
    ) -> HttpResponse:
        why: dict[str, Any] = {"actor": request.user, "reason": values["reason"]}
        keys = [row.pk for row in rows]
        if what == "lapse":
            count = note_lapse(keys, **why)
            text = ngettext("%(count)d mail was noted.", "%(count)d mails were noted.", count)
        elif what == "arrival" and values["what"] == "arrived":
            count = settle(keys, arrived=True, **why)
            text = ngettext(
                "%(count)d mail was recorded as arrived.", "%(count)d mails were recorded as arrived.", count
            )
        else:
            count = settle(keys, arrived=False, **why) if what == "arrival" else try_again(keys, **why)
            text = ngettext("%(count)d mail goes out again now.", "%(count)d mails go out again now.", count)
        messages.success(request, text % {"count": count})
        if len(rows) == 1:
            return HttpResponseRedirect(reverse("admin:reminders_delivery_change", args=[rows[0].pk]))
        return HttpResponseRedirect(f"{reverse('admin:reminders_delivery_changelist')}?outcome=unsettled")

    def _page(self, request: HttpRequest, rows: list[Delivery], form: forms.Form, what: str) -> HttpResponse:
        now = timezone.now()
        true = still_wanted(rows, now)
        unsent = reasons_unsent([row for row in rows if row.pk not in true], now)
        titles = {
            "arrival": ngettext("Did this mail arrive?", "Did these mails arrive?", len(rows)),
            "refusal": ngettext("Try this mail again", "Try these mails again", len(rows)),
            "lapse": ngettext(
                "This mail was not sent in time", "These mails were not sent in time", len(rows)
            ),
        }
        context = {
            **self.admin_site.each_context(request),
            "title": titles[what],
            "what": what,
            "opts": self.opts,
            "form": form,
            "media": self.media + form.media,
            "has_errors": bool(form.errors),
            "tick": settings.TICK_SECONDS,
            "is_restored": DeliveryEvent.objects.filter(delivery__in=rows, detail=IN_DOUBT).exists(),
            "mails": [_mail_shown(row, unsent.get(row.pk, "")) for row in rows],
        }
        return TemplateResponse(request, "admin/reminders/delivery/settle.html", context)


def _mail_shown(row: Delivery, why_unsent: str) -> dict[str, Any]:
    """A mail, and what would become of it if it were sent again. why_unsent: empty where it would go."""
    tried = row.dated_at
    return {
        "row": row,
        "address": row.recipient or row.contact.email,
        "has_new_address": bool(row.recipient) and row.recipient != row.contact.email,
        "reply": reply_of(row),
        "planned": instant_text(row.planned_at, row.zone),
        "tried": instant_text(tried, row.zone) if tried else "",
        "why_unsent": why_unsent,
    }
