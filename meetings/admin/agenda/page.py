"""What the pages of an agenda share: who may see and change it, and the frame that they stand in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from rotation.numbers import number_in

from ...agenda.acts import AgendaRefused
from ...models import Agenda, AgendaItem, Meeting
from ..schedule.when import hours_text, when_text

FREEZER = "meetings.add_agendastage"


class AgendaPage:
    """Mixed into the agenda's admin, below the pages that use it."""

    def _agenda_for(self, request: HttpRequest, pk: int, *, to_change: bool = True) -> Agenda:
        """The agenda with its meeting and track, for who may see it, or change it."""
        agenda = get_object_or_404(Agenda.objects.select_related("meeting__track__mechanism"), pk=pk)
        self._allow(request, agenda, to_change=to_change)
        return agenda

    def _item_for(self, request: HttpRequest, pk: int) -> AgendaItem:
        rows = AgendaItem.objects.select_related("agenda__meeting__track__mechanism")
        item = get_object_or_404(rows, pk=pk)
        self._allow(request, item.agenda, to_change=True)
        return item

    def _allow(self, request: HttpRequest, agenda: Agenda | None, *, to_change: bool) -> None:
        may = self.has_change_permission if to_change else self.has_view_permission
        if not may(request, agenda):
            raise PermissionDenied

    def _page(
        self, request: HttpRequest, template: str, agenda: Agenda, *, title: str, **context: Any
    ) -> HttpResponse:
        form = context.get("form")
        shared = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "meetings": Meeting._meta.verbose_name_plural,
            "agenda": agenda,
            "meeting": agenda.meeting,
            "when": when_shown(agenda.meeting),
            "title": title,
            "subtitle": str(agenda.meeting),
            "media": self.media + form.media if form else self.media,
            "has_errors": bool(form and form.errors),
            "can_change": self.has_change_permission(request, agenda),
            "can_freeze": request.user.has_perm(FREEZER) and self.has_change_permission(request, agenda),
            "back": page_of(agenda),
        }
        return TemplateResponse(request, f"admin/meetings/agenda/{template}", shared | context)

    def _back(self, agenda: Agenda) -> HttpResponse:
        return HttpResponseRedirect(page_of(agenda))

    def _refused(self, request: HttpRequest, agenda: Agenda, refusal: AgendaRefused) -> HttpResponse:
        messages.error(request, str(refusal))
        return self._back(agenda)


def page_of(agenda: Agenda) -> str:
    return reverse("admin:meetings_agenda_change", args=[agenda.pk])


def when_shown(meeting: Meeting) -> str:
    return " · ".join(filter(None, [when_text(meeting.span), hours_text(meeting.span), meeting.place]))


def number_sent(request: HttpRequest, name: str) -> int:
    """A number of the form; -1, which never holds, when it is none."""
    sent = number_in(request.POST.get(name))
    return -1 if sent is None else sent


def only_post(request: HttpRequest) -> None:
    if request.method != "POST":
        raise Http404
