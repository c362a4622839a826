"""Delegations on the desk: where each party of a meeting stands, who is in a delegation, its list as a file."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from rotation.act_view import ActsAdmin
from rotation.history import TOOK
from rotation.history_admin import KeptAdmin
from rotation.numbers import number_in
from rotation.translated import content_language, name_key, state_key, text_in

from ...models import Delegate, Delegation, Erasure, Meeting, Organisation, RetentionRule
from ...people.delegations import DelegationRefused, open_delegation, parties_of_meeting
from ...people.participant_lists import plan_list
from ..schedule.when import when_text
from .delegate_pages import ACTS
from .list_pages import IssueList
from .papers import as_pdf, as_table, draft, issued, paper_of
from .shown import delegation_shown, party_shown, sees_all


@admin.register(Delegation)
class DelegationAdmin(ActsAdmin, KeptAdmin):
    acts = [*ACTS, IssueList()]
    """All that happens to a delegation is an act with a page of its own; the form shows what there is."""

    how_it_begins = gettext_lazy("A delegation is opened on the page of its meeting.")
    change_form_template = "admin/meetings/delegation/change_form.html"
    list_display = ["party_shown", "meeting", "people", "is_in"]
    list_filter = ["state", ("received_at", admin.EmptyFieldListFilter), "meeting__track"]
    list_select_related = ["meeting__track", "state", "organisation__state"]
    # Never by a delegate's name: who may not see it could find it out by searching.
    search_fields = [
        "=state__code",
        "state__names",
        "organisation__names",
        "meeting__searched",
        "meeting__track__names",
    ]
    ordering = ["-meeting__first_on", "state", "pk"]
    history_parts = [(Delegate, "delegation")]
    fields = readonly_fields = ["meeting", "party_shown", "received_at", "source"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("of/<int:pk>/", view(self.meeting_view), name="meetings_delegation_meeting"),
            path("of/<int:pk>/open/", view(self.open_view), name="meetings_delegation_open"),
            path(
                "of/<int:pk>/list-<int:number>.<str:ending>",
                view(self.file_view),
                name="meetings_delegation_file",
            ),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delegation]:
        coming = Count("delegates", filter=Q(delegates__is_withdrawn=False))
        return super().get_queryset(request).annotate(coming=coming)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a delegation is opened from its meeting

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        row = Delegation.objects.with_people().filter(pk=number_in(object_id)).first()
        all_names = sees_all(request.user)
        context = {
            "people": delegation_shown(row, all_names=all_names) if row else [],
            "can_change_people": all_names and request.user.has_perm("meetings.change_delegate"),
            "can_erase": all_names and request.user.has_perm("meetings.add_erasure"),
        }
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def meeting_for(self, request: HttpRequest, pk: int) -> Meeting:
        if not self.has_view_permission(request):
            raise PermissionDenied
        meeting = Meeting.objects.select_related("track__mechanism", "host").filter(pk=pk).first()
        if meeting is None:
            raise Http404
        return meeting

    def meeting_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        meeting, now = self.meeting_for(request, pk), timezone.now()
        rows = [party_shown(row, now) for row in parties_of_meeting(meeting)]
        rows.sort(key=lambda row: (row["state"] is None, state_key(row["code"], row["name"])))
        states = [row["state"].pk for row in rows if row["state"]]
        there = {row["delegation"].organisation_id for row in rows if row["delegation"]}
        organisations = Organisation.objects.filter(state__in=states).exclude(pk__in=there - {None})
        wanted = [row for row in rows if row["state"]]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Delegations"),
            "subtitle": str(meeting),
            "meeting": meeting,
            "when": when_text(meeting.span),
            "rows": rows,
            "there": _("%(there)s of %(all)s delegations are in.")
            % {"there": sum(row["is_in"] for row in wanted), "all": len(wanted)},
            "organisations": sorted(
                ((row.pk, text_in(row.names)) for row in organisations), key=lambda each: name_key(each[1])
            ),
            "lists": meeting.participant_lists.select_related("recorded_by").order_by("-number"),
            "erasures": Erasure.objects.filter(meeting=meeting)
            .select_related("recorded_by")
            .annotate(versions=Count("particulars")),
            "languages": settings.CONTENT_LANGUAGES,
            "can_open": self.has_change_permission(request) and meeting.status != Meeting.Status.CANCELLED,
            "can_issue": request.user.has_perm("meetings.add_participantlist"),
            "names_all": sees_all(request.user),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/meetings/delegation/meeting.html", context)

    def open_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        meeting = self.meeting_for(request, pk)
        if not self.has_change_permission(request):
            raise PermissionDenied
        back = HttpResponseRedirect(reverse("admin:meetings_delegation_meeting", args=[meeting.pk]))
        if request.method != "POST":
            return back
        chosen = request.POST.get("organisation", "")
        party: dict[str, Any] = {"state": request.POST.get("state", "")}
        if chosen:
            party = {"organisation": number_in(chosen) or 0}
        try:
            row = open_delegation(meeting.pk, actor=request.user, **party)
        except DelegationRefused as refusal:
            messages.error(request, str(refusal))
            return back
        return HttpResponseRedirect(reverse("admin:meetings_delegation_change", args=[row.pk]))

    def file_view(self, request: HttpRequest, pk: int, number: int, ending: str) -> HttpResponse:
        """A list as a file; number 0 is the list as it stands. Who took which is kept in the log of the desk."""
        meeting = self.meeting_for(request, pk)
        if ending not in ("pdf", "csv"):
            raise Http404
        if number:
            row = meeting.participant_lists.filter(number=number).first()
            if row is None:
                raise Http404
            listing = issued(row)
        else:
            listing = draft(plan_list(meeting))
        asked = request.GET.get("language", "")
        language = asked if asked in dict(settings.CONTENT_LANGUAGES) else content_language()
        all_names = sees_all(request.user)
        if ending == "pdf":
            content, kind = as_pdf(paper_of(listing, language, all_names=all_names)), "application/pdf"
        else:
            content, kind = as_table(listing, language, all_names=all_names), "text/csv; charset=utf-8"
        name = f"participants-{meeting.pk}-{number or 'draft'}-{language}.{ending}"
        # Not for translation: a record for whoever audits, not a text of the desk.
        self.log_change(request, meeting, f"{TOOK}{name}{', all names' if all_names else ''}")
        return HttpResponse(
            content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
        )

    @admin.display(description=pgettext_lazy("of a delegation", "party"))
    def party_shown(self, row: Delegation) -> str:
        return text_in(row.party_names)

    @admin.display(description=gettext_lazy("people"))
    def people(self, row: Delegation) -> int:
        return row.coming

    @admin.display(description=gettext_lazy("in"), ordering="received_at")
    def is_in(self, row: Delegation) -> str:
        if row.received_at is None:
            return format_html('<span class="chip chip-open">{}</span>', _("awaited"))
        return format_html('<span class="chip chip-received">{}</span>', _("in"))


@admin.register(RetentionRule)
class RetentionRuleAdmin(KeptAdmin):
    list_display = ["category", "kept"]
    fields = ["category", "days", "basis", "reason"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["category"] if obj else []

    @admin.display(description=gettext_lazy("kept"))
    def kept(self, row: RetentionRule) -> str:
        if row.days is None:
            return _("for good")
        if row.category == RetentionRule.Kind.CONTACTS:
            text = ngettext(
                "%(days)d day after leaving office", "%(days)d days after leaving office", row.days
            )
        else:
            text = ngettext("%(days)d day after the meeting", "%(days)d days after the meeting", row.days)
        return text % {"days": row.days}
