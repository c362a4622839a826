"""What the start page shows: the next summit, what is due, what is late, what did not go out, which papers wait."""

from __future__ import annotations

from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db.models import Count, F, Min, Prefetch, prefetch_related_objects
from django.urls import reverse
from django.utils import timezone

from meetings.admin.deadlines.matrix import due_shown
from meetings.admin.papers.languages import matrix_chips
from meetings.admin.schedule.when import days_text, hours_text, instant_text, when_text
from meetings.admin.silence.words import closing_text, left_text
from meetings.models import Contact, Document, Due, Meeting, SilenceProcedure
from rotation.forms import state_names
from rotation.lists import listed
from rotation.models import Summit
from rotation.translated import content_language, state_key
from secretariat.feed.cities import place_in, with_cities
from secretariat.feed.models import Webhook
from secretariat.reminders.models import ON_PAPERS, TITLED, Bounce, Delivery, RelayOutage, Reply
from secretariat.reminders.unheard import unheard

from .permissions import may_look

AHEAD_DAYS = 30
SHOWN = 60  # rows of a list on the page; the count beside it links to all
SHOWN_MEETINGS = 8
SILENCE_DAYS = 7
SHOWN_PAPERS = 8


def today_shown(now: datetime, user: Any) -> dict[str, Any]:
    """The start page's context for a member of staff: each block for who may look at its rows, None for who may not.

    A constant number of queries.
    """
    blocks = {
        **(dues_shown(now) if may_look(user, "due") else {}),
        **(mail_shown(now) if may_look(user, "delivery", "reminders") else {}),
        **(meetings_ahead_shown(now) if may_look(user, "meeting") else {}),
        "summit": next_summit(now, user),
        "replies": replies_shown(user),
        "undeliverable": undeliverable_shown(user),
        "silences": silences_shown(now, user),
        "gaps": gaps_shown(user),
        "unheard": unheard_shown(now) if may_look(user, "track") else None,
        "webhooks": webhooks_shown(user),
    }
    return {
        **blocks,
        "has_nothing_open": not any(block is not None for block in blocks.values()),
        "ahead_days": AHEAD_DAYS,
        "silence_days": SILENCE_DAYS,
        "today": days_text(timezone.localdate(now), timezone.localdate(now)),
    }


def dues_shown(now: datetime) -> dict[str, Any]:
    """What is due soon and what is overdue, by day."""
    # Of one deadline each state has a due: what they share is read once.
    dues = Due.objects.prefetch_related("deadline__meeting__track", "deadline__meeting__host", "state")
    page = reverse("admin:meetings_due_changelist")
    soon, overdue = dues.coming(now, AHEAD_DAYS), dues.overdue(now)
    return {
        "days": _by_day([due_shown(due, now) for due in soon.order_by("due_at")[:SHOWN]]),
        "overdue": _by_day([due_shown(due, now) for due in overdue.order_by("due_at")[:SHOWN]]),
        "count_soon": _count(soon.count(), f"{page}?time=30"),
        "count_overdue": _count(overdue.count(), f"{page}?time=overdue"),
    }


def mail_shown(now: datetime) -> dict[str, Any]:
    """The mail that staff must look at, and the mail that they hold back."""
    page = reverse("admin:reminders_delivery_changelist")
    came_back = list(Bounce.objects.standing(now).select_related(None).defer("text"))
    mails = Prefetch("delivery", Delivery.objects.prefetch_related(ON_PAPERS).defer("text", "html"))
    prefetch_related_objects(came_back[:10], mails, "contact__ministry")
    to_look_at = Delivery.objects.to_look_at(came_back).aggregate(count=Count("pk"))["count"]
    return {
        "outage": outage_shown(),
        "late": late_shown(now),
        "is_all_taken": Delivery.objects.is_all_taken(now),
        "unsent": Delivery.objects.unsettled().select_related("contact").prefetch_related(*TITLED)[:10],
        "returned": came_back[:10],
        "count_unsent": _count(to_look_at, f"{page}?outcome=unsettled"),
        "count_held": _count(Delivery.objects.held().count(), f"{page}?outcome=held"),
    }


def meetings_ahead_shown(now: datetime) -> dict[str, Any]:
    upcoming = Meeting.objects.upcoming(now).with_parties()
    first = with_cities(upcoming).order_by(F("first_on").asc(nulls_last=True))[:SHOWN_MEETINGS]
    page = reverse("admin:meetings_meeting_changelist")
    return {
        "meetings": [meeting_shown(row) for row in first],
        "count_meetings": _count(upcoming.count(), f"{page}?time=upcoming"),
    }


def replies_shown(user: Any) -> dict[str, Any] | None:
    """What ministries say that nobody has settled; None for who sees no replies."""
    if not may_look(user, "reply", "reminders"):
        return None
    waiting = list(Reply.objects.waiting().values_list("pk", flat=True))
    page = reverse("admin:reminders_reply_changelist")
    rows = Reply.objects.with_due().filter(pk__in=waiting[:10])
    return {"rows": rows, **_count(len(waiting), f"{page}?waiting=1")}


def undeliverable_shown(user: Any) -> dict[str, Any] | None:
    if not may_look(user, "contact"):
        return None
    page = reverse("admin:meetings_contact_changelist")
    return _count(Contact.objects.filter(is_undeliverable=True).count(), f"{page}?is_undeliverable__exact=1")


def next_summit(now: datetime, user: Any) -> dict[str, Any] | None:
    """The next announced summit with its meeting's date, as far as either is known and open to the user.

    None for who sees no summits.
    """
    if not may_look(user, "summit", "rotation"):
        return None
    summit = (
        Summit.objects.filter(status=Summit.Status.ANNOUNCED)
        .select_related("host", "mechanism", "meeting__track")
        .order_by("period", "ordinal")
        .first()
    )
    if summit is None:
        return {"summit": None}
    meeting = getattr(summit, "meeting", None) if may_look(user, "meeting") else None
    starts = meeting.starts_at if meeting else None
    return {
        "summit": summit,
        "meeting": meeting,
        "place": place_in(meeting, content_language()) if meeting else "",
        "when": when_text(meeting.span) if meeting and meeting.first_on else summit.period,
        "days_left": (timezone.localdate(starts) - timezone.localdate(now)).days
        if starts and starts > now
        else None,
    }


def meeting_shown(meeting: Meeting) -> dict[str, Any]:
    return {
        "meeting": meeting,
        "when": when_text(meeting.span),
        "hours": hours_text(meeting.span),
        "place": place_in(meeting, content_language()),
    }


def silences_shown(now: datetime, user: Any) -> dict[str, Any] | None:
    """The silence procedures about to close, on papers that the user may see; None for who sees no silence at all."""
    if not may_look(user, "silenceprocedure"):
        return None
    visible, names = Document.objects.visible_to(user).values("pk"), state_names()
    found = SilenceProcedure.objects.filter(document__in=visible).closing(now, SILENCE_DAYS)
    broken = SilenceProcedure.objects.filter(document__in=visible).without_sequel()
    return {
        "broken": {
            "count": broken.count(),
            "url": f"{reverse('admin:meetings_silenceprocedure_changelist')}?time=broken",
            "rows": [
                {
                    "row": row,
                    "states": _objectors(row, now, names),
                    "ended": instant_text(row.ended_at, row.zone),
                }
                for row in broken.with_acts().order_by("-ended_at", "-pk")[:SHOWN_PAPERS]
            ],
        },
        "count": found.count(),
        "url": f"{reverse('admin:meetings_silenceprocedure_changelist')}?time={SILENCE_DAYS}",
        "rows": [
            {"row": row, "closing": closing_text(row.closing), "left": left_text(row.closing_at - now)}
            for row in found.select_related("document")[:SHOWN_PAPERS]
        ],
    }


def _objectors(row: SilenceProcedure, now: datetime, names: dict[str, str]) -> str:
    codes = row.standing(now).objectors
    return listed([name for code, name in names.items() if code in codes])


def gaps_shown(user: Any) -> dict[str, Any] | None:
    """The papers that lack a required language, the oldest first; None for who sees no papers at all."""
    if not may_look(user, "document"):
        return None
    found = Document.objects.visible_to(user).incomplete()
    return {
        "count": found.count(),
        "url": f"{reverse('admin:meetings_document_changelist')}?languages=missing",
        "rows": [
            {"row": row, "chips": matrix_chips(row), "day": days_text(row.dated_on, row.dated_on)}
            for row in found.with_versions().order_by("dated_on", "pk")[:SHOWN_PAPERS]
        ],
    }


def late_shown(now: datetime) -> dict[str, Any] | None:
    """The mail that should have gone by now and since when; None while all goes, as it nearly always does."""
    late = Delivery.objects.late(now).aggregate(count=Count("pk"), since=Min("planned_at"))
    return late["count"] and {
        "count": late["count"],
        "since": instant_text(late["since"], timezone.get_current_timezone_name()),
        "url": f"{reverse('admin:reminders_delivery_changelist')}?outcome=late",
    }


def outage_shown() -> dict[str, Any] | None:
    """Why our own mail server takes no mail and since when; None while it does."""
    outage = RelayOutage.objects.first()
    return outage and {
        "said": outage.said,
        "since": instant_text(outage.since, timezone.get_current_timezone_name()),
    }


def unheard_shown(now: datetime) -> list[dict[str, Any]]:
    """The tracks in which something is to come, with the states in which nobody would be told of it."""
    found = unheard(now)
    names = state_names() if found else {}
    return [
        {
            "row": row,
            "states": listed(name for code, name in names.items() if code in row.states),
            "day": days_text(row.first_on, row.first_on),
        }
        for row in found
    ]


def webhooks_shown(user: Any) -> list[Webhook] | None:
    """The webhooks switched off by the service or failing now; None for who sees no webhooks."""
    if not may_look(user, "webhook", "feed"):
        return None
    return list(Webhook.objects.in_trouble().select_related("system")[:10])


def _by_day(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows by the day that they are due, on the responsible states' own calendars."""
    return [
        {"day": day, "text": days_text(day, day), "deadlines": _by_deadline(list(group))}
        for day, group in groupby(sorted(rows, key=_day_due), key=_day_due)
    ]


def _day_due(row: dict[str, Any]) -> date:
    return row["due"].due_on


def _by_deadline(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        deadline = row["due"].deadline
        found.setdefault(deadline.pk, {"deadline": deadline, "rows": []})["rows"].append(row)
    for entry in found.values():
        entry["rows"].sort(key=lambda row: state_key(row["due"].state_id, str(row["due"].state)))
    return list(found.values())


def _count(count: int, url: str) -> dict[str, Any]:
    """How many there are, and the list where all of them stand."""
    return {"count": count, "url": url}
