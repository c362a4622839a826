"""The small lists: tracks, states, summits, and the turns of the rotation with their reasons."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from meetings.models import Track
from rotation.models import Mechanism, State, Summit
from rotation.periods import BadPeriod, read_period
from rotation.projection import turns_until
from rotation.reasons import reason_text
from rotation.rule import NobodyLeft, Turn

from .. import query, schema
from ..asking import parameters, responses
from ..problems import BadParameter
from ..render import state_body
from ..words import in_language, text_and_language
from .base import CatalogueView

LAST_YEAR = 2200


def last_period(text: str, mechanism: Mechanism | None) -> str:
    """The `until` of a reader, in the form of the mechanism's step. Raises BadParameter."""
    example = mechanism.first_period if mechanism else "2023"
    try:
        month = read_period(text, mechanism.step_months if mechanism else 12)
        if text < example or month >= (LAST_YEAR + 1) * 12:
            raise BadPeriod
    except BadPeriod:
        remedy = f"Give a period from {example} to {LAST_YEAR}, written like {example}."
        raise BadParameter("until", "This is not a period of the rotation.", remedy) from None
    return text


def named(texts: dict[str, str], language: str) -> dict[str, Any]:
    name, found = text_and_language(texts, language)
    return {"name": name, "lang": found, "names": texts}


def calendar_links(path: str) -> dict[str, str]:
    """A calendar's address, and the same for an application that subscribes when its link is opened."""
    address = f"{settings.BASE_URL}/api/v1/{path}"
    return {"calendar": address, "webcal": f"webcal://{address.partition('://')[2]}"}


class TracksView(CatalogueView):
    """The bodies that meet. The list is open: new ones are added."""

    @extend_schema(parameters=parameters("lang"), responses=responses(schema.TracksSerializer))
    def get(self, request: Request) -> HttpResponse:
        return super().get(request)

    def answer(self) -> dict[str, Any]:
        tracks = Track.objects.select_related("mechanism")
        return {
            "items": [
                {
                    "slug": track.slug,
                    **named(track.names, self.language),
                    "mechanism": track.mechanism.slug,
                    "level": track.level,
                    "host_rule": track.host_rule,
                    "basis": track.basis or None,
                    "links": calendar_links(f"tracks/{track.slug}/calendar.ics"),
                }
                for track in tracks
            ]
        }


class StatesView(CatalogueView):
    """The states that take part."""

    @extend_schema(parameters=parameters("lang"), responses=responses(schema.StatesSerializer))
    def get(self, request: Request) -> HttpResponse:
        return super().get(request)

    def answer(self) -> dict[str, Any]:
        with in_language(self.language):
            states = list(State.objects.all())
        return {
            "items": [
                {
                    "code": state.code,
                    "alpha3": state.alpha3 or None,
                    **named(state.names, self.language),
                    "capital": state.capital or None,
                    "zone": state.zone,
                    "links": calendar_links(f"states/{state.code}/calendar.ics"),
                }
                for state in states
            ]
        }


class SummitsView(CatalogueView):
    """Summits held or announced. Later ones are projected: see `rotation/turns`."""

    @extend_schema(parameters=parameters("lang"), responses=responses(schema.SummitsSerializer))
    def get(self, request: Request) -> HttpResponse:
        return super().get(request)

    def answer(self) -> dict[str, Any]:
        return {
            "items": [
                {
                    "mechanism": summit.mechanism.slug,
                    "ordinal": summit.ordinal,
                    "period": summit.period,
                    "host": state_body(summit.host, self.language),
                    "status": summit.status,
                    "source": summit.source or None,
                }
                for summit in Summit.objects.select_related("mechanism", "host")
            ]
        }


class TurnsView(CatalogueView):
    """Who holds which turn, and why: the rule applied to what was held."""

    known = frozenset({"until", "known_on", "mechanism", "lang"})
    cache_control = "max-age=3600"  # a decision changes it

    @extend_schema(
        parameters=parameters("until", "known_on", "mechanism", "lang"),
        responses=responses(schema.TurnsSerializer),
    )
    def get(self, request: Request) -> HttpResponse:
        return super().get(request)

    def answer(self) -> dict[str, Any]:
        mechanism = self.mechanism(self.request.query_params.get("mechanism"))
        until = last_period(self.request.query_params.get("until", ""), mechanism)
        known_on = query.day(self.request.query_params, "known_on")
        names = {state.code: state for state in State.objects.all()}
        turns = self.turns(mechanism, until, known_on)
        with in_language(self.language):
            items = [
                {
                    "ordinal": turn.ordinal,
                    "period": turn.period,
                    "holder": state_body(names.get(turn.holder), self.language),
                    "side": turn.side,
                    "status": turn.status,
                    "why": [reason_text(reason, gettext) for reason in turn.why],
                }
                for turn in turns
            ]
        return {
            "mechanism": mechanism.slug if mechanism else None,
            "known_on": known_on.isoformat() if known_on else None,
            "items": items,
        }

    def turns(self, mechanism: Mechanism | None, until: str, known_on: date | None) -> list[Turn]:
        if mechanism is None:
            return []
        try:
            return turns_until(mechanism, until, self.language, known_on=known_on)
        except NobodyLeft as error:
            remedy = f"Ask for a period before {error.period}."
            raise BadParameter("until", f"A side has no member in {error.period}.", remedy) from error

    def mechanism(self, slug: str | None) -> Mechanism | None:
        found = Mechanism.objects.select_related("first_holder")
        if slug is None:
            return found.first()
        mechanism = found.filter(slug=slug).first()
        if mechanism is None:
            raise BadParameter("mechanism", "There is no such mechanism.", "Leave it out for the first one.")
        return mechanism
