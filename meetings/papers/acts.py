"""Papers: registered under a symbol, filled with language versions, issued, followed and withdrawn."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils import timezone

from rotation.concurrency import assert_unchanged

from ..authorship import authored
from ..changes import announce
from ..models import Document, LanguageVersion, Meeting, SymbolCounter, SymbolScheme, TakenSymbol, Track
from .naming import symbol_of
from .orphans import remember_version
from .reading import read_apart
from .refusals import (
    AnotherTrack,
    FileChanged,
    FileRefused,
    LanguagesMissing,
    NoScheme,
    NoSymbol,
    NotADraft,
    NothingThere,
    NotIssued,
    ReasonMissing,
    ReplacedAlready,
    UnderSilence,
    VersionIssued,
    Withdrawn,
)
from .scanning import Infected, ScanFailed, scan
from .symbols import BadSymbol, Kind, Pattern, Symbol, numbered, suffixed_row
from .uploads import MEGABYTE, UploadRefused, inspect

log = logging.getLogger(__name__)


def scheme_for(track: Track) -> SymbolScheme:
    """The track's own scheme, else its mechanism's. Raises NoScheme."""
    schemes = SymbolScheme.objects.filter(mechanism=track.mechanism_id)
    found = schemes.filter(track=track).first() or schemes.filter(track__isnull=True).first()
    if found is None:
        raise NoScheme
    return found


def symbol_row(scheme: SymbolScheme, meeting: Meeting | None, dated_on: date, nature: str) -> str:
    """The row of symbols in which a paper takes the next number. Raises NoSymbol naming the part that is wrong."""
    values = Symbol(
        number=1,
        body=scheme.body,
        series=scheme.series,
        year=dated_on.year,
        session=meeting.ordinal if meeting else None,
        nature=nature,
    )
    if nature and nature not in scheme.natures:
        raise NoSymbol(part="nature")
    try:
        return Pattern(scheme.pattern).row(values)
    except BadSymbol as error:
        raise NoSymbol(part=error.part) from error


@transaction.atomic
def take_symbol(row: str, *, title: str, actor: Any) -> TakenSymbol:
    """The next symbol in a row, given out for good: whatever becomes of its paper, it is not given again."""
    SymbolCounter.objects.get_or_create(row=row)
    counter = SymbolCounter.objects.select_for_update().get(pk=row)
    try:
        text = numbered(row, counter.last + 1)
        # Another row, under a former scheme, may have made the same symbol.
        while TakenSymbol.objects.filter(text=text).exists():
            counter.last += 1
            text = numbered(row, counter.last + 1)
    except BadSymbol as error:
        raise NoSymbol(part="number") from error
    counter.last += 1
    counter.save(update_fields=["last"])
    return TakenSymbol.objects.create(text=text, title=title[:300], recorded_by=actor)


def register_document(
    *,
    track: Track,
    titles: Mapping[str, str],
    dated_on: date,
    actor: Any,
    meeting: Meeting | None = None,
    nature: str = "",
    distribution: str = Document.Distribution.LIMITED,
    required_languages: Sequence[str] | None = None,
    authentic_languages: Sequence[str] | None = None,
    original_language: str = "",
    reason: str = "",
) -> Document:
    """A new draft under the next symbol of its row; languages that are not given are those of the scheme.

    Raises PaperRefused. The symbol is taken in a transaction of its own: were it one with the paper's, a number that
    somebody saw could be given again after a rollback. A gap in the numbers has its row in the taken symbols.
    """
    if meeting is not None and meeting.track_id != track.pk:
        raise AnotherTrack
    scheme = scheme_for(track)
    row = symbol_row(scheme, meeting, dated_on, nature)
    required = list(scheme.languages if required_languages is None else required_languages)
    authentic = scheme.authentic_languages if authentic_languages is None else authentic_languages
    document = Document(
        track=track,
        meeting=meeting,
        titles=dict(titles),
        dated_on=dated_on,
        distribution=distribution,
        required_languages=required,
        authentic_languages=[code for code in authentic if code in required],
        original_language=original_language,
    )
    document.symbol = take_symbol(row, title=document.title(), actor=actor)
    with transaction.atomic(), authored(actor, reason):
        document.save()
    return document


@transaction.atomic
def follow_document(
    document_id: int, *, suffix: Kind, titles: Mapping[str, str], dated_on: date, actor: Any, reason: str = ""
) -> Document:
    """A draft that revises, adds to or corrects an issued paper, in the same languages. Raises PaperRefused."""
    parent = _locked(document_id)
    if parent.status == Document.Status.WITHDRAWN:
        raise Withdrawn(symbol=parent.symbol_id)
    if parent.status != Document.Status.ISSUED:
        raise NotIssued(symbol=parent.symbol_id)
    later = parent.followers.filter(suffix="Rev").exclude(status=Document.Status.WITHDRAWN).first()
    if suffix == "Rev" and later is not None:
        raise ReplacedAlready(symbol=parent.symbol_id, later=symbol_of(later))
    assert_unchanged(parent)
    document = Document(
        parent=parent,
        suffix=suffix,
        track=parent.track,
        meeting=parent.meeting,
        titles=dict(titles),
        dated_on=dated_on,
        distribution=parent.distribution,
        required_languages=parent.required_languages,
        authentic_languages=parent.authentic_languages,
        original_language=parent.original_language,
    )
    document.symbol = take_symbol(suffixed_row(parent.symbol_id, suffix), title=document.title(), actor=actor)
    with authored(actor, reason):
        document.save()
    return document


@transaction.atomic
def save_document(document: Document, *, actor: Any, reason: str = "") -> None:
    """Save what staff changed in a draft. Raises NotADraft."""
    stored = _locked(document.pk)
    _require_draft(stored)
    document.revision = stored.revision + 1
    with authored(actor, reason):
        document.save()


def add_version(document_id: int, *, language: str, file: BinaryIO, name: str, actor: Any) -> LanguageVersion:
    """Keep a file as the paper's text in a language. The very same file again changes nothing.

    A draft's earlier version in that language is replaced and kept; of an issued paper only a language that was
    missing can be added. Raises FileRefused, VersionIssued, Withdrawn; then nothing is kept.
    """
    try:
        found = inspect(file, name, most_bytes=settings.UPLOAD_MAX_MB * MEGABYTE, read=read_apart)
    except UploadRefused as error:
        raise FileRefused(error.code, what=error.what, limit=error.limit) from error
    version = LanguageVersion(
        document_id=document_id,
        language=language,
        name=found.name,
        extension=found.extension,
        size=found.size,
        sha256=found.sha256,
        recorded_by=actor,
    )
    # Kept first and looked at then: the scanner reads the very bytes that will be served.
    _store(version, file)
    try:
        version.scan = _scanned(Path(version.file.path))
        with transaction.atomic():
            kept = _keep(version)
    except BaseException:
        _forget(version)
        raise
    if kept is not version:
        _forget(version)
    else:
        transaction.on_commit(remember_version, robust=True)
    return kept


def _store(version: LanguageVersion, file: BinaryIO) -> None:
    """Write the file whole, or leave nothing of it behind."""
    storage = version.file.storage
    name = version.file.field.generate_filename(version, "")
    try:
        version.file.name = storage.save(name, File(file))
    except OSError as error:
        log.error("a paper could not be kept: %s", error.strerror)
        with suppress(OSError):
            storage.delete(name)
        raise FileRefused("no_room") from error


def _scanned(path: Path) -> str:
    try:
        return scan(path)
    except Infected as error:
        raise FileRefused("infected") from error
    except ScanFailed as error:
        raise FileRefused("scanner") from error


def _keep(version: LanguageVersion) -> LanguageVersion:
    document = _locked(version.document_id)
    if document.status == Document.Status.WITHDRAWN:
        raise Withdrawn(symbol=document.symbol_id)
    last = document.versions.filter(language=version.language).order_by("-number").first()
    if last is not None and last.sha256 == version.sha256:
        return last
    if last is not None and document.status == Document.Status.ISSUED:
        raise VersionIssued
    version.number = last.number + 1 if last else 1
    version.save()
    _touch(document)
    _announce(document)
    return version


def _forget(version: LanguageVersion) -> None:
    with suppress(OSError):
        version.file.delete(save=False)


@dataclass(frozen=True, slots=True)
class IssuePlan:
    """What issuing a paper does: which versions go out, and which required languages are missing."""

    versions: tuple[LanguageVersion, ...]
    missing: tuple[str, ...]
    missing_authentic: tuple[str, ...]

    @property
    def is_exception(self) -> bool:
        return bool(self.missing)


def plan_issue(document: Document) -> IssuePlan:
    """What issuing `document` would do; writes nothing. Raises PaperRefused."""
    _require_draft(document)
    there = document.current_versions
    if not there:
        raise NothingThere(symbol=document.symbol_id)
    missing = tuple(document.missing_languages)
    authentic = tuple(code for code in missing if code in document.authentic_languages)
    return IssuePlan(tuple(there.values()), missing, authentic)


@transaction.atomic
def issue_document(document_id: int, *, actor: Any, exception_reason: str = "") -> Document:
    """Issue a draft: from then on its texts stay as they are.

    A missing required language needs `exception_reason`, which is recorded with the languages. Raises PaperRefused.
    """
    document = _locked(document_id)
    plan = plan_issue(document)
    assert_unchanged(document, plan)
    if plan.is_exception and not exception_reason.strip():
        raise LanguagesMissing
    document.status, document.issued_at, document.issued_by = Document.Status.ISSUED, timezone.now(), actor
    document.missing_at_issue = list(plan.missing)
    document.exception_reason = exception_reason.strip() if plan.is_exception else ""
    document.revision += 1
    with authored(actor, document.exception_reason):
        document.save()
        _announce(document)
    return document


@transaction.atomic
def withdraw_document(document_id: int, *, actor: Any, reason: str) -> Document:
    """Withdraw a paper: its symbol stays taken, its texts stay in the record. Raises PaperRefused."""
    if not reason.strip():
        raise ReasonMissing
    document = _locked(document_id)
    if document.status == Document.Status.WITHDRAWN:
        raise Withdrawn(symbol=document.symbol_id)
    if document.silences.filter(status="open").exists():
        raise UnderSilence(symbol=document.symbol_id)
    assert_unchanged(document)
    document.status, document.withdrawn_at = Document.Status.WITHDRAWN, timezone.now()
    document.withdrawal_reason = reason.strip()
    document.revision += 1
    with authored(actor, reason):
        document.save()
        _announce(document)
    return document


def stored_file(version: LanguageVersion) -> BinaryIO:
    """The file of a version, opened at its beginning, once its checksum was found right. Raises FileChanged."""
    try:
        file: BinaryIO = Path(version.file.path).open("rb")  # noqa: SIM115 (whoever serves it closes it)
    except OSError as error:
        raise FileChanged from error
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    if digest != version.sha256:
        file.close()
        raise FileChanged
    file.seek(0)
    return file


def _locked(document_id: int) -> Document:
    return (
        Document.objects.select_for_update(of=("self",)).select_related("symbol", "track").get(pk=document_id)
    )


def _require_draft(document: Document) -> None:
    if document.status == Document.Status.ISSUED:
        raise NotADraft(symbol=document.symbol_id)
    if document.status == Document.Status.WITHDRAWN:
        raise Withdrawn(symbol=document.symbol_id)


def _announce(document: Document) -> None:
    """A paper that is out is part of its meeting's public face; a draft is nobody's yet."""
    if document.issued_at is not None and document.meeting_id is not None:
        announce([document.meeting_id])


def _touch(document: Document) -> None:
    document.revision += 1
    document.save(update_fields=["revision"])
