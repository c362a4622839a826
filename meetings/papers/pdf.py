"""What of a PDF acts, asked of its objects as a reader finds them: names decoded, object streams unpacked. Pure.

qpdf reads as programs for people do: behind a byte order mark or other bytes before the header, past NULs behind the
end, and with a table of objects that has to be made anew. What it finds is all that such a program could run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

import pikepdf

from .uploads import UploadRefused

# Actions that run, fetch or send something; all others only move about in the paper.
ACTIONS = {
    "/JavaScript",
    "/Launch",
    "/ImportData",
    "/SubmitForm",
    "/RichMediaExecute",
    "/GoToE",
    "/Rendition",
}
# These open another paper; one on another machine is asked for as this one is opened, with the reader's account.
ELSEWHERE = {"/GoToR", "/Thread"}
PLAYED = {"/RichMedia", "/3D", "/Movie", "/Sound", "/Screen"}
# Without any of these words an object does nothing; to look at its parts one by one takes a hundred times as long.
WORDS = re.compile(
    "|".join(
        sorted(
            {*ACTIONS, *ELSEWHERE, *PLAYED, "/Ref", "/JS", "/XFA", "/EmbeddedFile", "/EF", "/FileAttachment"}
        )
    ).encode()
)
FILES = ("/F", "/UF", "/DOS", "/Mac", "/Unix")


def check_pdf(file: BinaryIO) -> None:
    """Raises UploadRefused."""
    try:
        with pikepdf.open(file) as pdf:
            if len(pdf.pages) == 0:
                raise UploadRefused("damaged")
            for each in _dictionaries(pdf):
                _check(each)
    except pikepdf.PasswordError as error:
        raise UploadRefused("locked") from error
    except (pikepdf.PdfError, pikepdf.DataDecodingError, ValueError, RuntimeError) as error:
        if isinstance(error, UploadRefused):
            raise
        raise UploadRefused("damaged") from error


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Every dictionary of the file, also inside of others; what is only referred to comes by itself."""
    waiting: list[Any] = [pdf.trailer, *(each for each in pdf.objects if _may_act(each))]
    while waiting:
        each = waiting.pop()
        if isinstance(each, pikepdf.Dictionary | pikepdf.Stream):
            yield each
            inside = [value for _key, value in each.items()]
        elif isinstance(each, pikepdf.Array):
            inside = list(each)
        else:
            continue
        waiting += [
            value
            for value in inside
            if isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect
        ]


def _may_act(each: Any) -> bool:
    """Whether one of the words is in it, as qpdf writes it out: without any of the other spellings of a name."""
    return isinstance(each, pikepdf.Stream) or bool(WORDS.search(each.unparse(resolved=True)))


def _check(each: Any) -> None:
    keys = each.keys()
    if "/S" in keys and str(each["/S"]) in ACTIONS:
        raise UploadRefused("active")
    if "/S" in keys and str(each["/S"]) in ELSEWHERE and _is_network(each.get("/F")):
        raise UploadRefused("external")
    # What stands in a stream, or in a picture's place, may be the content of another file.
    if (isinstance(each, pikepdf.Stream) and "/F" in keys) or (
        "/Ref" in keys and isinstance(each["/Ref"], pikepdf.Dictionary) and "/F" in each["/Ref"]
    ):
        raise UploadRefused("external")
    # A font or picture may be called so too, but is no text and no stream of text.
    if "/JS" in keys and (isinstance(each["/JS"], pikepdf.String) or _is_script(each["/JS"])):
        raise UploadRefused("active")
    if "/JavaScript" in keys and _has_leaves(each["/JavaScript"]):
        raise UploadRefused("active")
    if "/XFA" in keys and isinstance(each["/XFA"], pikepdf.Array | pikepdf.Stream):
        raise UploadRefused("form")
    if "/EmbeddedFiles" in keys and _has_leaves(each["/EmbeddedFiles"]):
        raise UploadRefused("embedded")
    if "/EF" in keys and isinstance(each["/EF"], pikepdf.Dictionary) and any(n in each["/EF"] for n in FILES):
        raise UploadRefused("embedded")
    if "/Type" in keys and str(each["/Type"]) == "/EmbeddedFile":
        raise UploadRefused("embedded")
    if "/Subtype" in keys and (str(each["/Subtype"]) in PLAYED or str(each["/Subtype"]) == "/FileAttachment"):
        raise UploadRefused("embedded")


def _is_network(file: Any) -> bool:
    """Whether a file specification names a place on another machine."""
    names = [file[key] for key in FILES if key in file] if isinstance(file, pikepdf.Dictionary) else [file]
    places = [str(name).replace("\\", "/") for name in names if isinstance(name, pikepdf.String)]
    return any(place.startswith("//") or "://" in place for place in places)


def _is_script(value: Any) -> bool:
    return isinstance(value, pikepdf.Stream) and "/Subtype" not in value


def _has_leaves(tree: Any) -> bool:
    """Whether a tree of names holds any: writers leave empty ones behind."""
    if not isinstance(tree, pikepdf.Dictionary):
        return False
    return any(key in tree and len(tree[key]) for key in ("/Names", "/Kids"))
