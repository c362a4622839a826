"""The admin of rows whose history is recorded: a reason on every form, the record on every history page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pghistory
from django import forms
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .as_shown_forms import NAME, AsShownForm
from .history import history_of, takings_of
from .inputs import PlainInputs
from .long_lists import LongList

PAGE_SIZE = 50


class ReasonForm(AsShownForm):
    """A model form that also asks why; the answer goes to the history, not to the row."""

    reason = forms.CharField(
        label=gettext_lazy("Reason for this change"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Stands in the history beside your name."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )


class HistoryAdmin(PlainInputs, LongList):
    form = ReasonForm
    # (model, name of its key to this one): parts whose changes are told on this row's page.
    history_parts: Sequence[tuple[type[models.Model], str]] = ()
    # (field to many others, model that tracks its links)
    history_links: Sequence[tuple[str, type[models.Model]]] = ()

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with pghistory.context(**reason_context(request)):
            return super().changeform_view(request, *args, **kwargs)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.history_links = self.history_links
        return form

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        shown = context["adminform"]
        if NAME in shown.form.fields and self.has_change_permission(request, kwargs.get("obj")):
            shown.fieldsets.append((None, {"fields": [NAME], "classes": ["hidden"]}))
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        events = history_of(row, self.history_parts, self.history_links) + takings_of(row)
        events.sort(key=lambda entry: entry.at, reverse=True)
        page = Paginator(events, PAGE_SIZE).get_page(request.GET.get("p"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("History of %(name)s") % {"name": row},
            "object": row,
            "opts": self.opts,
            "page": page,
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "rotation/history.html", context)


class KeptAdmin(HistoryAdmin):
    """Rows that are never deleted from the desk: others rest on them."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(LongList):
    """Rows that are looked at, never written by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def reason_context(request: HttpRequest) -> dict[str, str]:
    reason = request.POST.get("reason", "").strip()
    return {"reason": reason[:300]} if reason else {}
