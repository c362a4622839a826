"""The acts upon a delegation and its delegates, each with a page of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from rotation.concurrency import seal
from rotation.stale_pages import is_stale, seen_by, shown_anew

from ...models import Delegate, Delegation
from ...people.delegations import (
    DelegationRefused,
    add_delegate,
    change_delegate,
    receive_delegation,
    restore_delegate,
    take_back_receipt,
    withdraw_delegate,
)
from ...people.retaining import ErasureRefused, erase_on_request
from ..act_pages import ActPages, require
from .forms import DelegateForm, ReceiveForm, WhyForm
from .shown import PERSONAL, delegate_shown


@dataclass(frozen=True, slots=True)
class Act:
    """A page: what it is called, what it asks, the verb that it carries out and who may."""

    title: Any
    form: type[forms.Form]
    verb: Callable[..., Any]
    permissions: tuple[str, ...]
    note: Any = ""


CHANGE, CHANGE_PERSON = ("meetings.change_delegation",), ("meetings.change_delegate", PERSONAL)
ACTS = {
    "receive": Act(_("Mark as communicated"), ReceiveForm, receive_delegation, CHANGE,
                   _("The deadline of this state for its delegation counts as met from then.")),
    "take-back": Act(_("Not communicated after all"), WhyForm, take_back_receipt, CHANGE,
                     _("The deadline of this state for its delegation is open again.")),
}  # fmt: skip
PERSON_ACTS = {
    "withdraw": Act(_("Does not come"), WhyForm, withdraw_delegate, CHANGE_PERSON),
    "restore": Act(_("Comes after all"), WhyForm, restore_delegate, CHANGE_PERSON),
    "erase": Act(_("Erase name and office"), WhyForm, erase_on_request, ("meetings.add_erasure", PERSONAL),
                 _("Name and office go from the delegation, from every list that was issued and from every earlier "
                   "version, for good. Number, role and rank stay.")),
}  # fmt: skip


class DelegatePages(ActPages):
    """The pages, mixed into the delegation's admin."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/person/", view(self.add_person_view), name="meetings_delegation_add_person"),
            path("person/<int:pk>/", view(self.person_view), name="meetings_delegation_person"),
            path("person/<int:pk>/<slug:what>/", view(self.person_act_view), name="meetings_delegate_act"),
            path("<int:pk>/act/<slug:what>/", view(self.act_view), name="meetings_delegation_act"),
            *super().get_urls(),
        ]

    @shown_anew
    def add_person_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        require(request, *CHANGE_PERSON)
        delegation = get_object_or_404(Delegation.objects.with_people(), pk=pk)
        first = {} if delegation.head else {"role": Delegate.Role.HEAD, "rank": Delegate.Rank.MINISTER}
        form = DelegateForm(request.POST or None, initial=first)

        def save() -> None:
            reason = form.cleaned_data["reason"]
            add_delegate(delegation.pk, form.person(), actor=request.user, reason=reason)

        return self._carry_out(request, delegation, form, save, _("Add a delegate"), shown=delegation)

    @shown_anew
    def person_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        require(request, *CHANGE_PERSON)
        delegate = self._delegate(pk)
        form = DelegateForm(request.POST or None, initial=DelegateForm.initial_of(delegate))

        def save() -> None:
            reason = form.cleaned_data["reason"]
            change_delegate(delegate.pk, form.person(), actor=request.user, reason=reason)

        versions = [row for row in delegate.particulars.all() if row.number != delegate.version]
        return self._carry_out(
            request,
            delegate.delegation,
            form,
            save,
            _("Change a delegate"),
            shown=delegate,
            versions=versions[::-1],
        )

    @shown_anew
    def act_view(self, request: HttpRequest, pk: int, what: str) -> HttpResponse:
        act = _known(ACTS, what)
        require(request, *act.permissions)
        delegation = get_object_or_404(Delegation.objects.with_people(), pk=pk)
        form = act.form(request.POST or None)

        def save() -> None:
            act.verb(delegation.pk, actor=request.user, **form.cleaned_data)

        return self._carry_out(request, delegation, form, save, act.title, shown=delegation, note=act.note)

    @shown_anew
    def person_act_view(self, request: HttpRequest, pk: int, what: str) -> HttpResponse:
        act = _known(PERSON_ACTS, what)
        require(request, *act.permissions)
        delegate = self._delegate(pk)
        form = act.form(request.POST or None)

        def save() -> None:
            act.verb(delegate.pk, actor=request.user, **form.cleaned_data)

        person = delegate_shown(delegate, all_names=True)
        return self._carry_out(
            request, delegate.delegation, form, save, act.title, shown=delegate, note=act.note, person=person
        )

    def _delegate(self, pk: int) -> Delegate:
        rows = Delegate.objects.select_related(
            "delegation__meeting__track", "delegation__state", "delegation__organisation__state"
        )
        return get_object_or_404(rows.prefetch_related("particulars__recorded_by"), pk=pk)

    def _carry_out(
        self,
        request: HttpRequest,
        delegation: Delegation,
        form: forms.Form,
        save: Callable[[], None],
        title: Any,
        *,
        shown: Delegation | Delegate,
        **context: Any,
    ) -> HttpResponse:
        """Carry out what was confirmed and go back to the delegation, or show the page, with the refusal if any."""
        back = reverse("admin:meetings_delegation_change", args=[delegation.pk])
        if form.is_valid() and not is_stale(request):
            try:
                with seen_by(request):
                    save()
            except (DelegationRefused, ErasureRefused) as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("This was recorded."))
                return HttpResponseRedirect(back)
        frame = {"title": title, "confirm": title, "subtitle": str(delegation), "back": back}
        frame["seen"] = seal(shown)
        return self.act_page(request, "admin/meetings/delegation/act.html", form=form, **frame | context)


def _known(acts: dict[str, Act], what: str) -> Act:
    if what not in acts:
        raise Http404
    return acts[what]
