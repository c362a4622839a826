"""The private calendar address of a partner: its secret stands in the path and nowhere else."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from ..models import Subscription
from ..readers import Reader
from ..subscribing import reader_by, subscription_of
from ..throttles import counted, failed
from ..words import text_and_language
from .calendars import CalendarView

REQUESTS_AN_HOUR = 60


class SubscriptionThrottle(BaseThrottle):
    """By private address, as calendars of a whole ministry fetch from one machine and none may take another's share;
    one that opens nothing by who asks for it, and whoever guesses goes on to be answered where a guess is right."""

    def allow_request(self, request: Request, view: Any) -> bool:
        view.subscription = subscription_of(view.kwargs["secret"], timezone.now())
        if view.subscription is None:
            self.quota = failed(request)
        else:
            self.quota = counted("subscription", str(view.subscription.pk), REQUESTS_AN_HOUR)
            view.quota = self.quota
        return not self.quota.is_used_up

    def wait(self) -> int:
        return self.quota.left_seconds


class SubscriptionView(CalendarView):
    """What the partner system of the address may see, of its track or state where it names one."""

    # The address alone opens it: a header would say nothing more.
    authentication_classes = ()
    throttle_classes = [SubscriptionThrottle]
    schema = None
    address = ""
    subscription: Subscription | None = None
    shows_the_feed = False  # answered the whole way each time: a revoked address is found out at once

    @property
    def path(self) -> str:
        return f"/calendar/{self.subscription.pk}"

    def reader_from(self, request: Request) -> Reader:
        if self.subscription is None:
            raise NotFound
        if "lang" not in request.query_params:
            self.language = self.subscription.language
        return reader_by(self.subscription)

    def refresh(self, *args: Any, **kwargs: Any) -> None:
        """Read again how far the feed is, of a subscription that may have been revoked meanwhile."""
        self.subscription = subscription_of(self.kwargs["secret"], timezone.now(), again=True)
        self.reader = self.reader_from(self.request)

    def get(self, request: Request, secret: str) -> HttpResponse:
        response = super().get(request)
        response["Cache-Control"] = f"private, {self.cache_control}"
        return response

    def only(self, **kwargs: Any) -> Q:
        chosen = Q()
        if self.subscription.track_id:
            chosen &= Q(meeting__track_id=self.subscription.track_id)
        if self.subscription.state_id:
            chosen &= Q(states__contains=[self.subscription.state_id])
        return chosen

    def named(self, **kwargs: Any) -> tuple[str, str]:
        of = self.subscription.track or self.subscription.state
        return text_and_language(of.names, self.language) if of else super().named()

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """No page may hand the address on, no search engine list it, no script of another origin read it."""
        response = super().finalize_response(request, response, *args, **kwargs)
        for name in [name for name in response.headers if name.startswith("Access-Control-")]:
            del response[name]
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex"
        return response
