"""New days for deadlines that were past, or too near, when the meeting was set: proposed, changed, taken."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rotation.act_view import Act, Asked
from rotation.forms import state_names
from rotation.inputs import DayInput

from ...deadlines.short_days import NothingAtShortNotice, ShortDue, short_dues, take_short_days
from ...deadlines.trails import trail_text
from ...models import Meeting
from ..schedule.move_pages import proposal_shown
from .anyway import AsksAnyway
from .matrix import due_shown


class ShortForm(AsksAnyway):
    """A day for each deadline; one left empty stays as it is, and flagged."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=gettext_lazy("Stands in the history, and beside each deadline."),
    )

    def __init__(self, *args: Any, rows: list[ShortDue], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.states = {f"due_{row.due.pk}": row.due.state for row in rows}
        for row in rows:
            self.fields[f"due_{row.due.pk}"] = forms.DateField(
                label=str(row.due),
                required=False,
                widget=DayInput,
                initial=row.proposal.due_on if row.proposal else None,
            )

    def days(self) -> dict[int, date]:
        values = self.cleaned_data
        return {int(name[4:]): day for name, day in values.items() if name.startswith("due_") and day}

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if not self.errors and not self.days():
            raise forms.ValidationError(_("Give a day to one deadline at least."))
        if not values.get("anyway"):
            asked = {name: values[name] for name in self.states if values.get(name)}
            self.ask_if_closed((name, day, [self.states[name]]) for name, day in asked.items())
        return values


class ShortDays(Act):
    slug, path, form = "short", "<int:pk>/short-notice/", ShortForm
    title = gettext_lazy("Deadlines at short notice")
    confirm = gettext_lazy("Take these days")
    template = "admin/meetings/meeting/short.html"
    foreseen = "row"

    def subject(self, pages: Any, request: HttpRequest, pk: int) -> Meeting | None:
        return Meeting.objects.with_parties().filter(pk=pk).first()

    def foresee(self, asked: Asked) -> list[ShortDue]:
        rows = short_dues(asked.subject)
        if not rows:
            raise NothingAtShortNotice
        return rows

    def ask(self, asked: Asked, data: Any, files: Any) -> forms.Form:
        return ShortForm(data, rows=asked.plan)

    def sealed(self, asked: Asked) -> tuple[Any, ...]:
        return asked.subject, *sorted((row.due for row in asked.plan), key=lambda due: due.pk)

    def shown(self, asked: Asked) -> dict[str, Any]:
        now, names = timezone.now(), state_names()
        rows = [
            {
                **due_shown(row.due, now),
                "trail": trail_text(row.due.trail, names),
                "proposal": row.proposal and proposal_shown(row.proposal, names),
                "field": asked.form[f"due_{row.due.pk}"],
            }
            for row in asked.plan
        ]
        return {"meeting": asked.subject, "rows": rows}

    def act(self, asked: Asked) -> Any:
        days, reason = asked.form.days(), asked.values["reason"]
        return take_short_days(asked.subject.pk, days=days, actor=asked.actor, reason=reason)

    def said(self, asked: Asked, result: Any) -> str:
        count = len(result)
        return ngettext("%(count)d new day was taken.", "%(count)d new days were taken.", count) % {
            "count": count
        }
