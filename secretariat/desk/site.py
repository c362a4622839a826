"""The desk's own admin site: its name, its start page, its mailbox, and who must change a password first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import jobs, mailbox

# Where a person with a one-time password may go: to another password, or out.
OPEN_PAGES = {"login", "logout", "password_change", "password_change_done", "jsi18n"}


class DeskSite(AdminSite):
    """Django's admin under the desk's name; every floor registers with it unknowingly."""

    site_header = gettext_lazy("Secretariat")
    site_title = gettext_lazy("Secretariat")
    index_title = gettext_lazy("Today")
    site_url = None
    # The sidebar is our own, by job; Django's lists every model.
    enable_nav_sidebar = False

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        if context["has_permission"]:
            context["jobs"] = jobs.sidebar(request, context["available_apps"])
        context["desk_zone"] = timezone.get_current_timezone_name()
        return context

    def admin_view(
        self, view: Callable[..., HttpResponse], cacheable: bool = False
    ) -> Callable[..., HttpResponse]:
        from .models import OneTimePassword

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if "%00" in request.META.get("QUERY_STRING", "") or "\0" in request.path:
                raise BadRequest("no text of the database holds a NUL, nor can it be asked for one")
            name = request.resolver_match.url_name if request.resolver_match else ""
            if name not in OPEN_PAGES and OneTimePassword.is_in_use_by(request.user):
                messages.warning(request, _("This password was for one time. Choose your own to go on."))
                return HttpResponseRedirect(reverse("admin:password_change"))
            return view(request, *args, **kwargs)

        guarded.csrf_exempt = getattr(view, "csrf_exempt", False)
        return super().admin_view(guarded, cacheable)

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Who finds a desk left open must not try out its officer's password there."""
        from .signing_in.passwords import counted

        if request.method != "POST":
            return super().password_change(request, extra_context)
        answer: list[HttpResponse] = []

        def is_right() -> bool:
            answer.append(super(DeskSite, self).password_change(request, extra_context))
            context = getattr(answer[0], "context_data", None) or {}
            return "form" not in context or "old_password" not in context["form"].errors

        counted(request, request.user.get_username(), is_right, right=None)
        return answer[0]

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("mailbox/", self.admin_view(mailbox.mail_list), name="mailbox"),
            path("mailbox/<str:key>/", self.admin_view(mailbox.mail_page), name="mailbox_mail"),
            path("mailbox/<str:key>/html/", self.admin_view(mailbox.mail_html), name="mailbox_html"),
        ]
        return own + super().get_urls()

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        from .today import today_shown

        return super().index(request, {**today_shown(timezone.now(), request.user), **(extra_context or {})})
