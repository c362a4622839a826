"""What the pages behind the links ask for."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.models import Due

from ..models import Reply

MOST = timedelta(days=366)


class ReplyForm(forms.Form):
    """Nothing but the button."""

    def __init__(self, *args: Any, due: Due, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.due = due


class SubmittedForm(ReplyForm):
    text = forms.CharField(
        label=gettext_lazy("How it was sent"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("For example the number of the note. It may stay empty."),
    )


class ExtensionForm(ReplyForm):
    until = forms.DateField(
        label=gettext_lazy("Until which day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    text = forms.CharField(
        label=gettext_lazy("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first, last = self._days()
        self.fields["until"].widget.attrs |= {"min": first.isoformat(), "max": last.isoformat()}

    def _days(self) -> tuple[date, date]:
        return self.due.due_on + timedelta(days=1), self.due.due_on + MOST

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        first, last = self._days()
        if until < first:
            raise forms.ValidationError(_("This day is not after the day on which it is due."))
        if until > last:
            raise forms.ValidationError(_("This day is more than a year away."))
        return until


FORMS: dict[str, type[ReplyForm]] = {
    Reply.What.RECEIVED: ReplyForm,
    Reply.What.SUBMITTED: SubmittedForm,
    Reply.What.EXTENSION: ExtensionForm,
}
