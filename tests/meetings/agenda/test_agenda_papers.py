"""The agenda as PDF and DOCX in each language, read back."""

from datetime import date
from io import BytesIO

import pytest
from docx import Document
from docx.oxml.ns import qn
from pypdf import PdfReader
from pypdf.generic import ContentStream

from meetings.admin.agenda.docx import as_docx
from meetings.admin.agenda.papers import Issue, as_pdf, minutes_text, paper_of
from meetings.agenda.stages import Stage
from rotation.lists import listed
from tests.factories import STATES

KAZAKH, TAJIK = "Ә ә Ғ ғ Қ қ Ң ң Ө ө Ұ ұ Ү ү Һ һ І і", "Ғ ғ Ӣ ӣ Қ қ Ӯ ӯ Ҳ ҳ Ҷ ҷ"
ORDER = {
    "en": ["China", "Kazakhstan", "Kyrgyzstan", "Tajikistan", "Turkmenistan", "Uzbekistan"],
    "zh": ["中国", "哈萨克斯坦", "吉尔吉斯斯坦", "塔吉克斯坦", "土库曼斯坦", "乌兹别克斯坦"],
    "ru": ["Китай", "Казахстан", "Кыргызстан", "Таджикистан", "Туркменистан", "Узбекистан"],
}


def entry(key, titles, **values):
    return {"key": key, "titles": titles, "proposers": [], "papers": [], **values}


def snapshot(**values):
    given = {
        "mechanism": {"en": "Mechanism", "zh": "机制", "ru": "Механизм"},
        "meeting": {"en": "7th meeting", "zh": "第7次会晤", "ru": "Встреча № 7"},
        "when": {
            "precision": "day", "first_on": "2027-06-17", "last_on": "2027-06-18", "zone": "Asia/Almaty",
            "starts": None, "ends": None,
        },
        "place": "Astana",
        "states": {code: dict(zip(("en", "zh", "ru"), names[:3], strict=True)) for code, names in STATES.items()},
        "parties": list(STATES),
        "session_minutes": 180,
        "items": [
            entry("a", {"en": "Transport", "zh": "交通", "ru": "Транспорт"}, minutes=90, action="decision",
                  proposers=["UZ", "CN", "KZ"], papers=["CCA/7/1", "CCA/7/2"], mandate="Astana, art. 3",
                  annotations={"en": "Before the ministers is a report.", "ru": f"{KAZAKH}\n\n{TAJIK}"}),
            entry("b", {"en": "Railways"}, is_sub=True, rapporteur="Ҷумҳурии Тоҷикистон"),
            entry("c", {"en": "Relief", "zh": "救援", "ru": "Помощь"}, is_bis=True, kind="urgent",
                  considered_from="2027-06-18"),
        ],
    }  # fmt: skip
    return given | values


def paper(language, stage=Stage.ANNOTATED, reissue=0, **values):
    issue = Issue(snapshot(**values), date(2027, 3, 20), stage, reissue)
    return paper_of(issue, language, with_annotations=issue.is_annotated)


def pdf_text(printed):
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(printed)).pages)


def glyphs(printed):
    """The glyphs that are drawn, by their numbers in the embedded fonts; 0 is the empty box of a missing letter."""
    reader, found = PdfReader(BytesIO(printed)), set()
    for page in reader.pages:
        for operands, operator in ContentStream(page.get_contents(), reader).operations:
            if operator in (b"Tj", b"TJ"):
                parts = operands[0] if operator == b"TJ" else operands
                for part in parts:
                    raw = getattr(part, "original_bytes", part if isinstance(part, bytes) else b"")
                    found |= {int.from_bytes(raw[at : at + 2]) for at in range(0, len(raw), 2)}
    return found


def docx_lines(written):
    return [paragraph.text for paragraph in Document(BytesIO(written)).paragraphs]


@pytest.mark.parametrize("language", ["en", "zh", "ru"])
def test_states_stand_in_the_order_of_the_language_of_the_paper(language):
    told = paper(language)
    assert told["states"] == listed(ORDER[language], language)
    ((_label, proposers),) = told["items"][0]["facts"][:1]
    assert (
        proposers
        == {
            "en": "China, Kazakhstan and Uzbekistan",
            "zh": "中国、哈萨克斯坦和乌兹别克斯坦",
            "ru": "Китай, Казахстан и Узбекистан",
        }[language]
    )


def test_supplementary_items_stand_in_a_list_of_their_own_as_well():
    items = [
        entry("a", {"en": "Railways"}),
        entry("b", {"en": "Water"}, kind="supplementary", proposers=["KZ", "UZ"]),
        entry("c", {"en": "Aid"}, kind="urgent"),
    ]
    told = paper("en", items=items)
    assert told["supplementary"] == [["2", "Water", "Kazakhstan and Uzbekistan"]]
    lines = docx_lines(as_docx(told))
    assert lines[lines.index("Supplementary list") + 1] == "2\tWater (Kazakhstan and Uzbekistan)"
    text = pdf_text(as_pdf(told))
    assert text.index("Supplementary list") < text.rindex("Kazakhstan and Uzbekistan")
    assert "Supplementary list" not in docx_lines(as_docx(paper("en", items=items[::2])))


@pytest.mark.parametrize("language", ["en", "zh", "ru"])
def test_a_pdf_says_in_its_language_what_the_stage_holds(language):
    text = pdf_text(as_pdf(paper(language)))
    titles = snapshot()["items"][0]["titles"]
    for said in [titles[language], snapshot()["meeting"][language].replace("7", ""), "CCA/7/1; CCA/7/2"]:
        assert said.replace(" ", "") in text.replace(" ", "").replace("7次", "次"), said
    for name in ORDER[language]:
        assert name in text.replace("\n", "")
    assert "Railways" in text


def test_a_text_that_is_missing_stands_in_another_language_with_its_mark():
    assert [item["title"] for item in paper("ru")["items"]] == ["Транспорт", "Railways [en]", "Помощь"]


def test_a_pdf_draws_every_kazakh_tajik_and_chinese_letter():
    printed = as_pdf(paper("ru", place="阿斯塔纳"))
    text = pdf_text(printed)
    for letter in {*KAZAKH, *TAJIK, *"阿斯塔纳"}:
        assert letter in text
    assert 0 not in glyphs(printed)
    assert 0 in glyphs(as_pdf(paper("ru", place="თბილისი")))  # Georgian, which no font of the papers holds
    assert 0 not in glyphs(as_pdf(paper("zh")))


@pytest.mark.parametrize("language", ["en", "zh", "ru"])
def test_the_fonts_of_a_pdf_are_inside_it(language):
    reader, fonts = PdfReader(BytesIO(as_pdf(paper(language)))), {}
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            descriptor = inner["/FontDescriptor"].get_object()
            fonts[inner["/BaseFont"].partition("+")[2]] = (
                "/FontFile2" in descriptor or "/FontFile3" in descriptor
            )
    assert all(fonts.values())
    assert any("CJK" in name for name in fonts) == (language == "zh")
    assert any("CJK" not in name for name in fonts)


def test_a_long_agenda_goes_on_over_pages_that_are_counted():
    items = [entry(str(n), {"en": f"Item number {n}"}) for n in range(60)]
    pages = PdfReader(BytesIO(as_pdf(paper("en", items=items)))).pages
    assert len(pages) > 1
    assert f"Page {len(pages)} of {len(pages)}" in pages[-1].extract_text()


@pytest.mark.parametrize("language", ["en", "zh", "ru"])
def test_a_docx_says_what_the_pdf_says(language):
    told = paper(language)
    lines = docx_lines(as_docx(told))
    assert lines[:3] == [told["mechanism"], told["meeting"], told["when"]]
    assert f"{told['states_head']}: {listed(ORDER[language], language)}" in lines
    headings = [line for line in lines if "\t" in line]
    assert headings == [
        f"1\t{told['items'][0]['title']}",
        "1 (a)\tRailways" + ("" if language == "en" else " [en]"),
        f"1 bis\t{told['items'][2]['title']} ({told['items'][2]['late']})",
    ]
    facts = [f"{label}: {value}" for item in told["items"] for label, value in item["facts"]]
    assert [line for line in lines if line in facts] == facts
    assert {fact.partition(": ")[2] for fact in facts} >= {"CCA/7/1; CCA/7/2", "Ҷумҳурии Тоҷикистон"}


def test_a_docx_keeps_every_letter_and_every_paragraph_of_an_annotation():
    lines = docx_lines(as_docx(paper("ru")))
    assert lines[lines.index(KAZAKH) + 1] == TAJIK


@pytest.mark.parametrize(("language", "tag"), [("en", "en-GB"), ("zh", "zh-CN"), ("ru", "ru-RU")])
def test_a_docx_names_a_font_for_every_script_and_its_language(language, tag):
    document = Document(BytesIO(as_docx(paper(language))))
    named = [
        style.element.rPr.find(qn("w:rFonts")).attrib
        for style in (
            document.styles[name] for name in ("Normal", "Title", "Heading 1", "Heading 2", "Heading 3")
        )
    ]
    expected = {
        "ascii": "Times New Roman",
        "hAnsi": "Times New Roman",
        "cs": "Times New Roman",
        "eastAsia": "SimSun",
    }
    assert [dict(fonts) for fonts in named] == [{qn(f"w:{key}"): font for key, font in expected.items()}] * 5
    language_set = document.styles.element.find(".//" + qn("w:docDefaults")).find(".//" + qn("w:lang"))
    assert (language_set.get(qn("w:val")), language_set.get(qn("w:eastAsia"))) == (tag, "zh-CN")


def test_a_docx_counts_its_pages_in_the_footer():
    (footer,) = Document(BytesIO(as_docx(paper("en")))).sections[0].footer.paragraphs
    fields = [field.get(qn("w:instr")) for field in footer._p.iter(qn("w:fldSimple"))]
    assert (footer.text, fields) == (
        "Annotated preliminary list · 20 March 2027\tPage  of ",
        ["PAGE", "NUMPAGES"],
    )


def test_only_the_annotated_stage_prints_annotations_unless_asked():
    assert paper("en", Stage.PROVISIONAL)["items"][0]["annotation"] == []
    issue = Issue(snapshot(), date(2027, 3, 20), Stage.PROVISIONAL)
    asked = paper_of(issue, "en", with_annotations=True)
    assert asked["items"][0]["annotation"] == ["Before the ministers is a report."]


def test_a_draft_says_on_every_page_that_it_was_not_issued():
    told = paper("en", None)
    assert (told["stage"], told["issued"]) == ("Draft agenda", "As of 20 March 2027")
    notice = "Working draft: this agenda was not issued."
    assert pdf_text(as_pdf(told)).count(notice) == 2
    assert notice in docx_lines(as_docx(told))


def test_a_paper_tells_its_revision_the_time_and_the_wait_of_an_urgent_item():
    told = paper("en", Stage.PROVISIONAL, 2)
    assert (told["stage"], told["total"]) == (
        "Provisional agenda, revision 2",
        "Time in all: 1 h 30 min of 3 h",
    )
    assert told["items"][2]["facts"] == [["Not considered before", "18 June 2027"]]


def test_an_empty_agenda_without_a_date_is_a_paper_too():
    undated = {
        "precision": "none",
        "first_on": None,
        "last_on": None,
        "zone": "UTC",
        "starts": None,
        "ends": None,
    }
    told = paper("en", None, items=[], when=undated, place="", session_minutes=None, parties=[])
    assert (told["when"], told["total"]) == ("no date yet", "")
    assert "The agenda has no item yet." in pdf_text(as_pdf(told))
    assert "The agenda has no item yet." in docx_lines(as_docx(told))


def test_markup_in_a_title_stays_text():
    told = paper("en", items=[entry("a", {"en": "#pagebreak() *x* <b> $y$"})])
    assert "#pagebreak() *x* <b> $y$" in pdf_text(as_pdf(told))


@pytest.mark.parametrize(("minutes", "text"), [(45, "45 min"), (60, "1 h"), (95, "1 h 35 min")])
def test_minutes_are_told_in_hours(minutes, text):
    assert minutes_text(minutes) == text


def test_pasted_control_characters_and_a_long_title_break_no_paper():
    told = paper("en", meeting={"en": "M" * 400}, items=[entry("a", {"en": "Trans\x0bport \x07\uffff"})])
    document = Document(BytesIO(as_docx(told)))
    assert document.core_properties.title == f"Annotated preliminary list · {'M' * 226}"
    assert "1\tTrans port   " in [paragraph.text for paragraph in document.paragraphs]
    assert "port" in pdf_text(as_pdf(told))
