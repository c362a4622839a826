"""What a file really is, and whether it may be taken. Pure.

The type is told by the content, never by the name or by what the browser says. Only a few types are taken, so each
is recognised by its own structure: libraries that know a thousand signatures call a DOCX a ZIP, `filetype` has had
no release since 2022, `puremagic` wants a newer Python than ours, and `python-magic` a system library. What is not
recognised is refused.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

MEGABYTE = 1024 * 1024
LONGEST_NAME = 120
CHUNK = 256 * 1024

OFFICE = "application/vnd.openxmlformats-officedocument"
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": f"{OFFICE}.wordprocessingml.document",
    "xlsx": f"{OFFICE}.spreadsheetml.sheet",
    "pptx": f"{OFFICE}.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "txt": "text/plain; charset=utf-8",
}
# The declared type of the main part, in [Content_Types].xml; a file with macros declares another one.
MAIN_PARTS = {
    b"wordprocessingml.document.main+xml": "docx",
    b"spreadsheetml.sheet.main+xml": "xlsx",
    b"presentationml.presentation.main+xml": "pptx",
}
MACRO_SIGNS = (b"macroEnabled", b"vbaProject", b"ms-office.vba")
MACRO_NAMES = re.compile(r"(^|/)(vba(Project|Data)[^/]*|macrosheets/.*|Basic/.+|Scripts/.+)$", re.IGNORECASE)
# What makes a reader run something; other PDF actions only move about in the paper. The short form /JS stands
# beside /JavaScript, and would be found by chance in the packed pictures of a large file.
ACTIVE_PDF = re.compile(rb"/(JavaScript|Launch)[\s/(<\[]")

# A text of a hundred pages unpacks to a few megabytes; a bomb to thousands.
MOST_ENTRIES = 5_000
MOST_UNPACKED = 300 * MEGABYTE
MOST_RATIO = 150
SMALL_ENTRY = MEGABYTE  # below this a ratio says nothing: an empty table packs a thousandfold


@dataclass(eq=False)
class UploadRefused(ValueError):
    """The file is not taken; `code` says why, `what` and `limit` the values of the sentence."""

    code: str
    what: str = ""
    limit: int = 0


@dataclass(frozen=True, slots=True)
class Inspected:
    """A file that may be taken. name: as it may be shown; extension: by the content."""

    name: str
    extension: str
    size: int
    sha256: str

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.extension]


def inspect(file: BinaryIO, name: str, *, most_bytes: int) -> Inspected:
    """Look at a whole file; it is left at its beginning. Raises UploadRefused."""
    name = clean_name(name)
    size, digest = _measured(file, most_bytes)
    if size == 0:
        raise UploadRefused("empty")
    extension = _extension(file, size)
    file.seek(0)
    named = PurePosixPath(name).suffix[1:].lower()
    if named != extension:
        raise UploadRefused("other_name" if named in MEDIA_TYPES else "name", extension)
    return Inspected(name, extension, size, digest)


def clean_name(name: str) -> str:
    """A file's name without folders, controls and signs that turn the direction of writing; never empty.

    A long one keeps its beginning and its extension.
    """
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    # Cc, Cf: controls and invisible signs, among them those that make "fdp.exe" look like "exe.pdf".
    name = "".join(" " if unicodedata.category(sign) in ("Zs", "Zl", "Zp") else sign for sign in name)
    name = "".join(sign for sign in name if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    name = re.sub(r'[<>:"|?*]', "_", re.sub(r" +", " ", name)).strip(" ").rstrip(" .")
    stem, point, extension = name.rpartition(".")
    if point and len(extension) <= 10:
        return f"{stem[: LONGEST_NAME - len(extension) - 1].strip(' .') or 'paper'}.{extension}"
    return name[:LONGEST_NAME] or "paper"


def _measured(file: BinaryIO, most_bytes: int) -> tuple[int, str]:
    """Size and SHA-256; stops reading at the limit, so that no size that somebody says is believed."""
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while chunk := file.read(CHUNK):
        size += len(chunk)
        if size > most_bytes:
            raise UploadRefused("large", limit=most_bytes // MEGABYTE)
        digest.update(chunk)
    return size, digest.hexdigest()


def _extension(file: BinaryIO, size: int) -> str:
    file.seek(0)
    head = file.read(8)
    if head.startswith(b"%PDF-"):
        _check_pdf(file)
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return _packed(file, size)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise UploadRefused("old_office")
    _check_text(file)
    return "txt"


def _check_pdf(file: BinaryIO) -> None:
    file.seek(0)
    content = file.read()
    if b"%%EOF" not in content[-2048:]:
        raise UploadRefused("damaged")
    if ACTIVE_PDF.search(content):
        raise UploadRefused("active")


def _check_text(file: BinaryIO) -> None:
    file.seek(0)
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UploadRefused("type") from error
    if any(unicodedata.category(sign) == "Cc" and sign not in "\t\n\r\f" for sign in text):
        raise UploadRefused("type")


def _packed(file: BinaryIO, size: int) -> str:
    try:
        with zipfile.ZipFile(file) as packed:
            entries = packed.infolist()
            _check_entries(entries, size)
            extension = _packed_type(packed, {entry.filename for entry in entries})
            _unpack(packed, entries)
            return extension
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        if isinstance(error, UploadRefused):
            raise
        raise UploadRefused("damaged") from error


def _check_entries(entries: list[zipfile.ZipInfo], size: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED or unpacked > max(size, MEGABYTE) * MOST_RATIO:
        raise UploadRefused("bomb")
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise UploadRefused("locked")
        if entry.file_size > SMALL_ENTRY and entry.file_size > max(entry.compress_size, 1) * MOST_RATIO:
            raise UploadRefused("bomb")
        if ".." in PurePosixPath(entry.filename).parts or entry.filename.startswith("/"):
            raise UploadRefused("damaged")
        if MACRO_NAMES.search(entry.filename):
            raise UploadRefused("macros")


def _packed_type(packed: zipfile.ZipFile, names: set[str]) -> str:
    if "[Content_Types].xml" in names:
        declared = packed.read("[Content_Types].xml")
        if any(sign in declared for sign in MACRO_SIGNS):
            raise UploadRefused("macros")
        found = {extension for sign, extension in MAIN_PARTS.items() if sign in declared}
    elif "mimetype" in names:
        declared = packed.read("mimetype")
        found = {extension for extension in ("odt", "ods") if declared == MEDIA_TYPES[extension].encode()}
    else:
        found = set()
    if len(found) != 1:
        raise UploadRefused("type")
    return found.pop()


def _unpack(packed: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Read every entry to its end: a wrong checksum, or more than the entry says, is a damaged file."""
    unpacked = 0
    for entry in entries:
        with packed.open(entry) as part:
            while chunk := part.read(CHUNK):
                unpacked += len(chunk)
                if unpacked > MOST_UNPACKED:
                    raise UploadRefused("bomb")
