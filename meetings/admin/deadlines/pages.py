"""Settling dues and setting one by hand: one page for one due or for those ticked in the list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from rotation.act_view import Asked, ManyAct
from rotation.inputs import DayInput, MomentInput
from rotation.refused import Refused

from ...deadlines.dues import NotLater, StandsAlready, extend_due, lock_dues, pin_due, settle_due
from ...models import Due
from ...schedule.dates import instant
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


class SettleAct(ManyAct):
    """What becomes of one due or of several; all of them or none."""

    path = "settle/{slug}/"
    template = "admin/meetings/due/settle.html"
    form = WhyForm
    status: str

    def rows(self, pages: Any, request: HttpRequest) -> QuerySet[Due]:
        return Due.objects.with_meeting()

    def confirm_of(self, asked: Asked) -> str:
        return str(self.title)

    def sealed(self, asked: Asked) -> tuple[Any, ...]:
        return tuple(sorted(asked.subject, key=lambda due: due.pk))

    def shown(self, asked: Asked) -> dict[str, Any]:
        now = timezone.now()
        return {"dues": [due_shown(due, now) for due in asked.subject]}

    def act(self, asked: Asked) -> int:
        dues = lock_dues(due.pk for due in asked.subject)
        for due in dues:
            self.settle(due, asked)
        return len(dues)

    def settle(self, due: Due, asked: Asked) -> None:
        at, reason = asked.values.get("at"), asked.values["reason"]
        settle_due(due.pk, status=self.status, at=at, actor=asked.actor, reason=reason)

    def refusal_text(self, refusal: Refused) -> str:
        if isinstance(refusal, StandsAlready):
            return _standing_text(refusal.due)
        return _not_later_text(refusal.due) if isinstance(refusal, NotLater) else str(refusal)

    def said(self, asked: Asked, result: int) -> str:
        text = ngettext("%(count)d deadline was recorded.", "%(count)d deadlines were recorded.", result)
        return text % {"count": result}


class Receive(SettleAct):
    slug = status = Due.Status.RECEIVED.value
    form = ReceivedForm
    title = gettext_lazy("Mark as received")

    def ask(self, asked: Asked, data: Any, files: Any) -> forms.Form:
        return ReceivedForm(data, initial={"at": timezone.localtime()})


class Waive(SettleAct):
    slug = status = Due.Status.WAIVED.value
    title = gettext_lazy("Waive")


class Reopen(SettleAct):
    slug = status = Due.Status.OPEN.value
    title = gettext_lazy("Reopen")


class SetByHand(SettleAct):
    slug, form = "pinned", PinForm
    title = gettext_lazy("Set by hand")
    verb: Any = staticmethod(pin_due)

    def ask(self, asked: Asked, data: Any, files: Any) -> forms.Form:
        # A day that was asked for stands in the form; staff decide whether it is the one.
        return self.form(data, initial={"day": asked.request.GET.get("day", "")}, dues=asked.subject)

    def settle(self, due: Due, asked: Asked) -> None:
        day, reason, anyway = (asked.values[name] for name in ("day", "reason", "anyway"))
        self.verb(due.pk, day=day, actor=asked.actor, reason=reason, may_be_past=anyway)


class Extend(SetByHand):
    slug, form = "extended", ExtendForm
    title = pgettext_lazy("a deadline", "Extend")
    verb = staticmethod(extend_due)


ACTS = [Receive(), Waive(), Reopen(), Extend(), SetByHand()]


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
