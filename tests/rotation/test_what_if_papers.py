"""A what-if to take away, read back as its reader's programs read it."""

import csv
import json
from io import BytesIO, StringIO

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from pypdf import PdfReader
from pypdf.generic import ContentStream

from tests.factories import MechanismFactory

pytestmark = pytest.mark.django_db
SWAP = {"kind": "swap", "periods": ["2033", "2037"]}
HEAD = [
    "Period",
    "As it stands: host",
    "As it stands: side",
    "As it stands: status",
    "What if: host",
    "What if: side",
    "What if: status",
    "Changed",
    "As it stands: why",
    "What if: why",
]


@pytest.fixture
def mechanism(db):
    return MechanismFactory()


def newcomer(name):
    return {"kind": "accede", "member": {"code": "XX", "name": name}, "side": "2", "from": "2027"}


def fetched(desk, mechanism, ending, *decisions, language="en"):
    page = reverse(f"admin:rotation_mechanism_what_if_{ending}", args=[mechanism.pk])
    query = {"d": [json.dumps(each) for each in decisions]}
    answer = desk.get(page, query, headers={"accept-language": language})
    assert answer.status_code == 200
    return answer


def lines(answer, separator=","):
    return list(csv.reader(StringIO(answer.content.decode("utf-8-sig")), delimiter=separator))


def test_the_table_opens_in_a_spreadsheet(desk, mechanism):
    answer = fetched(desk, mechanism, "csv", SWAP)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="what-if-china-central-asia-')
    assert answer.content.startswith(b"\xef\xbb\xbf")
    head, *rows = lines(answer)
    assert head == HEAD
    assert [row[:8] for row in rows if row[0] in ("2031", "2033")] == [
        ["2031", "China", "China", "projected", "China", "China", "projected", "no"],
        [
            "2033",
            "Tajikistan",
            "Central Asia",
            "projected",
            "Turkmenistan",
            "Central Asia",
            "projected",
            "yes",
        ],
    ]


@pytest.mark.parametrize(("language", "separator"), [("en", ","), ("zh-hans", ","), ("ru", ";")])
def test_the_columns_are_separated_as_each_languages_spreadsheets_expect(
    desk, mechanism, language, separator
):
    answer = fetched(desk, mechanism, "csv", SWAP, language=language)
    assert {len(line) for line in lines(answer, separator)} == {10}


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠"])
def test_no_name_is_carried_out_as_a_formula(desk, mechanism, sign):
    name = f'{sign}HYPERLINK("http://example.org")'
    cells = [cell for line in lines(fetched(desk, mechanism, "csv", newcomer(name))) for cell in line]
    assert f"'{name}" in cells
    assert [cell for cell in cells if cell.startswith(sign)] == []


HOSTS = {
    "en": ["China", "Kazakhstan", "Kyrgyzstan", "Tajikistan", "Turkmenistan", "Uzbekistan"],
    "zh-hans": ["中国", "哈萨克斯坦", "吉尔吉斯斯坦", "塔吉克斯坦", "土库曼斯坦", "乌兹别克斯坦"],
    "ru": ["Китай", "Казахстан", "Кыргызстан", "Таджикистан", "Туркменистан", "Узбекистан"],
}


@pytest.mark.parametrize("language", HOSTS)
def test_the_paper_names_the_hosts_in_its_readers_language(desk, mechanism, language):
    answer = fetched(desk, mechanism, "pdf", SWAP, language=language)
    assert answer["Content-Type"] == "application/pdf"
    text = printed(answer)
    assert [host for host in HOSTS[language] if host not in text] == []


@pytest.mark.parametrize("language", HOSTS)
def test_every_page_of_the_paper_says_that_nothing_is_decided(desk, mechanism, language):
    found = pages(fetched(desk, mechanism, "pdf", SWAP, language=language))
    with translation.override(language):
        notice = gettext("What if: nothing of this is decided, recorded or announced.")
    # A Chinese sentence has no spaces between its words, but the paper's lines break in it.
    missing = [text for text in found if notice.replace(" ", "") not in text.replace(" ", "")]
    assert (missing, len(found) > 1) == ([], True)


@pytest.mark.parametrize("language", HOSTS)
@pytest.mark.parametrize("name", ["Монғолия — Ҷумҳурӣ", "蒙古国", "Aotearoa ‘Ōtūkai’", "<b>#strong[x]</b>"])
def test_every_letter_of_the_paper_is_in_the_fonts_that_it_carries(desk, mechanism, language, name):
    answer = fetched(desk, mechanism, "pdf", newcomer(name), language=language)
    assert "".join(name.split()) in "".join(printed(answer).split())
    assert letters_without_form(answer) == []


def pages(answer):
    """The text of each page, with the lines that a narrow column broke put together."""
    found = [page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages]
    return [" ".join(text.split()) for text in found]


def printed(answer):
    return " ".join(pages(answer))


def letters_without_form(answer):
    """The fonts that are not embedded, and the places where glyph 0 stands, an empty box."""
    reader, found = PdfReader(BytesIO(answer.content)), []
    for number, page in enumerate(reader.pages):
        fonts = {name: font.get_object() for name, font in page["/Resources"]["/Font"].items()}
        for name, font in fonts.items():
            described = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            if not {"/FontFile2", "/FontFile3"} & described.keys():
                found.append((number, name))
        for operands, operator in ContentStream(page.get_contents(), reader).operations:
            if operator in (b"Tj", b"TJ"):
                texts = operands[0] if operator == b"TJ" else operands
                codes = b"".join(text.original_bytes for text in texts if hasattr(text, "original_bytes"))
                found += [(number, at) for at in range(0, len(codes), 2) if codes[at : at + 2] == b"\0\0"]
    return found
