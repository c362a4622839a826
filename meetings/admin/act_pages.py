"""What the pages of acts share: a form, what the act does, a confirmation."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse


class ActPages:
    """Mixed into an admin: draws an act's page by the one frame that all of them have."""

    def act_page(
        self,
        request: HttpRequest,
        template: str,
        *,
        form: Any,
        title: Any,
        back: str,
        subtitle: str = "",
        **context: Any,
    ) -> HttpResponse:
        shared = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "form": form,
            "title": title,
            "subtitle": subtitle,
            "back": back,
            "media": self.media + form.media,
            "has_errors": bool(form.errors),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, template, shared | context)


def require(request: HttpRequest, *permissions: str) -> None:
    """Raises PermissionDenied unless the visitor has all of these."""
    if not request.user.has_perms(permissions):
        raise PermissionDenied


def add_refusal(form: Any, field: str | None, text: str) -> None:
    """Say a refusal at the field that it concerns, or above the form."""
    form.add_error(field if field in form.fields else None, text)
