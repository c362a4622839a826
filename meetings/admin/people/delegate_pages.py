"""The acts upon a delegation and its delegates, each with a page of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rotation.act_view import Act, Asked, changed

from ...models import Delegate, Delegation
from ...people.delegations import (
    add_delegate,
    change_delegate,
    receive_delegation,
    restore_delegate,
    take_back_receipt,
    withdraw_delegate,
)
from ...people.retaining import erase_on_request
from .forms import DelegateForm, ReceiveForm, WhyForm
from .shown import PERSONAL, delegate_shown


class DelegationAct(Act):
    """Upon a delegation; with a verb of its own and nothing to add it carries that out with what the form says."""

    template = "admin/meetings/delegation/act.html"
    done = _("This was recorded.")
    form = WhyForm
    verb: Callable[..., Any]
    note: str | Promise = ""

    def subject(self, pages: Any, request: HttpRequest, pk: int) -> Any:
        return Delegation.objects.with_people().filter(pk=pk).first()

    def confirm_of(self, asked: Asked) -> str:
        return str(self.title)

    def shown(self, asked: Asked) -> dict[str, Any]:
        return {"note": self.note}

    def act(self, asked: Asked) -> Any:
        return self.verb(asked.subject.pk, actor=asked.actor, **asked.values)


class Communicate(DelegationAct):
    slug, form = "receive", ReceiveForm
    title = _("Mark as communicated")
    note = _("The deadline of this state for its delegation counts as met from then.")
    verb = staticmethod(receive_delegation)


class TakeBackReceipt(DelegationAct):
    slug, path = "take_back", "<int:pk>/take-back/"
    title = _("Not communicated after all")
    note = _("The deadline of this state for its delegation is open again.")
    verb = staticmethod(take_back_receipt)


class AddPerson(DelegationAct):
    slug, path = "add_person", "<int:pk>/person/"
    title = _("Add a delegate")
    permissions = ["meetings.change_delegate", PERSONAL]

    def ask(self, asked: Asked, data: Any, files: Any) -> forms.Form:
        first = {} if asked.subject.head else {"role": Delegate.Role.HEAD, "rank": Delegate.Rank.MINISTER}
        return DelegateForm(data, initial=first)

    def act(self, asked: Asked) -> Any:
        reason = asked.values["reason"]
        return add_delegate(asked.subject.pk, asked.form.person(), actor=asked.actor, reason=reason)


class PersonAct(DelegationAct):
    """Upon one delegate."""

    permissions = ["meetings.change_delegate", PERSONAL]

    def subject(self, pages: Any, request: HttpRequest, pk: int) -> Any:
        rows = Delegate.objects.select_related(
            "delegation__meeting__track", "delegation__state", "delegation__organisation__state"
        )
        return rows.prefetch_related("particulars__recorded_by").filter(pk=pk).first()

    def subtitle(self, asked: Asked) -> str:
        return str(asked.subject.delegation)

    def back(self, asked: Asked) -> str:
        return changed(asked.subject.delegation)

    def shown(self, asked: Asked) -> dict[str, Any]:
        return {"note": self.note, "person": delegate_shown(asked.subject, all_names=True)}


class ChangePerson(PersonAct):
    slug, path = "person", "person/<int:pk>/"
    title = _("Change a delegate")

    def ask(self, asked: Asked, data: Any, files: Any) -> forms.Form:
        return DelegateForm(data, initial=DelegateForm.initial_of(asked.subject))

    def shown(self, asked: Asked) -> dict[str, Any]:
        delegate = asked.subject
        earlier = [row for row in delegate.particulars.all() if row.number != delegate.version]
        return {"versions": earlier[::-1]}

    def act(self, asked: Asked) -> Any:
        reason = asked.values["reason"]
        return change_delegate(asked.subject.pk, asked.form.person(), actor=asked.actor, reason=reason)


class WithdrawPerson(PersonAct):
    slug, path = "person_withdraw", "person/<int:pk>/withdraw/"
    title = _("Does not come")
    verb = staticmethod(withdraw_delegate)


class RestorePerson(PersonAct):
    slug, path = "person_restore", "person/<int:pk>/restore/"
    title = _("Comes after all")
    verb = staticmethod(restore_delegate)


class ErasePerson(PersonAct):
    slug, path = "person_erase", "person/<int:pk>/erase/"
    title = _("Erase name and office")
    permissions = ["meetings.add_erasure", PERSONAL]
    note = _(
        "Name and office go from the delegation, from every list that was issued and from every earlier "
        "version, for good. Number, role and rank stay."
    )
    is_grave = True
    verb = staticmethod(erase_on_request)


ACTS = [
    *(Communicate(), TakeBackReceipt(), AddPerson()),
    *(ChangePerson(), WithdrawPerson(), RestorePerson(), ErasePerson()),
]
