"""The items of an agenda: proposed, edited, ordered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from rotation.lists import listed
from rotation.numbers import number_in

from ...agenda.acts import (
    AgendaRefused,
    change_item,
    propose_item,
    reorder,
    shift_item,
)
from ...agenda.snapshots import fingerprint
from ...agenda.stages import PUBLIC
from ...models import Agenda, AgendaItem, Document
from .forms import MOST_PAPERS, ItemForm, NewItemForm
from .page import AgendaPage, number_sent, only_post
from .shown import item_says

TAKEN = (
    "titles",
    "annotations",
    "mandate",
    "action",
    "minutes",
    "rapporteur",
    "papers",
    "is_sub",
    "is_bis",
    "urgency",
)


class ItemPages(AgendaPage):
    """The pages of the items, mixed into the agenda's admin."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/items/add/", view(self.propose_view), name="meetings_agenda_propose"),
            path("<int:pk>/order/", view(self.order_view), name="meetings_agenda_order"),
            path("items/<int:pk>/", view(self.item_view), name="meetings_agenda_item"),
            *super().get_urls(),
        ]

    def propose_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        agenda = self._agenda_for(request, pk)
        form = NewItemForm(request.POST or None, initial={"requested_on": timezone.localdate()})
        if form.is_valid():
            values = form.cleaned_data
            try:
                item = propose_item(
                    agenda.pk,
                    form.draft(),
                    requested_on=values["requested_on"],
                    urgency=values["urgency"],
                    actor=request.user,
                    reason=values["reason"],
                )
            except AgendaRefused as refusal:
                form.add_error("urgency" if refusal.code.startswith("urgency") else None, str(refusal))
            else:
                messages.success(request, _proposed(item))
                return self._back(agenda)
        return self._page(
            request,
            "form.html",
            agenda,
            title=_("Propose an item"),
            form=form,
            notes=[*_rules_told(agenda), *_papers_told(agenda, request.user)],
            confirm=_("Propose the item"),
        )

    def item_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        item = self._item_for(request, pk)
        initial = {name: getattr(item, name) for name in TAKEN}
        initial["proposers"] = list(item.proposals.values_list("state_id", flat=True))
        form = ItemForm(request.POST or None, initial=initial)
        if item.kind != AgendaItem.Kind.URGENT:
            del form.fields["urgency"]
        refusal = _changed(request, item, form) if form.is_valid() else None
        if form.is_valid() and refusal is None:
            messages.success(request, _("The item was changed."))
            return self._back(item.agenda)
        is_old = refusal is not None and refusal.code == "another_item"
        return self._page(
            request,
            "form.html",
            item.agenda,
            title=str(item),
            form=form,
            item=item,
            seen=fingerprint(item),
            now=item_says(item) if is_old else [],
            notes=[
                _("This changes the draft. Stages that were frozen stay as they are."),
                *_papers_told(item.agenda, request.user),
            ],
            confirm=_("Save the item"),
        )

    def order_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        only_post(request)
        agenda = self._agenda_for(request, pk)
        try:
            if "up" in request.POST or "down" in request.POST:
                name, by = ("up", -1) if "up" in request.POST else ("down", 1)
                key = number_sent(request, name)
                if not agenda.items.filter(pk=key).exists():
                    raise Http404
                shift_item(key, by, actor=request.user)
            else:
                sent = map(number_in, request.POST.getlist("item"))
                order = [key for key in sent if key is not None]
                reason = request.POST.get("reason", "").strip()[:300]
                reorder(
                    agenda.pk, order, seen=number_sent(request, "seen"), actor=request.user, reason=reason
                )
                messages.success(request, _("The order was saved."))
        except AgendaRefused as refusal:
            return self._refused(request, agenda, refusal)
        return self._back(agenda)


def _changed(request: HttpRequest, item: AgendaItem, form: ItemForm) -> AgendaRefused | None:
    """Save what a valid form says of an item; what refuses it is said in the form and returned."""
    values = form.cleaned_data
    try:
        change_item(
            item.pk,
            form.draft(),
            urgency=values.get("urgency", ""),
            actor=request.user,
            reason=values["reason"],
            seen=request.POST.get("seen", ""),
        )
    except AgendaRefused as refusal:
        form.add_error("urgency" if refusal.code.startswith("urgency") else None, str(refusal))
        return refusal
    return None


def _proposed(item: AgendaItem) -> str:
    match item.kind:
        case AgendaItem.Kind.URGENT:
            return _("The item came late: it waits for the parties' decision, and is not on the agenda yet.")
        case AgendaItem.Kind.SUPPLEMENTARY:
            return _("The item is on the agenda as a supplementary one.")
    return _("The item is on the agenda.")


def _rules_told(agenda: Agenda) -> list[str]:
    """By which rule a new item would go, as far as that is known."""
    if not agenda.stages.filter(code__in=[stage.value for stage in PUBLIC]).exists():
        return [_("The provisional agenda is not out yet: the item is a regular one.")]
    if not agenda.meeting.span.has_day or agenda.meeting.first_on is None:
        return [
            _(
                "The provisional agenda is out, and the day of the meeting is not known: the item is supplementary."
            )
        ]
    last = agenda.meeting.first_on - timedelta(days=agenda.supplementary_days)
    return [
        _(
            "The provisional agenda is out. An item requested by %(day)s is supplementary; a later one is urgent, "
            "needs a reason, and waits for the parties' decision."
        )
        % {"day": date_format(last)}
    ]


def _papers_told(agenda: Agenda, user: Any) -> list[str]:
    """The symbols of the meeting's papers, to be named in an item."""
    rows = Document.objects.visible_to(user).filter(meeting=agenda.meeting_id)
    symbols = (
        rows.exclude(status=Document.Status.WITHDRAWN).order_by("symbol").values_list("symbol", flat=True)
    )
    told = listed(symbols[:MOST_PAPERS])
    return [_("Papers of this meeting: %(symbols)s") % {"symbols": told}] if told else []
