"""The mails of the local mailbox (`make run`), so that one sees what the ministries would get."""

from __future__ import annotations

import mailbox as maildir
from dataclasses import dataclass, replace
from datetime import datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from meetings.papers.naming import needs_permission
from secretariat.reminders.withheld import withheld_in_mailbox

from .permissions import may_read_mail

PAGE_SIZE = 50
SHOWN_HEADERS = ["From", "To", "Date", "Subject", "Message-ID", "In-Reply-To", "Auto-Submitted"]


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail of the mailbox. called: what it speaks of, where its words are withheld from who reads."""

    key: str
    message: EmailMessage
    called: str = ""

    @property
    def at(self) -> datetime | None:
        try:
            return parsedate_to_datetime(str(self.message["Date"]))
        except ValueError:
            return None

    def header(self, name: str) -> str:
        """A header in words; decoded from what was written, since the parser of addresses keeps the blank between
        two encoded words, which RFC 2047 §6.2 drops."""
        written = dict(self.message.raw_items()).get(name, "")
        return str(make_header(decode_header(written)))

    def shown(self, name: str) -> str:
        return self.subject if name == "Subject" else self.header(name)

    @property
    def message_id(self) -> str:
        return self.header("Message-ID").strip()

    @property
    def to(self) -> str:
        return self.header("To")

    @property
    def subject(self) -> str:
        return self.called or self.header("Subject")

    def part(self, kind: str) -> str:
        """The `plain` or `html` body; empty where there is none."""
        part = self.message.get_body(preferencelist=(kind,))
        return str(part.get_content()) if part is not None else ""

    @property
    def attachments(self) -> list[str]:
        return [part.get_filename() or part.get_content_type() for part in self.message.iter_attachments()]


def mail_list(request: HttpRequest) -> HttpResponse:
    _asked(request)
    if not settings.MAILBOX_DIR:
        raise Http404
    box = _box()
    # A Maildir's keys begin with the second of delivery; the files' own times break ties.
    keys = sorted(box.keys(), key=lambda key: _arrived(box, key), reverse=True) if box is not None else []
    page = Paginator(keys, PAGE_SIZE).get_page(request.GET.get("p"))
    mails = _as_read([_mail(box, key) for key in page])
    return _page(request, "desk/mailbox.html", title=_("Local mailbox"), mails=mails, page=page)


@csp_update({"frame-src": ["'self'"]})
def mail_page(request: HttpRequest, key: str) -> HttpResponse:
    _asked(request)
    mail = _found(key)
    headers = [(name, text) for name in SHOWN_HEADERS if (text := mail.shown(name))]
    texts = {"text": mail.part("plain"), "has_html": bool(mail.part("html"))}
    if mail.called:
        texts = {"withheld": needs_permission()}
    title = mail.subject or _("No subject")
    return _page(request, "desk/mail.html", title=title, mail=mail, headers=headers, **texts)


@xframe_options_sameorigin
@csp_replace(
    {
        "default-src": ["'none'"],
        "style-src": ["'unsafe-inline'"],
        "img-src": ["data:"],
        "frame-ancestors": ["'self'"],
        "sandbox": [],
    }
)
def mail_html(request: HttpRequest, key: str) -> HttpResponse:
    """The mail's HTML by itself: no script, no form, no request to anyone, whatever the mail says."""
    _asked(request)
    mail = _found(key)
    if mail.called:
        raise PermissionDenied
    return HttpResponse(mail.part("html"))


def _asked(request: HttpRequest) -> None:
    """Whoever may not look at the deliveries reads no letters to ministries here either."""
    if not may_read_mail(request.user):
        raise PermissionDenied


def _box() -> maildir.Maildir | None:
    if not settings.MAILBOX_DIR or not (Path(settings.MAILBOX_DIR) / "new").is_dir():
        return None
    return maildir.Maildir(settings.MAILBOX_DIR, factory=None, create=False)


def _arrived(box: maildir.Maildir, key: str) -> float:
    return (Path(settings.MAILBOX_DIR) / box._lookup(key)).stat().st_mtime


def _mail(box: maildir.Maildir, key: str) -> Mail:
    return Mail(key, message_from_bytes(box.get_bytes(key), policy=policy.default))


def _found(key: str) -> Mail:
    # Only keys that the mailbox lists: a key is never taken for a path.
    box = _box()
    if box is None or key not in box:
        raise Http404
    return _as_read([_mail(box, key)])[0]


def _as_read(mails: list[Mail]) -> list[Mail]:
    """The same, without the words that are not for who reads. One query."""
    withheld = withheld_in_mailbox(mail.message_id for mail in mails)
    return [replace(mail, called=withheld.get(mail.message_id, "")) for mail in mails]


def _page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    request.current_app = admin.site.name
    return TemplateResponse(request, template, {**admin.site.each_context(request), **context})
