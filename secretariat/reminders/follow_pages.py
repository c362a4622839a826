"""Letting several contacts follow meetings at once: choose, see which invitations go out, confirm."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from meetings.admin.schedule.when import instant_text
from meetings.models import Contact, Meeting, Track
from rotation.chosen import MOST, chosen_keys
from rotation.inputs import DayInput
from rotation.models import State

from .follow import Follow
from .following import follows_of, planned_by, save_follows
from .models import Delivery, Unsubscription
from .replies.topics import refusing

LISTS = {"contacts": Contact, "tracks": Track, "meetings": Meeting}


def start_following(**chosen: Iterable[Any]) -> HttpResponse:
    """To the page, with the rows ticked in a list chosen already."""
    query = {name: ",".join(str(row.pk) for row in list(rows)[:MOST]) for name, rows in chosen.items()}
    return HttpResponseRedirect(f"{reverse('admin:reminders_follow_start')}?{urlencode(query)}")


def _several(field: str, label: Any, help_text: Any = "", *, required: bool = False) -> Any:
    column = Follow._meta.get_field(field)
    return forms.ModelMultipleChoiceField(
        column.remote_field.model.objects.all(),
        label=label,
        help_text=help_text,
        required=required,
        widget=AutocompleteSelectMultiple(column, admin.site, attrs={"data-width": "100%"}),
    )


class FollowForm(forms.Form):
    contacts = _several("contact", gettext_lazy("Contacts"), required=True)
    tracks = _several("track", gettext_lazy("Tracks"), gettext_lazy("every meeting of these tracks"))
    meetings = _several("meeting", gettext_lazy("Meetings"), gettext_lazy("just these"))
    state = forms.ModelChoiceField(State.objects.all(), label=gettext_lazy("State"), required=False)
    part = forms.ChoiceField(
        label=gettext_lazy("The state takes part"),
        choices=[("", "—"), *Follow.Part.choices],
        required=False,
        help_text=gettext_lazy("only where a state is followed"),
    )
    valid_from = forms.DateField(label=gettext_lazy("Follows from"), required=False, widget=DayInput)
    valid_until = forms.DateField(label=gettext_lazy("Follows until"), required=False, widget=DayInput)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=gettext_lazy("Stands in the history beside your name."),
    )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if not (values.get("tracks") or values.get("meetings") or values.get("state")):
            raise forms.ValidationError(_("Choose what is followed: tracks, meetings or a state."))
        if bool(values.get("state")) != bool(values.get("part")):
            self.add_error(
                "part", _("Say how the state takes part, where a state is followed and only there.")
            )
        first, last = values.get("valid_from"), values.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", _("The last day lies before the first."))
        return values

    def follows(self) -> list[Follow]:
        """The rows that are asked for, not saved; a thing that is followed already gets these days."""
        values = self.cleaned_data
        targets = [{"track": track} for track in values["tracks"]]
        targets += [{"meeting": meeting} for meeting in values["meetings"]]
        targets += [{"state": values["state"]}] if values["state"] else []
        return follows_of(
            values["contacts"],
            targets,
            part=values["part"],
            valid_from=values["valid_from"],
            valid_until=values["valid_until"],
        )


class FollowPages:
    """The page, mixed into the admin of what is followed."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.start_view)
        return [path("start/", view, name="reminders_follow_start"), *super().get_urls()]

    def start_view(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm("reminders.add_follow"):
            raise PermissionDenied
        form = FollowForm(request.POST or None, initial=_ticked(request))
        mails: list[Delivery] | None = None
        if form.is_valid():
            mails = planned_by(form.follows())
            warn_of_refusing(request, form.cleaned_data["contacts"])
            if "confirm" in request.POST and request.POST.get("shown") == str(len(mails)):
                return self._started(request, form)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Let contacts follow meetings"),
            "opts": self.opts,
            "form": form,
            "media": self.media + form.media,
            "has_errors": bool(form.errors),
            "mails": mails and [_shown(row) for row in mails],
            "count": len(mails or ()),
            "is_seen": mails is not None,
        }
        return TemplateResponse(request, "admin/reminders/follow/start.html", context)

    def _started(self, request: HttpRequest, form: FollowForm) -> HttpResponse:
        rows = form.follows()
        save_follows(rows, actor=request.user, reason=form.cleaned_data["reason"])
        text = ngettext("%(count)d row was recorded.", "%(count)d rows were recorded.", len(rows))
        messages.success(request, text % {"count": len(rows)})
        return HttpResponseRedirect(reverse("admin:reminders_follow_changelist"))


def warn_of_refusing(request: HttpRequest, contacts: Iterable[Contact]) -> None:
    """Say who of them gets no invitation whatever it follows, since it ended them by the link in a mail."""
    refused = refusing(Unsubscription.Topic.FOLLOWED)
    for contact in contacts:
        if contact.pk in refused:
            text = _(
                "%(contact)s has ended such invitations by the link in a mail and gets none. Where it asks for them "
                "again, end that under Unsubscriptions."
            )
            messages.warning(request, text % {"contact": contact})


def _ticked(request: HttpRequest) -> dict[str, list[str]]:
    return {name: chosen_keys(request.GET, name) for name in LISTS}


def _shown(row: Delivery) -> dict[str, Any]:
    return {
        "meeting": row.meeting,
        "contact": row.contact,
        "kind": row.get_kind_display(),
        "when": instant_text(row.next_try_at, row.zone),
    }
