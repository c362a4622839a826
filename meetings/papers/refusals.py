"""Why a paper is not registered, filled, issued or withdrawn, as sentences for a person."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from rotation.refused import Refused


class PaperRefused(Refused):
    message = _("The paper stays as it is.")
    field: str | None = None


class NoScheme(PaperRefused):
    message = _("Neither this track nor its mechanism has a symbol scheme; make one first.")
    field = "track"


class NoSymbol(PaperRefused):
    message = _(
        "The scheme makes no symbol of this: the part “%(part)s” is missing, or says what it may not."
    )


class AnotherTrack(PaperRefused):
    message = _("This meeting belongs to another track.")
    field = "meeting"


class NotADraft(PaperRefused):
    message = _("%(symbol)s was issued already; a revision, an addendum or a corrigendum follows it.")


class Withdrawn(PaperRefused):
    message = _("%(symbol)s was withdrawn.")


class NothingThere(PaperRefused):
    message = _("%(symbol)s has no text yet in any language.")


class LanguagesMissing(PaperRefused):
    message = _("Languages are missing. Issue the paper without them only for a reason, which is recorded.")
    field = "exception_reason"


class NotIssued(PaperRefused):
    message = _("%(symbol)s was not issued; only an issued paper is followed by another.")


class ReplacedAlready(PaperRefused):
    message = _("%(symbol)s has a later revision, %(later)s; revise that one.")


class VersionIssued(PaperRefused):
    message = _("This language version was issued; a corrigendum or a revision follows it.")
    field = "language"


class UnderSilence(PaperRefused):
    message = _("%(symbol)s is under silence; withdraw that first.")


class ReasonMissing(PaperRefused):
    message = _("Give the reason; it stands in the history.")
    field = "reason"


class FileRefused(PaperRefused):
    """A file that is not kept: its refusal by the rules of uploads, or by the scanner."""

    field = "file"

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(**values)
        self.code, self.message = code, FILE_SENTENCES[code]


FILE_SENTENCES = {
    "empty": _("The file is empty."),
    "large": _("The file is larger than %(limit)s MB."),
    "type": _("This kind of file is not taken. Send PDF, DOCX, XLSX, PPTX, ODT, ODS or plain text in UTF-8."),
    "old_office": _("This is a file of an old office program; save it as DOCX, XLSX or PDF and send that."),
    "name": _("The file's name must end in .%(what)s, which is what it is."),
    "other_name": _("The name says another type than the content, which is %(what)s. Send the file that you mean."),
    "macros": _("The file contains macros; save it without them."),
    "active": _("The file runs scripts or programs, or asks others for data, when it is opened; print it to a plain PDF."),
    "form": _("The PDF holds a form that is a program (XFA); print it to a plain PDF and send that."),
    "embedded": _("The file holds other files, sound or film within; take them out, and send each as a paper of its own."),
    "external": _("The file fetches a template, a picture or other parts from elsewhere; break these links and save it."),
    "unread": _("The file is so intricate that it could not be checked; print it to a plain PDF and send that."),
    "no_room": _("The file could not be kept: the service has no room left. Tell the administrator; nothing was saved."),
    "locked": _("The file is locked with a password."),
    "damaged": _("The file is damaged and cannot be read to its end."),
    "bomb": _("The file unpacks to far more than a paper can hold."),
    "infected": _("The virus scanner refused this file."),
    "scanner": _("The virus scanner did not answer, so the file was not taken. Try again, or tell the administrator."),
}  # fmt: skip


class FileChanged(Exception):
    """A stored file is gone, or is no longer the one whose checksum was recorded."""
