"""What a delivery is, and what may become of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    REMINDER = "reminder", _("reminder")
    CHANGED = "changed", _("notice of change")
    WITHDRAWN = "withdrawn", _("notice of withdrawal")
    # Of a silence procedure.
    OPENED = "opened", _("silence opened")
    EXTENDED = "extended", _("silence extended")
    BROKEN = "broken", _("silence broken")
    ADOPTED = "adopted", _("text adopted")
    SET_ASIDE = "set aside", _("adoption set aside")
    NARROWED = "narrowed", _("text adopted by fewer")
    # Of an agenda, and to whom it was sent of its meeting.
    ISSUED = "issued", _("agenda issued")
    MOVED = "moved", _("meeting moved")
    OFF = "off", _("meeting off")
    # Of a meeting.
    INVITED = "invited", _("invitation")
    # Of what is due, by the policy.
    FIRST = "first", _("first notice")
    OVERDUE = "overdue", _("overdue notice")
    ESCALATED = "escalated", _("escalation")
    RECEIVED = "received", _("thanks on receipt")
    ANSWERED = "answered", _("answer to a reply")
    # Of a contact's week: it has no subject of its own, but carries items that have.
    DIGEST = "digest", _("weekly digest")


class State(models.TextChoices):
    PENDING = "pending", _("planned")
    DEFERRED = "deferred", _("to be tried again")
    CLAIMED = "claimed", _("taken by a worker")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("taken by the mail server")
    UNCERTAIN = "uncertain", _("not known whether it arrived")
    FAILED = "failed", _("failed")
    # It was true as long as it could be said, and it could not be sent. Unlike what became untrue it is a loss.
    LAPSED = "lapsed", _("not sent in time")
    CANCELLED = "cancelled", _("cancelled")
    CARRIED = "carried", _("told in a digest")
