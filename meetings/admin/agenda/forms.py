"""What is asked about an agenda: its items, the parties' decisions on them, its rules, the note of a stage."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rotation.forms import state_names
from rotation.inputs import PastDay
from rotation.translated import TextsFormField, TextsWidget

from ...agenda.acts import RULES, ItemDraft
from ...models import Agenda, AgendaItem

MOST_PAPERS, LONGEST_PAPER = 50, 300


class FewLines(forms.Textarea):
    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"rows": 3} | (attrs or {}))


class LinesField(forms.CharField):
    """A list of short texts, one a line."""

    widget = FewLines

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> tuple[str, ...]:  # type: ignore[override]
        lines = (line.strip() for line in super().to_python(value).splitlines())
        return tuple(line for line in lines if line)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if len(value) > MOST_PAPERS or any(len(line) > LONGEST_PAPER for line in value):
            raise ValidationError(
                gettext("No more than %(count)s lines, each of %(length)s characters at most.")
                % {"count": MOST_PAPERS, "length": LONGEST_PAPER}
            )


def wide_text(label: Any, *, max_length: int, required: bool = False, help_text: Any = "") -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "vTextField"})
    return forms.CharField(
        label=label, max_length=max_length, required=required, widget=widget, help_text=help_text
    )


class ReasonField(forms.Form):
    reason = wide_text(
        _("Reason for this change"), max_length=300, help_text=_("Stands in the history beside your name.")
    )


class ItemForm(ReasonField):
    """What an item says."""

    titles = TextsFormField(label=_("Title"))
    proposers = forms.MultipleChoiceField(
        label=_("Proposed by"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: the secretariat proposes it."),
    )
    action = forms.ChoiceField(label=_("Action expected"), required=False)
    minutes = forms.IntegerField(label=_("Minutes"), required=False, min_value=1, max_value=1440)
    rapporteur = wide_text(_("Rapporteur"), max_length=200, help_text=_("Who introduces the item."))
    mandate = wide_text(
        _("Mandate"), max_length=500, help_text=_("The paper and paragraph that ask for this item.")
    )
    papers = LinesField(
        label=_("Papers"), required=False, help_text=_("One a line: the symbol, or the title.")
    )
    annotations = TextsFormField(
        label=_("Annotation"),
        required=False,
        max_length=6000,
        widget=TextsWidget(base=FewLines),
        help_text=_("Background; printed in the annotated list."),
    )
    is_sub = forms.BooleanField(
        label=_("Part of the item above"), required=False, help_text=_("Numbered with a letter: 2 (a).")
    )
    is_bis = forms.BooleanField(
        label=_("Numbered bis"),
        required=False,
        help_text=_(
            "2 bis: the items after it keep their numbers, as people know them from an issued agenda."
        ),
    )
    urgency = forms.CharField(
        label=_("Why it is important and urgent"),
        required=False,
        max_length=2000,
        widget=FewLines,
        help_text=_("Only for an item that comes too late to be a supplementary one."),
    )
    field_order = ["titles", "requested_on", "urgency"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["proposers"].choices = list(state_names().items())
        self.fields["action"].choices = [("", "—"), *AgendaItem.Action.choices]
        self.order_fields([*self.field_order, *(name for name in self.fields if name != "reason"), "reason"])

    def draft(self) -> ItemDraft:
        """The item that a valid form says."""
        values = self.cleaned_data
        names = (
            "titles",
            "annotations",
            "mandate",
            "action",
            "minutes",
            "rapporteur",
            "papers",
            "is_sub",
            "is_bis",
        )
        return ItemDraft(proposers=tuple(values["proposers"]), **{name: values[name] for name in names})


class NewItemForm(ItemForm):
    requested_on = PastDay(
        label=_("Requested on"), help_text=_("The day on which the request came in: late items go by it.")
    )


class DecideForm(forms.Form):
    """What the parties decided on an urgent item."""

    outcome = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            ("admit", _("The item is admitted to the agenda")),
            ("decline", _("The item is not admitted")),
        ],
        widget=forms.RadioSelect,
        initial="admit",
    )
    decided_on = PastDay(label=_("Decided on"))
    basis = wide_text(
        _("Where it stands"),
        max_length=300,
        required=True,
        help_text=_("The note or record of the decision, such as “silence procedure closed on 3 June”."),
    )
    at_once = forms.BooleanField(
        label=_("It may be considered at once"),
        required=False,
        help_text=_("Tick it only where the parties decided that the item need not wait."),
    )


class WhyForm(forms.Form):
    reason = wide_text(
        _("Reason"), max_length=300, required=True, help_text=_("Stands in the history beside your name.")
    )


class NoteForm(forms.Form):
    note = wide_text(
        _("Note"),
        max_length=300,
        help_text=_("Stands beside the stage, such as the circular that it goes with."),
    )


class RulesForm(forms.ModelForm):
    """The session and the periods of notice."""

    reason = ReasonField.base_fields["reason"]

    class Meta:
        model = Agenda
        fields = RULES
