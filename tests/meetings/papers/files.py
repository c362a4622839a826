"""Small files of every kind, made by hand: what is taken, and what is refused."""

import io
import zipfile

import pikepdf

from meetings.papers.uploads import MEDIA_TYPES


def pdf(*objects, password=None, packed=False, **catalog):
    """A PDF of one blank page, with these objects beside it and these entries of its catalogue, in PDF's own words."""
    made = pikepdf.new()
    made.add_blank_page()
    for each in objects:
        made.Root[f"/X{len(made.Root.keys())}"] = made.make_indirect(pikepdf.Object.parse(each.encode()))
    for name, value in catalog.items():
        made.Root[f"/{name}"] = pikepdf.Object.parse(value.encode())
    buffer = io.BytesIO()
    mode = pikepdf.ObjectStreamMode.generate if packed else pikepdf.ObjectStreamMode.disable
    made.save(
        buffer,
        static_id=password is None,
        object_stream_mode=mode,
        encryption=pikepdf.Encryption(user=password, owner=password) if password else None,
    )
    return buffer.getvalue()


PDF = pdf()
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


def relationships(*rows):
    """rows: kind, target, and "External" where it lies elsewhere."""
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    made = (
        f'<Relationship Id="r{n}" Type="{kinds}/{kind}" Target="{target}" TargetMode="{"".join(mode) or "Internal"}"/>'
        for n, (kind, target, *mode) in enumerate(rows)
    )
    return f"<Relationships>{''.join(made)}</Relationships>"


def fields(*runs):
    """A text's part with a field in these runs; "{" begins one, "|" ends its words, "}" ends it."""
    signs = {"{": "begin", "|": "separate", "}": "end"}
    made = (
        f'<w:r><w:fldChar w:fldCharType="{signs[run]}"/></w:r>'
        if run in signs
        else f"<w:r><w:instrText>{run}</w:instrText></w:r>"
        for run in runs
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><w:p xmlns:w="x">{"".join(made)}</w:p>'


def open_document(extension="odt", **entries):
    return packed({"mimetype": MEDIA_TYPES[extension], "content.xml": "<office/>", **entries})


def text(language="en"):
    """A plain text that differs from language to language."""
    return io.BytesIO(f"Draft communiqué, {language}\n".encode())
