"""Clashes as sentences in the reader's language, each with the meeting it is with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rotation.forms import state_names
from rotation.lists import listed
from rotation.numbers import number_in

from ...schedule.clashes import Clash
from .when import days_text

SENTENCES = {
    "ministry_overlap": gettext_lazy(
        "“%(other)s” (%(days)s) shares days with it, and asks for %(ministries)s too."
    ),
    "ministry_travel": gettext_lazy(
        "“%(other)s” (%(days)s) leaves %(ministries)s no day to travel between the two."
    ),
    "same_place": gettext_lazy(
        "“%(other)s” (%(days)s) is in the same city on the same days; if that is meant, name it as co-located."
    ),
    "blackout": gettext_lazy("%(days)s: %(name)s. Source: %(source)s"),
    "calendar_unknown": gettext_lazy("The holidays of that year are not known yet in: %(states)s."),
}


def clashes_shown(clashes: Iterable[Clash]) -> list[dict[str, Any]]:
    """The warnings of a page: code, sentence, and the address of the other meeting where there is one."""
    clashes = list(clashes)
    names = state_names() if clashes else {}
    return [
        {
            "code": clash.code,
            "is_grave": clash.is_grave,
            "text": clash_text(clash, names),
            "url": reverse("admin:meetings_meeting_change", args=[clash.other])
            if number_in(clash.other) is not None
            else "",
        }
        for clash in clashes
    ]


def clash_text(clash: Clash, names: dict[str, str]) -> str:
    values = dict(clash.values)
    values["days"] = days_text(values.pop("first"), values.pop("last"))
    if "ministries" in values:
        values["ministries"] = "; ".join(values["ministries"])
    if "states" in values:
        values["count"] = len(values["states"])
        values["states"] = listed(name for code, name in names.items() if code in values["states"])
    if "state" in values:
        values["state"] = names.get(values["state"], values["state"])
    match clash.code:
        case "weekend":
            text = ngettext(
                "%(days)s is not worked in %(states)s: it is the weekend there.",
                "%(days)s is not worked in these states, where it is the weekend: %(states)s.",
                values["count"],
            )
        case "holiday" if values["certainty"] == "confirmed":
            text = _("%(days)s is a public holiday in %(state)s: %(name)s.")
        case "holiday" if values["certainty"] == "estimated":
            text = _("%(days)s is a public holiday in %(state)s by the estimate of its date: %(name)s.")
        case "holiday":
            text = _("%(days)s is expected to be a public holiday in %(state)s: %(name)s.")
        case code:
            text = str(SENTENCES[code])
    return text % values
