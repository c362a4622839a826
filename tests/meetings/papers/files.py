"""Small files of every kind, made by hand: what is taken, and what is refused."""

import io
import zipfile

from meetings.papers.uploads import MEDIA_TYPES

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
TEXT = "Проект коммюнике\n".encode()
MAIN = {
    "docx": "wordprocessingml.document",
    "xlsx": "spreadsheetml.sheet",
    "pptx": "presentationml.presentation",
}


def packed(entries, compression=zipfile.ZIP_DEFLATED):
    """A ZIP of these entries, name → content."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def office(extension="docx", declared=None, **entries):
    """An OOXML file with its main part; `declared` replaces the type that it says of itself."""
    kind = declared or f"application/vnd.openxmlformats-officedocument.{MAIN[extension]}.main+xml"
    types = f'<Types><Override PartName="/main.xml" ContentType="{kind}"/></Types>'
    return packed({"[Content_Types].xml": types, "main.xml": "<w/>", **entries})


def open_document(extension="odt", **entries):
    return packed({"mimetype": MEDIA_TYPES[extension], "content.xml": "<office/>", **entries})


def text(language="en"):
    """A plain text that differs from language to language."""
    return io.BytesIO(f"Draft communiqué, {language}\n".encode())
