"""What is asked when a paper is registered, filled, issued, followed and withdrawn."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from rotation.history_admin import ReasonForm
from rotation.inputs import DayInput
from rotation.translated import TextsFormField

from ...models import Document, Meeting, SymbolScheme, Track
from ...papers.symbols import NATURE, BadPattern, BadSymbol, Pattern, Symbol
from .languages import LanguagesField

LINE = forms.TextInput(attrs={"class": "vTextField"})
ACCEPTED = ".pdf,.docx,.xlsx,.pptx,.odt,.ods,.txt"


def required_languages() -> LanguagesField:
    return LanguagesField(
        label=_("Required languages"),
        help_text=_("The paper is issued when all of these are there, or by a recorded exception."),
    )


def authentic_languages() -> LanguagesField:
    return LanguagesField(
        label=_("Authentic languages"),
        required=False,
        help_text=_("Whose text counts; other languages are courtesy translations."),
    )


class AuthenticAreRequired:
    """The part of a form's `clean` by which every authentic language is a required one."""

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if set(values.get("authentic_languages", [])) - set(values.get("required_languages", [])):
            self.add_error("authentic_languages", _("Every authentic language is a required one as well."))
        return values


class RegisterForm(AuthenticAreRequired, forms.Form):
    """A new paper; its languages begin as those of the scheme of the track that the address names."""

    track = forms.ModelChoiceField(label=_("Track"), queryset=Track.objects.all())
    meeting = forms.ModelChoiceField(
        label=_("Meeting"),
        queryset=Meeting.objects.none(),
        required=False,
        help_text=_("One of the same track; empty for a paper that belongs to no meeting."),
    )
    nature = forms.ChoiceField(
        label=_("Nature"), required=False, help_text=_("Part of the symbol, such as L. for a limited draft.")
    )
    titles = TextsFormField(label=_("Title"))
    dated_on = forms.DateField(label=_("Dated"), widget=DayInput)
    distribution = forms.ChoiceField(
        label=_("Distribution"),
        choices=Document.Distribution.choices,
        initial=Document.Distribution.LIMITED,
        help_text=_("Restricted papers are seen with a permission of their own only."),
    )
    required_languages = required_languages()
    authentic_languages = authentic_languages()
    original_language = forms.ChoiceField(
        label=_("Original language"), required=False, choices=[("", "—"), *settings.PAPER_LANGUAGES]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        schemes = list(SymbolScheme.objects.all())
        natures = sorted({nature for scheme in schemes for nature in scheme.natures})
        self.fields["nature"].choices = [("", "—"), *((nature, nature) for nature in natures)]
        meetings = Meeting.objects.exclude(status=Meeting.Status.CANCELLED).select_related("track")
        self.fields["meeting"].queryset = meetings.order_by("-first_on", "pk")


class DocumentForm(AuthenticAreRequired, ReasonForm):
    """A draft's own values; those of an issued paper are shown, not asked."""

    class Meta:
        model = Document
        fields = [
            "meeting",
            "titles",
            "dated_on",
            "distribution",
            "required_languages",
            "authentic_languages",
            "original_language",
        ]

    required_languages = required_languages()
    authentic_languages = authentic_languages()
    original_language = RegisterForm.base_fields["original_language"]
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = self.instance.revision
        if "meeting" in self.fields:
            self.fields["meeting"].queryset = Meeting.objects.filter(
                track=self.instance.track_id
            ).select_related("track")

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        stored = Document.objects.values_list("revision", flat=True).get(pk=self.instance.pk)
        if values.get("seen") != str(stored):
            self.add_error(
                None, _("The paper has changed since this was shown. Open it anew and look again.")
            )
        return values


class SchemeForm(ReasonForm):
    class Meta:
        model = SymbolScheme
        fields = "__all__"

    languages = LanguagesField(
        label=_("Required languages"),
        help_text=_("A new paper begins with these; a paper is issued when all of its own are there."),
    )
    authentic_languages = authentic_languages()

    def clean(self) -> dict[str, Any]:
        """What the pattern names must make a symbol, or every paper would be refused."""
        values = super().clean() or self.cleaned_data
        for nature in values.get("natures") or []:
            if not re.fullmatch(NATURE, nature, re.ASCII):
                self.add_error(
                    "natures", _("Write a nature in capital letters with . or / behind it, such as INF/.")
                )
                break
        if "pattern" in values:
            sample = Symbol(1, values.get("body", ""), values.get("series", ""), 2027, 1)
            try:
                Pattern(values["pattern"]).format(sample)
            except BadPattern:
                pass  # the model's own validator says what is wrong with it
            except BadSymbol as error:
                field = error.part if error.part in self.fields else "pattern"
                self.add_error(field, _("The pattern names this part: capital letters, digits and hyphens."))
        return values


class UploadForm(forms.Form):
    language = forms.ChoiceField(label=_("Language"), choices=settings.PAPER_LANGUAGES)
    file = forms.FileField(
        label=_("File"),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
        max_length=None,
        allow_empty_file=True,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _(
            "PDF, DOCX, XLSX, PPTX, ODT, ODS or plain text, at most %(limit)s MB, without macros."
        ) % {"limit": settings.UPLOAD_MAX_MB}


class IssueForm(forms.Form):
    exception_reason = forms.CharField(
        label=_("Reason for issuing without all languages"),
        required=False,
        max_length=300,
        widget=LINE,
        help_text=_("Recorded with the paper, beside your name. Not asked when nothing is missing."),
    )

    def __init__(self, *args: Any, is_exception: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_exception:
            del self.fields["exception_reason"]


class FollowForm(forms.Form):
    suffix = forms.ChoiceField(label=_("What follows"), choices=Document.Suffix.choices)
    titles = TextsFormField(label=_("Title"))
    dated_on = forms.DateField(label=_("Dated"), widget=DayInput)


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=LINE, help_text=_("Stands in the history beside your name.")
    )
