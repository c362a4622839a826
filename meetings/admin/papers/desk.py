"""Papers on the desk: the list with its languages, and each paper with its texts."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rotation.history_admin import KeptAdmin
from rotation.lists import listed

from ...models import Document, SilenceProcedure, SymbolScheme
from ...papers.acts import save_document
from ...papers.naming import is_hidden, symbol_of
from .forms import DocumentForm, SchemeForm
from .languages import language_name, matrix_chips, matrix_row
from .pages import DocumentPages

DRAFT_FIELDS = [
    "titles",
    "meeting",
    "dated_on",
    "distribution",
    "required_languages",
    "authentic_languages",
    "original_language",
]

# The same, of a paper that is only shown.
SHOWN_FIELDS = [
    "titles_shown",
    "meeting",
    "dated_on",
    "distribution",
    "required_shown",
    "authentic_shown",
    "original_shown",
    "track",
]


class MissingFilter(admin.SimpleListFilter):
    title = gettext_lazy("languages")
    parameter_name = "languages"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("missing", _("some are missing")), ("exception", _("issued by an exception"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "missing":
                return queryset.incomplete()
            case "exception":
                return queryset.filter(missing_at_issue__len__gt=0)
        return queryset


@admin.register(Document)
class DocumentAdmin(DocumentPages, KeptAdmin):
    form = DocumentForm
    change_form_template = "admin/meetings/document/change_form.html"
    list_display = ["symbol_shown", "languages_shown", "title_shown", "status_chip", "dated_on", "track"]
    list_display_links = ["symbol_shown", "title_shown"]
    list_filter = [
        "status",
        MissingFilter,
        "distribution",
        ("track", admin.RelatedOnlyFieldListFilter),
    ]
    search_fields = ["symbol__text", "searched", "track__names"]
    date_hierarchy = "dated_on"
    autocomplete_fields = ["meeting"]

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        return lookup == "meeting__id__exact" or super().lookup_allowed(lookup, value, request)

    def get_queryset(self, request: HttpRequest) -> Any:
        silences = SilenceProcedure.objects.filter(document=OuterRef("pk"), status="open")
        replaced = Document.objects.filter(parent=OuterRef("pk"), suffix="Rev", status="issued")
        visible = super().get_queryset(request) & Document.objects.visible_to(request.user)
        return visible.with_versions().annotate(
            is_under_silence=Exists(silences), is_replaced=Exists(replaced)
        )

    def get_fields(self, request: HttpRequest, obj: Document | None = None) -> list[str]:
        return [*DRAFT_FIELDS, "track", "reason", "seen"] if self._is_draft(request, obj) else SHOWN_FIELDS

    def get_readonly_fields(self, request: HttpRequest, obj: Document | None = None) -> list[str]:
        if self._is_draft(request, obj):
            return ["track"]
        return SHOWN_FIELDS

    def _is_draft(self, request: HttpRequest, obj: Document | None) -> bool:
        return (
            obj is not None
            and obj.status == Document.Status.DRAFT
            and self.has_change_permission(request, obj)
        )

    def save_model(self, request: HttpRequest, obj: Document, form: Any, change: bool) -> None:
        save_document(obj, actor=request.user, reason=form.cleaned_data.get("reason", ""))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        document = kwargs.get("obj")
        if document is not None:
            context |= document_shown(document) | {
                "can_follow": request.user.has_perm("meetings.add_document"),
                "can_open_silence": request.user.has_perm("meetings.add_silenceprocedure"),
                "show_save": document.status == Document.Status.DRAFT,
                "show_save_and_continue": False,
                "show_save_and_add_another": False,
            }
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=gettext_lazy("symbol"), ordering="symbol")
    def symbol_shown(self, document: Document) -> str:
        return document.symbol_id

    @admin.display(description=gettext_lazy("title"))
    def title_shown(self, document: Document) -> str:
        return document.title()

    @admin.display(description=gettext_lazy("title"))
    def titles_shown(self, document: Document) -> str:
        lines = ((language_name(code), text) for code, text in document.titles.items())
        return format_html_join("", '<div><span class="quiet">{}</span> {}</div>', lines)

    @admin.display(description=gettext_lazy("required languages"))
    def required_shown(self, document: Document) -> str:
        return listed(language_name(code) for code in document.required_languages)

    @admin.display(description=gettext_lazy("authentic languages"))
    def authentic_shown(self, document: Document) -> str:
        return listed(language_name(code) for code in document.authentic_languages)

    @admin.display(description=gettext_lazy("original language"))
    def original_shown(self, document: Document) -> str:
        return language_name(document.original_language)

    @admin.display(description=gettext_lazy("languages"))
    def languages_shown(self, document: Document) -> str:
        return matrix_chips(document)

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def status_chip(self, document: Document) -> str:
        return format_html_join(" ", '<span class="chip chip-{}">{}</span>', status_pairs(document))


def status_pairs(document: Document) -> list[tuple[str, Any]]:
    """The chips of a paper's state: kind and text."""
    pairs = [(document.status, document.get_status_display())]
    if document.distribution == Document.Distribution.RESTRICTED:
        pairs.append(("restricted", _("restricted")))
    if getattr(document, "is_under_silence", False):
        pairs.append(("open", _("under silence")))
    if getattr(document, "is_replaced", False):
        pairs.append(("replaced", _("replaced")))
    if document.missing_at_issue:
        pairs.append(("late", _("by exception")))
    return pairs


def document_shown(document: Document) -> dict[str, Any]:
    """A paper's texts, what follows it and its silence procedures, for its page."""
    versions = document.versions.select_related("recorded_by").order_by("language", "-number")
    current = {version.pk for version in document.current_versions.values()}
    return {
        "matrix": matrix_row(document),
        "status_pairs": status_pairs(document),
        "versions": [
            {"row": row, "language": language_name(row.language), "is_current": row.pk in current}
            for row in versions
        ],
        "missing_at_issue": [language_name(code) for code in document.missing_at_issue],
        "parent": document.parent and _neighbour(document.parent),
        "followers": [
            _neighbour(row) for row in document.followers.select_related("meeting__track", "track")
        ],
        "silences": document.silences.all(),
        "outcomes": document.outcomes.select_related("meeting__track"),
    }


def _neighbour(document: Document) -> dict[str, Any]:
    """A paper on the page of one that it follows, or that follows it."""
    url = reverse("admin:meetings_document_change", args=[document.pk])
    return {"row": document, "name": symbol_of(document), "url": "" if is_hidden(document) else url}


@admin.register(SymbolScheme)
class SymbolSchemeAdmin(KeptAdmin):
    form = SchemeForm
    list_display = ["mechanism", "track", "pattern_shown", "languages_shown"]
    list_display_links = ["pattern_shown"]
    list_select_related = ["mechanism", "track"]
    search_fields = ["pattern", "body", "series"]
    fields = [
        "mechanism",
        "track",
        "pattern",
        ("body", "series"),
        "natures",
        "languages",
        "authentic_languages",
        "reason",
    ]

    @admin.display(description=gettext_lazy("pattern"))
    def pattern_shown(self, scheme: SymbolScheme) -> str:
        return format_html("<code>{}</code>", scheme.pattern)

    @admin.display(description=gettext_lazy("required languages"))
    def languages_shown(self, scheme: SymbolScheme) -> str:
        return listed(language_name(code) for code in scheme.languages)
