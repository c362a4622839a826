"""A paper registered, filled with texts, issued, followed, withdrawn; and its files, served to who may read them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from rotation.concurrency import seal
from rotation.history import TOOK
from rotation.numbers import number_in
from rotation.stale_pages import is_confirmed, is_stale, seen_by, shown_anew

from ...models import Document, LanguageVersion, SymbolScheme, Track
from ...papers.acts import (
    FileChanged,
    add_version,
    follow_document,
    issue_document,
    plan_issue,
    register_document,
    withdraw_document,
)
from ...papers.attachments import attachment, file_name
from ...papers.refusals import PaperRefused
from ..act_pages import ActPages, add_refusal, require
from .forms import FollowForm, IssueForm, RegisterForm, UploadForm, WithdrawForm
from .languages import language_name, matrix_row

log = logging.getLogger(__name__)


class DocumentPages(ActPages):
    """The pages, mixed into the paper's admin."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("add/", view(self.register_view), name="meetings_document_add"),
            path("file/<int:pk>/", view(self.file_view), name="meetings_document_file"),
            path("<int:pk>/upload/", view(self.upload_view), name="meetings_document_upload"),
            path("<int:pk>/issue/", view(self.issue_view), name="meetings_document_issue"),
            path("<int:pk>/follow/", view(self.follow_view), name="meetings_document_follow"),
            path("<int:pk>/withdraw/", view(self.withdraw_view), name="meetings_document_withdraw"),
            *super().get_urls(),
        ]

    def register_view(self, request: HttpRequest) -> HttpResponse:
        require(request, "meetings.add_document")
        form = RegisterForm(request.POST or None, initial=_proposed(request.GET))
        if form.is_valid():
            try:
                document = register_document(actor=request.user, **form.cleaned_data)
                messages.success(
                    request,
                    _("Registered as %(symbol)s. Add its texts now.") % {"symbol": document.symbol_id},
                )
                return self._to(document.pk)
            except PaperRefused as refusal:
                add_refusal(form, refusal.field, str(refusal))
        return self.act_page(
            request,
            "admin/meetings/document/register.html",
            form=form,
            title=_("Register a paper"),
            back=reverse("admin:meetings_document_changelist"),
            confirm=_("Register and take a symbol"),
            schemes=SymbolScheme.objects.select_related("mechanism", "track"),
        )

    def upload_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        document = self._document_for(request, pk, "meetings.change_document")
        missing = document.missing_languages
        initial = {"language": request.GET.get("language") or (missing[0] if missing else None)}
        form = UploadForm(request.POST or None, request.FILES or None, initial=initial)
        if form.is_valid():
            file, language = form.cleaned_data["file"], form.cleaned_data["language"]
            try:
                add_version(pk, language=language, file=file, name=file.name, actor=request.user)
                text = _("The text in %(language)s was kept.") % {"language": language_name(language)}
                messages.success(request, text)
                return self._to(pk)
            except PaperRefused as refusal:
                add_refusal(form, refusal.field, str(refusal))
        return self._of(
            request, document, "upload.html", form, _("Add a text"), confirm=_("Check and keep the file")
        )

    @shown_anew
    def issue_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        document = self._document_for(request, pk, "meetings.change_document")
        try:
            plan = plan_issue(document)
            form = IssueForm(
                request.POST if request.method == "POST" else None, is_exception=plan.is_exception
            )
            if form.is_valid() and is_confirmed(request):
                reason = form.cleaned_data.get("exception_reason", "")
                with seen_by(request):
                    issue_document(pk, actor=request.user, exception_reason=reason)
                messages.success(request, _("%(symbol)s was issued.") % {"symbol": document.symbol_id})
                return self._to(pk)
        except PaperRefused as refusal:
            if refusal.field is None:
                return self._refused(request, pk, refusal)
            add_refusal(form, refusal.field, str(refusal))
        missing = [language_name(code) for code in plan.missing]
        return self._of(
            request,
            document,
            "issue.html",
            form,
            _("Issue the paper"),
            plan=plan,
            missing=missing,
            missing_authentic=[language_name(code) for code in plan.missing_authentic],
            seen=seal(document, plan),
            confirm=_("Issue without these languages") if missing else _("Issue now"),
        )

    @shown_anew
    def follow_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        document = self._document_for(request, pk, "meetings.add_document")
        form = FollowForm(
            request.POST or None, initial={"titles": document.titles, "dated_on": timezone.localdate()}
        )
        if form.is_valid() and not is_stale(request):
            try:
                with seen_by(request):
                    follower = follow_document(pk, actor=request.user, **form.cleaned_data)
                text = _("Registered as %(symbol)s. Add its texts now.") % {"symbol": follower.symbol_id}
                messages.success(request, text)
                return self._to(follower.pk)
            except PaperRefused as refusal:
                add_refusal(form, refusal.field, str(refusal))
        return self._of(
            request,
            document,
            "follow.html",
            form,
            _("Revise, add or correct"),
            seen=seal(document),
            confirm=_("Register and take a symbol"),
        )

    @shown_anew
    def withdraw_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        document = self._document_for(request, pk, "meetings.change_document")
        form = WithdrawForm(request.POST or None)
        if form.is_valid() and not is_stale(request):
            try:
                with seen_by(request):
                    withdraw_document(pk, actor=request.user, reason=form.cleaned_data["reason"])
                messages.success(request, _("%(symbol)s was withdrawn.") % {"symbol": document.symbol_id})
                return self._to(pk)
            except PaperRefused as refusal:
                return self._refused(request, pk, refusal)
        return self._of(
            request,
            document,
            "withdraw.html",
            form,
            _("Withdraw the paper"),
            seen=seal(document),
            confirm=_("Withdraw now"),
        )

    def file_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A version's file. Who may not see the paper gets what a number that was never given gets."""
        version = LanguageVersion.objects.select_related("document").filter(pk=pk).first()
        if (
            version is None
            or not Document.objects.visible_to(request.user).filter(pk=version.document_id).exists()
        ):
            raise Http404
        try:
            response = attachment(version)
        except FileChanged:
            log.error("the file of language version %s is gone or has changed", version.pk)
            text = _("The stored file is gone or is no longer the one that was kept. Tell the administrator.")
            messages.error(request, text)
            return self._to(version.document_id)
        if version.document.distribution == Document.Distribution.RESTRICTED:
            self.log_change(request, version.document, f"{TOOK}{file_name(version)}")
        return response

    def _document_for(self, request: HttpRequest, pk: int, permission: str) -> Document:
        require(request, permission)
        document = Document.objects.visible_to(request.user).with_versions().filter(pk=pk).first()
        if document is None:
            raise Http404
        return document

    def _of(
        self, request: HttpRequest, document: Document, template: str, form: Any, title: str, **context: Any
    ) -> HttpResponse:
        return self.act_page(
            request,
            f"admin/meetings/document/{template}",
            form=form,
            title=title,
            subtitle=str(document),
            back=reverse("admin:meetings_document_change", args=[document.pk]),
            document=document,
            matrix=matrix_row(document),
            **context,
        )

    def _to(self, pk: int) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:meetings_document_change", args=[pk]))

    def _refused(self, request: HttpRequest, pk: int, refusal: PaperRefused) -> HttpResponse:
        messages.error(request, str(refusal))
        return self._to(pk)


def _proposed(query: Mapping[str, str]) -> dict[str, Any]:
    """What the form begins with; the address may name a track or a meeting."""
    track = Track.objects.filter(pk=number_in(query.get("track"))).first()
    schemes = SymbolScheme.objects.order_by("track")
    if track is not None:
        schemes = schemes.filter(mechanism=track.mechanism_id)
    scheme = (
        next((row for row in schemes if track and row.track_id == track.pk), None)
        or schemes.filter(track__isnull=True).first()
    )
    return {
        "track": track,
        "meeting": query.get("meeting"),
        "dated_on": timezone.localdate(),
        "required_languages": scheme.languages if scheme else None,
        "authentic_languages": scheme.authentic_languages if scheme else None,
    }
