"""What every address of the feed does: who reads, in which language, and whether anything changed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.encoding import iri_to_uri
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.views import APIView

from ..audiences import Audience
from ..bodies import kept, key_of, packed
from ..deprecations import DEPRECATIONS
from ..models import Feed, PartnerToken
from ..problems import Gone, NoSuchAddress, PreconditionFailed, problem
from ..query import check_names, language_of
from ..readers import Reader, feed_of, reader_of
from ..render import RENDERER
from ..repeating import remember, state_of
from ..throttles import Quota, ReaderThrottle
from ..token_warnings import expiry_headers

VARY = "Authorization, Accept, Accept-Encoding, Accept-Language"
# A browser's script may read what is public (Fetch standard, CORS protocol); it has no business with a token.
OPEN_TO_SCRIPTS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, RateLimit, RateLimit-Policy, Retry-After, Deprecation, Sunset",
}
PREFLIGHT = {
    **OPEN_TO_SCRIPTS,
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Accept-Language, If-None-Match, If-Modified-Since",
    "Access-Control-Max-Age": "86400",
}
# Last-Modified counts seconds: another change may fall into the same one until it is well past.
SETTLED = timedelta(minutes=1)
ATTEMPTS = 5


class ReadView(APIView):
    """Reads only; knows its parameters; answers 304 before it does any work (RFC 9110 §13)."""

    http_method_names = ["get", "head", "options"]
    throttle_classes = [ReaderThrottle]
    known: ClassVar[frozenset[str]] = frozenset({"lang"})
    scope: ClassVar[str] = PartnerToken.Scope.READ
    cache_control = "no-cache"
    media_type = "application/json"
    quota: Quota | None = None
    token: PartnerToken | None = None
    # What is shown follows from the state of the feed alone, so that the same answer again needs no view.
    shows_the_feed: ClassVar[bool] = True
    is_of_the_feed = False
    reader: Reader
    language: str

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if request.method.lower() not in self.http_method_names:
            raise MethodNotAllowed(request.method)  # before asking who it is: nobody may
        if request.method == "OPTIONS":
            return
        super().initial(request, *args, **kwargs)
        self.deprecation = DEPRECATIONS.get(request.resolver_match.url_name)
        if self.deprecation and self.deprecation.sunset <= timezone.now():
            raise Gone("This address was withdrawn, as announced; see the link with rel=deprecation.")
        self.check_names(request)
        self.language = language_of(request.query_params, request.META.get("HTTP_ACCEPT_LANGUAGE", ""))
        self.reader = self.reader_from(request)

    def check_names(self, request: Request) -> None:
        check_names(request.query_params, self.known)

    def perform_authentication(self, request: Request) -> None:
        """Once: `request.auth` asks again each time that it was refused, and outside of what answers for errors."""
        super().perform_authentication(request)
        self.token = request.auth

    def check_permissions(self, request: Request) -> None:
        """Counted first, where DRF counts last: a refusal is a request too."""
        super().check_throttles(request)
        super().check_permissions(request)

    def check_throttles(self, request: Request) -> None:
        """Done: see above."""

    def reader_from(self, request: Request) -> Reader:
        return reader_of(self.token)

    # --- whether anything changed -------------------------------------------------------------
    def etag(self) -> str | None:
        """Names one state of all that this reader may see; None where only the body can tell.

        Weak: compressed and plain bodies differ in bytes.
        """
        feed, reach = self.reader.feed, self.reader.reach
        return f'W/"{feed.epoch}.{feed.high_seq}.{RENDERER}.{reach}.{self.language}"'

    def last_modified(self) -> datetime | None:
        """When what the tag names last changed; told once no other change can fall into the same second.

        To anybody only: what a partner may see changes without its feed, and then nothing knows when.
        """
        feed = self.reader.feed
        is_settled = not feed._state.adding and feed.changed_at < timezone.now() - SETTLED
        return feed.changed_at if is_settled and not self.reader.system else None

    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        etag, body = self.etag(), None
        if etag is None:
            body = self.body(*args, **kwargs)
            etag, modified = hash_of(body), None
        else:
            modified = self.last_modified()
        response = unchanged(request, etag, modified)
        if response is None:
            if body is None:
                etag, response = self.answer(etag, *args, **kwargs)
            else:
                response = self.told(body, etag, **kwargs)
        # Not what is named by its bytes: of which state of the feed they are, nobody knows.
        self.is_of_the_feed = self.shows_the_feed and self.deprecation is None and etag == self.etag()
        response["ETag"] = etag
        if modified:
            response["Last-Modified"] = format_datetime(modified.astimezone(UTC), usegmt=True)
        response["Cache-Control"] = f"{'private' if self.token else 'public'}, {self.cache_control}"
        response["Content-Language"] = self.language
        return response

    def state(self, etag: str, *args: Any, **kwargs: Any) -> tuple[str, bytes]:
        """A body and the tag of the very state that it shows: equal tags are equal bytes, in every process."""
        for _attempt in range(ATTEMPTS):
            body = kept.get(key_of(self.request, etag))
            if body is not None:
                return etag, body
            body = self.body(*args, **kwargs)
            self.refresh(*args, **kwargs)
            if self.etag() == etag:
                kept.put(key_of(self.request, etag), body)
                return etag, body
            etag = str(self.etag())  # something was committed while the rows were read
        return hash_of(body), body

    def refresh(self, *args: Any, **kwargs: Any) -> None:
        """Read again what the tag is made of."""
        self.reader = replace(self.reader, feed=feed_of(self.reader.feed.pk) or self.reader.feed)

    # --- the answer ---------------------------------------------------------------------------
    def answer(self, etag: str, *args: Any, **kwargs: Any) -> tuple[str, HttpResponseBase]:
        """The whole answer, and the tag of the state that it shows."""
        etag, body = self.state(etag, *args, **kwargs)
        return etag, self.told(body, etag, **kwargs)

    def told(self, body: bytes, etag: str, **kwargs: Any) -> HttpResponse:
        response = self.packed(body, etag)
        self.add_headers(response, body, **kwargs)
        return response

    def body(self, *args: Any, **kwargs: Any) -> bytes:
        raise NotImplementedError

    def add_headers(self, response: HttpResponse, body: bytes, **kwargs: Any) -> None:
        """What a 200 says beyond its body, which may have been kept."""

    def packed(self, plain: bytes, etag: str) -> HttpResponse:
        """The body as the reader likes it."""
        coding, body = packed(self.request, etag, plain)
        headers = {} if coding == "identity" else {"Content-Encoding": coding}
        return HttpResponse(body, content_type=self.media_type, headers=headers)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """RFC 9110 §15.4.5: a 304 repeats what a 200 would have said; a problem says the most of it too."""
        response = super().finalize_response(request, response, *args, **kwargs)
        headers = {"Vary": VARY}
        if "HTTP_AUTHORIZATION" not in request.META:
            headers |= OPEN_TO_SCRIPTS
        if self.quota:
            headers |= self.quota.headers()
        if self.token:
            headers |= expiry_headers(self.token.expires_at, timezone.now())
        if deprecation := getattr(self, "deprecation", None):
            told = deprecation.headers()
            # The link to the next page stands beside those of the notice.
            told["Link"] = ", ".join(filter(None, [response.get("Link"), told["Link"]]))
            headers |= told
        for name, value in headers.items():
            response[name] = value
        # What says nothing itself gets Django's name of the interface, and Chinese is no `zh` there.
        response.headers.setdefault("Content-Language", "en")
        if self.is_of_the_feed and response.status_code in (200, 304):
            remember(response, state_of(self.reader, self.token))
        return response

    def options(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        response = HttpResponse(status=204)
        for name, value in PREFLIGHT.items():
            response[name] = value
        return response


class NothingHere(ReadView):
    """Any other address under /api/: a problem, not a page. One that lacks its final slash, or has one too many, is
    shown the right one, whoever may see what is there."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NoSuchAddress(documentation=f"{settings.BASE_URL}/api/v1/docs/")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        meant = with_other_ending(request)
        return super().dispatch(request, *args, **kwargs) if meant is None else redirect_to(meant)


def with_other_ending(request: HttpRequest) -> str | None:
    """The same address with its slash, or without the one too many, where there is such a one; None where not."""
    path = request.path.rstrip("/") if request.path.endswith("/") else f"{request.path}/"
    try:
        found = resolve(path)
    except Resolver404:
        return None
    if getattr(found.func, "cls", None) is NothingHere:
        return None
    asked = request.META.get("QUERY_STRING", "")
    return f"{path}?{asked}" if asked else path


def redirect_to(path: str) -> HttpResponse:
    """308, which keeps the method, with the words for who does not follow it."""
    response = problem(308, f"Addresses end with a slash, those of files do not. This one is {path}")
    response["Location"] = iri_to_uri(path)
    for name, value in OPEN_TO_SCRIPTS.items():
        response[name] = value
    return response


class CatalogueView(ReadView):
    """A small list that seldom changes; its tag is made from the body."""

    cache_control = "max-age=86400"

    def reader_from(self, request: Request) -> Reader:
        # Only the audience's name is used: no query.
        return super().reader_from(request) if self.token else Reader(Feed(audience=Audience.PUBLIC))

    def etag(self) -> str | None:
        return None

    def body(self, *args: Any, **kwargs: Any) -> bytes:
        return as_json(self.answer(*args, **kwargs))

    def answer(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        raise NotImplementedError


def unchanged(request: Request, etag: str, modified: datetime | None = None) -> HttpResponse | None:
    """The 304 for who has what this tag names; None for who has not. Raises PreconditionFailed (RFC 9110 §13.2.2)."""
    if modified is None:
        request.META.pop("HTTP_IF_UNMODIFIED_SINCE", None)  # then it means nothing (RFC 9110 §13.1.4)
    response = get_conditional_response(
        request, etag=etag, last_modified=int(modified.timestamp()) if modified else None
    )
    if response is not None and response.status_code == 412:
        raise PreconditionFailed
    return response


def with_mark(etag: str, mark: object) -> str:
    """The tag of something that differs by `mark` as well."""
    return f'{etag[:-1]}.{mark}"'


def hash_of(body: bytes) -> str:
    return f'W/"{sha256(body).hexdigest()[:32]}"'


def as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def joined(members: Iterable[tuple[str, Iterable[str]]], rest: dict[str, Any]) -> bytes:
    """A JSON object whose lists are made of stored texts, which are never parsed on the way: {"items": […], …}."""
    lists = "".join(f'"{name}": [{", ".join(texts)}], ' for name, texts in members)
    return f"{{{lists}{json.dumps(rest, ensure_ascii=False)[1:]}".encode()


def next_address(request: Request, cursor: str) -> str:
    params = request.query_params.copy()
    params["cursor"] = cursor
    return f"{settings.BASE_URL}{request.path}?{params.urlencode()}"


def link_of_next(response: HttpResponse, body: bytes) -> None:
    """RFC 8288. `next` stands last in the body; no text within it can hold a bare quotation mark."""
    following = json.loads(body[body.rindex(b'"next": ') + len(b'"next": ') : -1])
    if following:
        response["Link"] = f'<{following}>; rel="next"'
