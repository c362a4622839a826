"""Asking before a form is saved: what it does beyond its own row is shown first, and done once that is confirmed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse


class Unconfirmed(Exception):
    """Saving would do what nobody has seen yet. Nothing is saved; `shown` is for the page that shows it."""

    def __init__(self, shown: dict[str, Any]) -> None:
        super().__init__()
        self.shown = shown


class AsksFirst:
    """Mixed into an admin; `save_model` calls `ask` with what is to be shown."""

    ask_template: str  # extends admin/meetings/act/ask.html

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Unconfirmed as unconfirmed:
            sent = [(name, value) for name in request.POST for value in request.POST.getlist(name)]
            context = {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "values": [(name, value) for name, value in sent if name != "csrfmiddlewaretoken"],
                **unconfirmed.shown,
            }
            return TemplateResponse(request, self.ask_template, context)

    def ask(self, request: HttpRequest, **shown: Any) -> None:
        """Raises Unconfirmed unless what is shown was confirmed. shown: `title` and what the template takes."""
        if not self.is_confirmed(request):
            raise Unconfirmed(shown)

    def is_confirmed(self, request: HttpRequest) -> bool:
        """For who would work out in vain what is to be shown."""
        return "confirm" in request.POST
