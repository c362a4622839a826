"""The sidebar: the desk's pages by the job they serve, those that the visitor may see."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .permissions import may_read_mail

JOBS: list[tuple[Any, list[str]]] = [
    (
        _("Calendar"),
        [
            "meetings.Meeting",
            "meetings.Agenda",
            "meetings.Track",
            "rotation.Mechanism",
            "rotation.RotationDecision",
            "rotation.Summit",
            "workyear",
            "meetings.CalendarDay",
            "meetings.YearNotice",
            "meetings.Blackout",
        ],
    ),
    (_("Deadlines"), ["meetings.Due", "meetings.DeadlineTemplate"]),
    (
        _("Papers"),
        ["meetings.Document", "meetings.SilenceProcedure", "meetings.Outcome", "meetings.SymbolScheme"],
    ),
    (
        _("People"),
        [
            "rotation.State",
            "meetings.Ministry",
            "meetings.Contact",
            "meetings.Organisation",
            "meetings.Delegation",
            "meetings.Committee",
            "meetings.Recommendation",
        ],
    ),
    (
        _("Mail"),
        [
            "reminders.Delivery",
            "reminders.Reply",
            "reminders.Unsubscription",
            "reminders.ReminderRule",
            "reminders.Follow",
            "mailbox",
        ],
    ),
    (
        _("System"),
        [
            "auth.User",
            "auth.Group",
            "desk.SignIn",
            "meetings.RetentionRule",
            "feed.PartnerSystem",
            "feed.PartnerToken",
            "feed.Subscription",
            "feed.Webhook",
            "feed.WebhookMessage",
            "feed.City",
        ],
    ),
]
# Reached from the page of their committee.
OF_A_COMMITTEE = {"meetings.Seat", "meetings.WorkingGroup", "meetings.Sitting"}
# What the work calls it, where the model's own name says something else.
NAMES = {
    "rotation.Mechanism": _("Rotation"),
    "rotation.RotationDecision": _("Decisions"),
    "meetings.Due": _("What is due"),
    "meetings.DeadlineTemplate": _("Templates"),
    "meetings.SilenceProcedure": _("Silence"),
    "auth.User": _("Users"),
    "auth.Group": _("Groups"),
}


def sidebar(request: HttpRequest, apps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Groups of links; a model that no group names stands under the last, so that none is lost."""
    models = {
        f"{app['app_label']}.{model['object_name']}": model
        for app in apps
        for model in app["models"]
        if model["admin_url"]
    }
    if settings.MAILBOX_DIR and may_read_mail(request.user):
        models["mailbox"] = {"name": _("Local mailbox"), "admin_url": reverse("admin:mailbox")}
    if "meetings.CalendarDay" in models:
        models["workyear"] = {
            "name": _("Working days"),
            "admin_url": reverse("admin:meetings_calendarday_this_year"),
        }
    groups = [{"name": name, "links": _links(labels, models)} for name, labels in JOBS]
    named = {label for _name, labels in JOBS for label in labels}
    hidden = {"rotation.Side", *OF_A_COMMITTEE}
    groups[-1]["links"] += _links([label for label in models if label not in named | hidden], models)
    if not request.user.is_superuser:  # whom nobody but they can help is shown who waits outside
        groups[-1]["links"] = _links(["desk.SignIn"], models)
    links = [link for group in groups for link in group["links"]]
    here = [link for link in links if request.path.startswith(link["url"])]
    if here:  # the nearest: the year of working days stands below the special days
        max(here, key=lambda link: len(link["url"]))["is_here"] = True
    return [group for group in groups if group["links"]]


def _links(labels: list[str], models: dict[str, Any]) -> list[dict[str, Any]]:
    found = [(NAMES.get(label, models[label]["name"]), models[label]) for label in labels if label in models]
    return [{"name": name, "url": model["admin_url"], "is_here": False} for name, model in found]
