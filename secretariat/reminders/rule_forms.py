"""The form of a line of the policy: the keys that deadlines have, to choose from."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.models import Deadline, TemplateLine
from rotation.history_admin import ReasonForm

from .models import ReminderRule


class RuleForm(ReasonForm):
    """No key is entered by hand: of one that no deadline has, nothing would ever be told."""

    key = forms.ChoiceField(
        label=capfirst(ReminderRule._meta.get_field("key").verbose_name),
        required=False,
        help_text=gettext_lazy("The keys of the templates' lines and of the meetings' deadlines."),
        error_messages={
            "invalid_choice": gettext_lazy(
                "No deadline has the key “%(value)s”. Choose one of the list, or first give this key to a line of a "
                "deadline template."
            )
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = keys()
        if self.instance.key and self.instance.key not in known:
            known[self.instance.key] = _("%(key)s — no deadline has it any more") % {"key": self.instance.key}
        self.fields["key"].choices = [("", _("every deadline")), *known.items()]


def keys() -> dict[str, str]:
    """The keys that deadlines have, each with what is due by it; those of templates say it before a meeting's own."""
    found: dict[str, str] = {}
    for rows in (TemplateLine.objects, Deadline.objects):
        for row in rows.exclude(key="").exclude(key__in=list(found)).distinct("key").order_by("key", "pk"):
            found[row.key] = f"{row.key} — {row}"
    return dict(sorted(found.items()))
