"""Who is told by mail of what staff are about to do, shown on every page of an act before it is confirmed."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from meetings.admin.schedule.when import instant_text
from rotation.act_view import Told
from rotation.models import State

from .effects import Notices, watch_notices


def watch_mail() -> Callable[[], Told]:
    """Before an act; what it returns, called after it, shows whom the act tells as it happens, by state."""
    look = watch_notices()
    return lambda: _told(look())


def _told(notices: list[Notices]) -> Told:
    found = {each.state: each for each in notices}
    names = {row.pk: str(row) for row in State.objects.filter(pk__in=found)} if found else {}
    states = [
        {
            "name": name,
            "notices": found[code],
            "moment": instant_text(found[code].first_at, settings.TIME_ZONE),
        }
        for code, name in names.items()
    ]
    shown = {"states": states, "mails": sum(each.mails for each in notices)}
    return Told(
        "reminders/told.html", shown, tuple((each.state, each.mails, each.people) for each in notices)
    )
