"""What a file really is, and whether it may be taken. Pure.

The type is told by the content, never by the name or by what the browser says. Only a few types are taken, so each
is recognised by its own structure: libraries that know a thousand signatures call a DOCX a ZIP, `filetype` has had
no release since 2022, `puremagic` wants a newer Python than ours, and `python-magic` a system library. What is not
recognised is refused. What has a structure is given to a reader of it, in a process of its own.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
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
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
# Readers look for the header of a PDF so far in, and for its end so far back.
HEADER_WITHIN, END_WITHIN = 1024, 2048


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


# Reads what has a structure, as a "pdf" or a "package"; answers the extension, or raises UploadRefused.
Reader = Callable[[str, BinaryIO], str]


def inspect(file: BinaryIO, name: str, *, most_bytes: int, read: Reader) -> Inspected:
    """Look at a whole file; it is left at its beginning. Raises UploadRefused."""
    name = clean_name(name)
    size, digest = _measured(file, most_bytes)
    if size == 0:
        raise UploadRefused("empty")
    extension = _extension(file, read)
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


def _extension(file: BinaryIO, read: Reader) -> str:
    file.seek(0)
    head = file.read(HEADER_WITHIN)
    if head.startswith(b"PK\x03\x04"):
        return read("package", file)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        file.seek(0)
        is_locked = "EncryptedPackage".encode("utf-16-le") in file.read()
        raise UploadRefused("locked" if is_locked else "old_office")
    if b"%PDF-" in head and (head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"%PDF-") or _ends(file)):
        if not _ends(file):
            raise UploadRefused("damaged")
        return read("pdf", file)
    _check_text(file)
    return "txt"


def _ends(file: BinaryIO) -> bool:
    """Whether a PDF was sent to its end; qpdf would make do with less, and pages would be missing."""
    file.seek(0)
    return b"%%EOF" in file.read().rstrip(b"\x00 \t\r\n")[-END_WITHIN:]


def _check_text(file: BinaryIO) -> None:
    file.seek(0)
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UploadRefused("type") from error
    if CONTROLS.search(text):
        raise UploadRefused("type")
