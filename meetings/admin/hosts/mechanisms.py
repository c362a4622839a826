"""The mechanism on the desk with what this floor knows: announcing a turn makes its summit and its meeting too."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rotation.act_view import Act
from rotation.admin import MechanismAdmin
from rotation.deciding import Prospect
from rotation.decision_pages import Decide
from rotation.models import Mechanism, RotationDecision, Summit
from rotation.turn_tables import turn_shown

from ...days.closed_days import seat_changed
from ...models import Track

# The next turns that are offered to be announced; who wants a later one writes its period into the address.
OFFERED = 6


class MechanismPages(MechanismAdmin):
    def save_model(self, request: HttpRequest, obj: Mechanism, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "seat" in form.changed_data:
            count = sum(len(touched.changes) for touched in seat_changed(obj.pk))
            text = ngettext("%(count)d deadline changed.", "%(count)d deadlines changed.", count)
            messages.info(request, text % {"count": count})

    def act_view(self, request: HttpRequest, act: Act, **address: Any) -> HttpResponse:
        """An announcement has a page of its own wherever a track holds the turns: it is one act."""
        is_announced = isinstance(act, Decide) and address["kind"] == RotationDecision.Kind.ANNOUNCE
        if not is_announced or not Track.objects.filter(rotation_id=address["pk"]).exists():
            return super().act_view(request, act, **address)
        mechanism = self.mechanism_for(request, address["pk"])
        if period := request.GET.get("period") or request.POST.get("period"):
            return HttpResponseRedirect(_announcing(mechanism, period))
        turns = _to_announce(mechanism)
        return self.choice_of(request, mechanism, "announce.html", _("Announce a summit"), turns=turns)


def _to_announce(mechanism: Mechanism) -> list[dict[str, object]]:
    """The next turns without a summit, each with the page that announces it."""
    prospect = Prospect(mechanism)
    made = set(Summit.objects.filter(mechanism=mechanism).values_list("ordinal", flat=True))
    coming = [turn for turn in prospect.before.turns if turn.status != "held" and turn.ordinal not in made]
    return [
        {"shown": turn_shown(turn, prospect.names), "url": _announcing(mechanism, turn.period)}
        for turn in coming[:OFFERED]
    ]


def _announcing(mechanism: Mechanism, period: str) -> str:
    return reverse("admin:meetings_summit_announce", args=[mechanism.pk, period.replace("/", "")[:10] or "-"])


admin.site.unregister(Mechanism)
admin.site.register(Mechanism, MechanismPages)
