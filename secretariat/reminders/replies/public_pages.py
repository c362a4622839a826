"""The pages behind the links of the mails: a GET shows what the link would say, a POST says it.

Mail scanners follow links, and some run what they find; so nothing is ever said but by the form's own button.
The reader is known by the link alone: there is no session, no cookie, and no name on the page.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from babel.dates import format_date
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from meetings.models import Track
from secretariat.feed.throttles import address_of, counted

from ..letters.letter import facts_of
from ..letters.moments import BABEL_LOCALE, clocks, moment
from ..message import DJANGO_LANGUAGE
from ..models import Delivery, Reply
from .forms import FORMS
from .links import form_seal, is_sealed, uid_of
from .recording import LinkBarred, bar_of, delivery_of_link, record_reply, unsubscribe
from .topics import topic_of

View = Callable[..., HttpResponseBase]
# A ministry sits behind one address, and its scanner follows every link of every mail.
AN_HOUR_BY_LINK, AN_HOUR_BY_ADDRESS = 60, 1200
STATUS = {"left": 403, "withdrawn": 410, "moved": 409, "settled": 409, "expired": 410}


def public(view: View) -> View:
    """A page for whoever holds the link: rate-limited, kept by nobody, found by nobody, and told to nobody."""

    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        quotas = [counted("links", address_of(request), AN_HOUR_BY_ADDRESS)]
        purpose = kwargs.get("purpose", "unsubscribe")
        uid = uid_of(purpose, kwargs["token"])
        if uid is not None:  # what is not ours is counted by its sender alone, or it would fill the counters
            quotas.append(counted("link", f"{purpose}.{uid.hex}", AN_HOUR_BY_LINK))
        waits = [quota.left_seconds for quota in quotas if quota.is_used_up]
        response = _too_often(max(waits)) if waits else view(request, **kwargs)
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    # The seal in the form stands in for Django's check: with no referrer a browser sends no Origin either.
    exempt: View = csrf_exempt(require_http_methods(["GET", "HEAD", "POST"])(guarded))
    return exempt


@public
def reply_page(request: HttpRequest, purpose: str, token: str) -> HttpResponse:
    uid = uid_of(purpose, token) if purpose in FORMS else None
    row = delivery_of_link(uid) if uid else None
    if row is None:
        return unknown()
    with translation.override(language_of(row)):
        said = next((reply for reply in row.replies.all() if reply.what == purpose), None)
        if said is not None and row.due.status == row.due.Status.OPEN:
            facts = _facts(row)
            return page("said", row, 200, purpose=purpose, until=_day(said, row), facts=facts)
        barred = bar_of(row, timezone.now())
        if barred:
            return _barred(request, row, barred)
        return _ask(request, row, purpose, token)


def _ask(request: HttpRequest, row: Delivery, purpose: str, token: str) -> HttpResponse:
    form = FORMS[purpose](request.POST if request.method == "POST" else None, due=row.due)
    is_stale = request.method == "POST" and not is_sealed(token, request.POST.get("seal", ""))
    if not is_stale and form.is_valid():
        try:
            record_reply(row, purpose, **form.cleaned_data)
        except LinkBarred as refusal:  # moved or settled since the page was shown
            return _barred(request, row, refusal.bar)
        return HttpResponseRedirect(request.path, status=303)
    status = 400 if request.method == "POST" else 200
    return page(
        "ask",
        row,
        status,
        purpose=purpose,
        form=form,
        seal=form_seal(token),
        is_stale=is_stale,
        facts=_facts(row),
    )


@public
def unsubscribe_page(request: HttpRequest, token: str) -> HttpResponse:
    """One click in a mail program posts the words of RFC 8058 §3.2; a reader is asked first."""
    uid = uid_of("unsubscribe", token)
    rows = Delivery.objects.select_related(
        "contact", "agenda__meeting__track__mechanism", "meeting__track__mechanism"
    )
    row = rows.filter(uid=uid).first() if uid else None
    if row is None or not topic_of(row):
        return unknown()
    with translation.override(language_of(row)):
        is_stale = False
        if request.method == "POST":
            one_click = request.POST.get("List-Unsubscribe") == "One-Click"
            if one_click or is_sealed(token, request.POST.get("seal", "")):
                unsubscribe(row)
            else:
                is_stale = True
        topic = topic_of(row)
        is_ended = row.contact.unsubscriptions.filter(topic=topic, ended_at__isnull=True).exists()
        status = 400 if is_stale else 200
        told = {"topic": topic, "is_ended": is_ended, "is_stale": is_stale, "seal": form_seal(token)}
        return page("unsubscribe", row, status, **told)


def language_of(row: Delivery) -> str:
    return DJANGO_LANGUAGE.get(row.contact.language, row.contact.language)


def _day(said: Reply, row: Delivery) -> str:
    return format_date(said.until, "long", locale=BABEL_LOCALE[row.contact.language]) if said.until else ""


def _facts(row: Delivery) -> list[tuple[str, str]]:
    """What the link is about: nothing of the person to whom it was sent."""
    language = row.contact.language
    return [
        (_("What is due"), str(row.due.deadline)),
        (_("Due from"), str(row.due.state)),
        (_("By"), moment(row.due.due_at, row.due.zone, language)),
        *clocks(row.due.due_at, row.due.zone, [(_("On your clock"), row.zone)], language),
        *facts_of(row.meeting, language),
    ]


def _barred(request: HttpRequest, row: Delivery, barred: str) -> HttpResponse:
    # That it is settled is no error for who only looks.
    status = 200 if barred == "settled" and request.method != "POST" else STATUS[barred]
    facts = [] if barred == "left" else _facts(row)
    return page("barred", row, status, barred=barred, facts=facts)


def _track(row: Delivery) -> Track:
    track: Track = (row.silence.document if row.silence_id else row.meeting).track
    return track


def unknown() -> HttpResponse:
    return page("unknown", None, 404)


def _too_often(wait: int) -> HttpResponse:
    response = page("too_often", None, 429)
    response["Retry-After"] = str(wait)
    return response


def page(name: str, row: Delivery | None, status: int, **context: Any) -> HttpResponse:
    context |= {"mechanism": row and _track(row).mechanism}
    text = render_to_string(f"reminders/public/{name}.html", context)
    response = HttpResponse(text, status=status)
    response["Content-Language"] = translation.get_language() or "en"
    return response
