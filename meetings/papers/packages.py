"""What of an office file acts or fetches, asked of its parts by their types and relationships. Pure."""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import PurePosixPath
from typing import BinaryIO
from xml.parsers import expat

from .fields import check_fields
from .uploads import CHUNK, MEDIA_TYPES, MEGABYTE, OFFICE, UploadRefused

MAIN_TYPES = {f"{MEDIA_TYPES[each]}.main+xml": each for each in ("docx", "xlsx", "pptx")}
MACRO_TYPES = re.compile(
    r"macroEnabled|vbaProject|vbaData|ms-office\.vba|macrosheet|intlmacro", re.IGNORECASE
)
EMBEDDED_TYPES = {
    f"{OFFICE}.oleObject".lower(),
    "application/vnd.ms-office.activex+xml",
    "application/vnd.ms-office.activex",
}
# Kinds of relationships, by the last word of their type, whose target a reader would run or open.
EMBEDDED_KINDS = {"oleobject", "control", "activexcontrolbinary", "afchunk", "package"}
MACRO_KINDS = {"vbaproject", "wordvbadata", "xlmacrosheet", "xlintlmacrosheet"}
EXTERNAL_KINDS = {"externallink", "subdocument", "frame", "connections", "querytable"}
MACRO_NAMES = re.compile(r"(^|/)(vba(Project|Data)[^/]*|macrosheets/.*|Basic/.+|Scripts/.+)$", re.IGNORECASE)
# A chart keeps its figures in a workbook of its own, looked at like any other.
CHART = re.compile(r"(^|/)charts/_rels/[^/]+\.rels$")
ODF_ACTIVE = {
    "dde-source",
    "dde-connection",
    "dde-connection-decl",
    "event-listener",
    "script",
    "applet",
    "plugin",
}
ODF_LINKED = {
    "image",
    "object",
    "object-ole",
    "section-source",
    "table-source",
    "cell-range-source",
    "fill-image",
    "floating-frame",
    "auto-reload",
    "template",
}
# Addresses of programs, also behind a link that is only clicked.
ODF_PROGRAMS = ("vnd.sun.star.", "macro:", "script:", "service:", "slot:", ".uno:")
# In a formula: another program's data, and an address's.
ODF_ASKING = re.compile(r"\b(DDE|WEBSERVICE)\s*\(", re.IGNORECASE)

MOST_ENTRIES = 5_000
MOST_UNPACKED = 300 * MEGABYTE
MOST_XML = 60 * MEGABYTE  # a text of a thousand pages has a tenth of it
# Only what is packed so tightly and also is so large is a bomb: a blank picture packs a thousandfold.
MOST_RATIO = 150
LARGE_XML, LARGE = 20 * MEGABYTE, 150 * MEGABYTE


def check_package(file: BinaryIO, *, depth: int = 0) -> str:
    """The extension that the file's own words give it. Raises UploadRefused."""
    try:
        with zipfile.ZipFile(file) as packed:
            entries = packed.infolist()
            _check_entries(entries)
            _unpack(packed, entries)
            names = [entry.filename for entry in entries]
            if "[Content_Types].xml" in names:
                return _office(packed, names, depth)
            return _open_document(packed, names)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        OSError,
        KeyError,
        ValueError,
        expat.ExpatError,
    ) as error:
        if isinstance(error, UploadRefused):
            raise
        raise UploadRefused("damaged") from error


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    unpacked, size = sum(each.file_size for each in entries), sum(each.compress_size for each in entries)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED or _is_bomb(unpacked, size, LARGE):
        raise UploadRefused("bomb")
    seen = set()
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise UploadRefused("locked")
        is_xml = _is_xml(entry.filename)
        if _is_bomb(entry.file_size, entry.compress_size, LARGE_XML if is_xml else LARGE):
            raise UploadRefused("bomb")
        if is_xml and entry.file_size > MOST_XML:
            raise UploadRefused("bomb")
        path = PurePosixPath(entry.filename)
        # One name twice is two files for two readers.
        if ".." in path.parts or path.is_absolute() or entry.filename.lower() in seen:
            raise UploadRefused("damaged")
        seen.add(entry.filename.lower())
        if MACRO_NAMES.search(entry.filename):
            raise UploadRefused("macros")


def _is_bomb(unpacked: int, size: int, large: int) -> bool:
    return unpacked > large and unpacked > max(size, 1) * MOST_RATIO


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels"))


def _unpack(packed: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Read every entry to its end: a wrong checksum, or more than the entry says, is a damaged file."""
    unpacked = 0
    for entry in entries:
        with packed.open(entry) as part:
            while chunk := part.read(CHUNK):
                unpacked += len(chunk)
                if unpacked > MOST_UNPACKED:
                    raise UploadRefused("bomb")


@dataclass(slots=True)
class Elements:
    """The elements of a part in their order: local name and attributes by local name."""

    found: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @classmethod
    def of(cls, content: bytes) -> list[tuple[str, dict[str, str]]]:
        made = cls()
        parser = expat.ParserCreate()
        parser.StartElementHandler = made.take
        parser.StartDoctypeDeclHandler = refuse_doctype
        parser.Parse(content, True)
        return made.found

    def take(self, name: str, attributes: dict[str, str]) -> None:
        local = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        self.found.append((name.rpartition(":")[2], local))


def refuse_doctype(*_declared: object) -> None:
    """No office program writes one; with it come entities that unpack to anything."""
    raise UploadRefused("damaged")


def _office(packed: zipfile.ZipFile, names: list[str], depth: int) -> str:
    overrides, defaults = {}, {}
    for element, values in Elements.of(packed.read("[Content_Types].xml")):
        if element == "Override":
            overrides[values["PartName"].lstrip("/").lower()] = values["ContentType"]
        elif element == "Default":
            defaults[values["Extension"].lower()] = values["ContentType"]
    kinds = {
        name: overrides.get(name.lower()) or defaults.get(PurePosixPath(name).suffix[1:].lower(), "")
        for name in names
    }
    if any(MACRO_TYPES.search(kind) for kind in (*kinds.values(), *overrides.values())):
        raise UploadRefused("macros")
    if any(kind.lower() in EMBEDDED_TYPES for kind in kinds.values()):
        raise UploadRefused("embedded")
    for name in names:
        if name.lower().endswith(".rels"):
            _check_relationships(packed, name, depth)
    found = {MAIN_TYPES[kind] for kind in overrides.values() if kind in MAIN_TYPES}
    if len(found) != 1:
        raise UploadRefused("type")
    for name in names:
        if _is_xml(name):
            check_fields(packed.read(name))
    return found.pop()


def _check_relationships(packed: zipfile.ZipFile, name: str, depth: int) -> None:
    for element, values in Elements.of(packed.read(name)):
        if element != "Relationship":
            continue
        kind = values.get("Type", "").rstrip("/").rpartition("/")[2].lower()
        if kind in MACRO_KINDS:
            raise UploadRefused("macros")
        if values.get("TargetMode", "").lower() == "external":
            if kind != "hyperlink":
                raise UploadRefused("external")
        elif kind in EXTERNAL_KINDS:
            raise UploadRefused("external")
        elif kind in EMBEDDED_KINDS:
            _check_embedded(packed, name, values.get("Target", ""), kind, depth)


def _check_embedded(packed: zipfile.ZipFile, name: str, target: str, kind: str, depth: int) -> None:
    """Only the figures of a chart, and only if they could be sent by themselves."""
    if kind != "package" or depth or not CHART.search(name) or not target.lower().endswith(".xlsx"):
        raise UploadRefused("embedded")
    folder = PurePosixPath(name).parent.parent
    parts: list[str] = []
    for part in () if target.startswith("/") else folder.parts:
        parts.append(part)
    for part in PurePosixPath(target.lstrip("/")).parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    check_package(BytesIO(packed.read("/".join(parts))), depth=depth + 1)


def _open_document(packed: zipfile.ZipFile, names: list[str]) -> str:
    declared = packed.read("mimetype") if "mimetype" in names else b""
    found = [each for each in ("odt", "ods") if declared == MEDIA_TYPES[each].encode()]
    if not found:
        raise UploadRefused("type")
    if "META-INF/manifest.xml" in names and any(
        element == "encryption-data" for element, _values in Elements.of(packed.read("META-INF/manifest.xml"))
    ):
        raise UploadRefused("locked")
    for name in names:
        if PurePosixPath(name).name in ("content.xml", "styles.xml", "meta.xml"):
            for element, values in Elements.of(packed.read(name)):
                _check_open_element(element, values.get("href", ""), values.get("formula", ""))
    return found[0]


def _check_open_element(element: str, href: str, formula: str) -> None:
    is_program = href.strip().lower().startswith(ODF_PROGRAMS)
    if element in ODF_ACTIVE or is_program or ODF_ASKING.search(formula):
        raise UploadRefused("active")
    if element == "object-ole":
        raise UploadRefused("embedded")
    if element in ODF_LINKED and (":" in href or href.startswith(("/", "../"))):
        raise UploadRefused("external")
