"""The mail of the next weeks on the desk: a list by day, and each mail as its reader will see it."""

from __future__ import annotations

from typing import Any

from csp.decorators import csp_replace, csp_update
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from meetings.admin.schedule.when import days_text, moment_text
from meetings.papers.naming import needs_permission
from rotation.models import State

from .ahead import AHEAD_DAYS, Mail, by_day, mail_of, scope_of
from .letters import with_related
from .message import written_of
from .models import Delivery
from .replies.links import without_links
from .spoken import said

PAGE_SIZE = 100


class AheadPages:
    """Mixed into the delivery's admin."""

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("ahead/", guard(self.ahead_view), name="reminders_delivery_ahead"),
            path("<int:pk>/preview/", guard(self.preview_view), name="reminders_delivery_preview"),
            path("<int:pk>/preview/html/", guard(self.preview_html), name="reminders_delivery_preview_html"),
            *super().get_urls(),
        ]

    def ahead_view(self, request: HttpRequest) -> HttpResponse:
        self._may_look(request)
        try:
            scope = scope_of(request.GET.dict())
        except ObjectDoesNotExist:
            raise Http404 from None
        page = Paginator(with_related(scope.rows(timezone.now())), PAGE_SIZE).get_page(request.GET.get("p"))
        query = request.GET.copy()
        query.pop("p", None)
        context = {
            "title": _("Mail of the next %(days)d days") % {"days": AHEAD_DAYS},
            "scope": scope,
            "states": () if scope.contact else State.objects.all(),
            "days": [
                (days_text(day, day), day, [_shown(mail) for mail in mails]) for day, mails in by_day(page)
            ],
            "page": page,
            "query": query.urlencode(),
        }
        return self._ahead_page(request, "admin/reminders/delivery/ahead.html", context)

    @method_decorator(csp_update({"frame-src": ["'self'"]}))
    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self._may_look(request)
        row = self._found(pk)
        mail = mail_of(row)
        context = {
            "title": mail.subject or _("This mail cannot be written"),
            "mail": _shown(mail),
            "row": row,
            "reason": said(row.reason, is_withheld=row.is_withheld),
            "text": "" if mail.trouble or row.is_withheld else without_links(written_of(row).text),
            "withheld": needs_permission() if row.is_withheld else "",
            "is_waiting": row.state in Delivery.UNSENT,
            "language": mail.language,
        }
        return self._ahead_page(request, "admin/reminders/delivery/preview.html", context)

    @method_decorator(xframe_options_sameorigin)
    @method_decorator(
        csp_replace(
            {
                "default-src": ["'none'"],
                "style-src": ["'unsafe-inline'"],
                "img-src": ["data:"],
                "frame-ancestors": ["'self'"],
                "sandbox": [],
            }
        )
    )
    def preview_html(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The mail's HTML by itself: no script, no form, no request to anyone."""
        self._may_look(request)
        row = self._found(pk)
        if row.is_withheld:
            raise PermissionDenied
        return HttpResponse(without_links(written_of(row).html))

    def _may_look(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _found(self, pk: int) -> Delivery:
        return get_object_or_404(with_related(Delivery.objects.all()), pk=pk)

    def _ahead_page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        request.current_app = self.admin_site.name
        shared = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, template, {**shared, **context})


def _shown(mail: Mail) -> dict[str, Any]:
    return {
        "row": mail.row,
        "subject": mail.subject,
        "trouble": mail.trouble,
        "day": days_text(mail.at.date(), mail.at.date()),
        "hour": moment_text(mail.row.next_try_at, mail.row.zone),
        "language": mail.language,
    }
