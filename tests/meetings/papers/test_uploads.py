"""Files are taken by what they are, not by what they are called."""

import hashlib
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings.papers.reading import read_here
from meetings.papers.uploads import LONGEST_NAME, MEGABYTE, UploadRefused, clean_name, inspect
from tests.meetings.papers.files import PDF, TEXT, office, open_document, packed

MACRO = "application/vnd.ms-word.document.macroEnabled.main+xml"


def look(content, name, most_bytes=25 * MEGABYTE):
    return inspect(io.BytesIO(content), name, most_bytes=most_bytes, read=read_here)


def refusal(content, name="draft.docx", **values):
    with pytest.raises(UploadRefused) as refused:
        look(content, name, **values)
    return refused.value.code


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (PDF, "draft.pdf"),
        (TEXT, "draft.txt"),
        (office("docx"), "draft.DOCX"),
        (office("xlsx"), "budget.xlsx"),
        (office("pptx"), "slides.pptx"),
        (open_document("odt"), "draft.odt"),
        (open_document("ods"), "budget.ods"),
    ],
)
def test_a_paper_is_taken_with_its_size_and_checksum(content, name):
    found = look(content, name)
    assert (found.extension, found.size, found.sha256) == (
        name.rpartition(".")[2].lower(),
        len(content),
        hashlib.sha256(content).hexdigest(),
    )


def lying(content, name, size):
    """The same ZIP with another size written for one entry, in both of its headers."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        real = archive.getinfo(name).file_size
    return content.replace(real.to_bytes(4, "little"), size.to_bytes(4, "little"))


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "draft.pdf", "empty"),
        (PDF, "draft.docx", "other_name"),
        (office("docx"), "draft.pdf", "other_name"),
        (office("docx"), "draft.docm", "name"),
        (PDF, "draft.pdf.exe", "name"),
        (PDF, "draft", "name"),
        (b"MZ\x90\x00\x03" + b"\0" * 64, "draft.pdf", "type"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "draft.pdf", "type"),
        (packed({"a.txt": "x"}), "draft.docx", "type"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 64, "draft.doc", "old_office"),
        (office("docx", declared=MACRO), "draft.docx", "macros"),
        (office("docx", **{"word/vbaProject.bin": b"x"}), "draft.docx", "macros"),
        (office("xlsx", **{"xl/macrosheets/sheet1.xml": b"x"}), "budget.xlsx", "macros"),
        (open_document("odt", **{"Basic/Standard/Module1.xml": "x"}), "draft.odt", "macros"),
        (PDF[:-8], "draft.pdf", "damaged"),
        (b"%PDF-1.7\nnothing\n%%EOF\n", "draft.pdf", "damaged"),
        (office("docx")[:-30], "draft.docx", "damaged"),
        (office("docx", **{"../../etc/cron.d/x": "x"}), "draft.docx", "damaged"),
    ],
)
def test_what_is_not_a_plain_paper_is_refused_and_says_why(content, name, code):
    assert refusal(content, name) == code


def test_a_file_over_the_limit_is_refused_without_being_read_to_its_end():
    file = io.BytesIO(b"x" * 3 * MEGABYTE)
    with pytest.raises(UploadRefused) as refused:
        inspect(file, "draft.txt", most_bytes=MEGABYTE, read=read_here)
    assert (refused.value.code, refused.value.limit, file.tell() < 2 * MEGABYTE) == ("large", 1, True)


def test_a_file_of_just_the_limit_is_taken():
    assert look(b"x" * MEGABYTE, "draft.txt", most_bytes=MEGABYTE).size == MEGABYTE


def test_a_packed_file_that_unpacks_to_very_much_is_a_bomb():
    assert refusal(office("docx", **{"word/document.xml": b"0" * 40 * MEGABYTE})) == "bomb"


def test_a_packed_file_of_very_many_entries_is_a_bomb():
    assert refusal(office("docx", **{f"part{n}": b"" for n in range(5_001)})) == "bomb"


def test_a_bomb_that_says_it_is_small_is_found_by_reading_it():
    bomb = office("docx", **{"word/document.xml": b"0" * 12_345_678})
    assert refusal(lying(bomb, "word/document.xml", 1_000)) in ("bomb", "damaged")


def test_a_locked_paper_is_refused():
    content = bytearray(office("docx"))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(content)) == "locked"


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        (r"C:\Users\aida\draft.pdf", "draft.pdf"),
        ("Проект  коммюнике.docx", "Проект коммюнике.docx"),
        ("draft\r\nContent-Type: text/html.pdf", "html.pdf"),
        ("draft\x00.pdf", "draft.pdf"),
        ("annex\u202efdp.exe", "annexfdp.exe"),
        ("CON<>:?.pdf", "CON____.pdf"),
        (".pdf", "paper.pdf"),
        ("...", "paper"),
        ("", "paper"),
        ("长" * 300 + ".pdf", "长" * (LONGEST_NAME - 4) + ".pdf"),
    ],
)
def test_a_name_is_cleaned_before_it_is_shown(given_name, name):
    assert clean_name(given_name) == name


@given(st.text(max_size=300))
def test_a_cleaned_name_is_short_plain_and_stays_as_it_is(name):
    cleaned = clean_name(name)
    assert 0 < len(cleaned) <= LONGEST_NAME
    assert not set(cleaned) & set('/\\\r\n\0"')
    assert clean_name(cleaned) == cleaned
