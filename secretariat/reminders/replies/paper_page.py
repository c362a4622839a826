"""The page behind the link to a paper in a mail about silence: a GET shows what there is, the button hands a text over.

So a mail scanner that follows the link takes nothing.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from meetings.models import LanguageVersion
from meetings.papers.attachments import attachment
from meetings.papers.refusals import FileChanged
from rotation.translated import text_in

from ..letters.moments import clocks, moment
from ..models import Delivery
from .links import form_seal, is_sealed, uid_of
from .papers import bar_of_paper, is_silent, mail_about_paper
from .public_pages import language_of, page, public, unknown

logger = logging.getLogger(__name__)
STATUS = {"left": 403, "restricted": 403, "withdrawn": 410, "expired": 410}


@public
def paper_page(request: HttpRequest, purpose: str, token: str) -> HttpResponseBase:
    uid = uid_of(purpose, token)
    row = mail_about_paper(uid) if uid else None
    if row is None:
        return unknown()
    with translation.override(language_of(row)):
        barred = bar_of_paper(row, timezone.now())
        if barred:
            return page("paper_barred", row, STATUS[barred], barred=barred)
        versions = _texts(row)
        trouble = ""
        if request.method == "POST":
            asked = request.POST.get("language")
            wanted = next((text for _name, text in versions if text.language == asked), None)
            if wanted is None or not is_sealed(token, request.POST.get("seal", "")):
                trouble = "stale"
            else:
                try:
                    response = attachment(wanted)
                    response["Content-Language"] = wanted.language
                    return response
                except FileChanged:
                    logger.error("the file of language version %s is gone or has changed", wanted.pk)
                    trouble = "gone"
        status = {"": 200, "stale": 400, "gone": 500}[trouble]
        now = timezone.now()
        told = {
            "versions": versions,
            "seal": form_seal(token),
            "trouble": trouble,
            "facts": _facts(row, now),
            "may_object": is_silent(row, now),
        }
        return page("paper", row, status, paper=row.silence.document, **told)


def _texts(row: Delivery) -> list[tuple[str, LanguageVersion]]:
    """The latest text in each language with the language's name, the reader's own first."""
    names = dict(settings.PAPER_LANGUAGES)
    there = row.silence.document.current_versions
    order = sorted(there, key=lambda code: (code != row.contact.language, list(names).index(code)))
    return [(str(names[code]), there[code]) for code in order]


def _facts(row: Delivery, now: datetime) -> list[tuple[str, str]]:
    procedure, language = row.silence, row.contact.language
    closes, zone = procedure.closing_at, procedure.zone
    facts = [(_("Paper"), f"{procedure.document.symbol_id} {text_in(procedure.document.titles)}")]
    if is_silent(row, now):
        facts.append((_("Silence closes"), moment(closes, zone, language)))
    else:
        closes = procedure.ended_at or closes
        if procedure.ended_at:
            facts.append((_("Outcome of silence"), procedure.get_status_display()))
        facts.append((_("Silence ended"), moment(closes, zone, language)))
    return facts + clocks(closes, zone, [(_("On your clock"), row.zone)], language)
