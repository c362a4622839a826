"""The list of participants as PDF and as a table, in each language, read back."""

import codecs
import csv
from datetime import date
from io import BytesIO, StringIO

import pytest
from pypdf import PdfReader

from meetings.admin.people.papers import Listing, as_pdf, as_table, paper_of
from meetings.models import Erasure, ListedParticipant, Particulars
from rotation.tables import FORMULA
from tests.factories import STATES


def line(
    party, number, role="member", names=None, offices=None, rank="official", substitute_for=None, **values
):
    return ListedParticipant(
        party=party,
        code=f"{party}-{number}",
        role=role,
        rank=rank,
        substitute_for=substitute_for or {},
        particulars=Particulars(names=names or {}, offices=offices or {}, **values),
    )


def listing(*lines, stage="corrected"):
    heading = {
        "mechanism": {"en": "Mechanism", "zh": "机制", "ru": "Механизм"},
        "meeting": {"en": "7th meeting", "zh": "第7次会晤", "ru": "Встреча № 7"},
        "when": {
            "precision": "day", "first_on": "2027-06-17", "last_on": "2027-06-18", "zone": "Asia/Almaty",
            "starts": None, "ends": None,
        },
        "place": "Astana",
        "parties": {code: dict(zip(("en", "zh", "ru"), names[:3], strict=True)) for code, names in STATES.items()}
        | {"KZ/4": {"en": "Chamber of Commerce"}},
    }  # fmt: skip
    return Listing(heading, lines, date(2027, 6, 1), 2 if stage else 0, stage)


LINES = [
    line("UZ", 1, "head", {"en": "U. Head", "ru": "У. Глава"}, {"en": "Minister"}, "minister"),
    line("KZ/4", 1, "head", {"en": "Chair"}, {"en": "Chairman"}, "head of agency"),
    line(
        "TJ", 1, "head", {"en": "T. Head", "zh": "团长"}, {"en": "Minister of Transport"}, "minister",
        {"en": "Minister of Foreign Affairs", "ru": "министр иностранных дел"},
    ),
    line("TJ", 2, "adviser", {"en": "A. Secretov"}, {"en": "Third Secretary"}),
    line("KZ", 1, "head", {"en": "K. Head"}, {"en": "Minister"}, "minister"),
    line("CN", 1, "head", {"en": "C. Head", "zh": "王"}, {"en": "Minister", "zh": "部长"}, "minister"),
]  # fmt: skip


def rows(content, delimiter=","):
    return list(csv.reader(StringIO(content.decode("utf-8-sig")), delimiter=delimiter))


@pytest.mark.parametrize("language", ["en", "zh", "ru"])
def test_states_stand_in_the_order_of_the_language_and_organisations_after_them(language):
    told = [party["name"] for party in paper_of(listing(*LINES), language, all_names=True)["parties"]]
    assert (
        told
        == {
            "en": ["China", "Kazakhstan", "Tajikistan", "Uzbekistan", "Chamber of Commerce"],
            "zh": ["中国", "哈萨克斯坦", "塔吉克斯坦", "乌兹别克斯坦", "Chamber of Commerce [en]"],
            "ru": ["Китай", "Казахстан", "Таджикистан", "Узбекистан", "Chamber of Commerce [en]"],
        }[language]
    )


def test_a_substitute_is_told_with_the_office_that_is_represented():
    told = paper_of(listing(*LINES), "ru", all_names=True)["parties"][2]["people"][0]
    assert told["name"] == "T. Head [en]"
    assert "министр иностранных дел" in told["substitute"]


@pytest.mark.parametrize("language", ["en", "zh", "ru"])
def test_a_printed_list_holds_its_people_in_every_language(language):
    printed = as_pdf(paper_of(listing(*LINES), language, all_names=True))
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(printed)).pages)
    assert "A. Secretov" in text
    assert {"en": "Tajikistan", "zh": "塔吉克斯坦", "ru": "Таджикистан"}[language] in text


def test_a_copy_for_who_may_not_see_names_says_so_and_names_heads_only():
    paper = paper_of(listing(*LINES), "en", all_names=False)
    assert paper["notices"] == ["Only heads of delegation are named in this copy."]
    people = [person["name"] for party in paper["parties"] for person in party["people"]]
    assert people == ["C. Head", "K. Head", "T. Head", "TJ-2", "U. Head", "Chair"]
    assert b"Secretov" not in as_table(listing(*LINES), "en", all_names=False)


def test_a_list_that_was_not_issued_says_so():
    paper = paper_of(listing(*LINES, stage=""), "en", all_names=True)
    assert (paper["stage"], paper["notices"]) == ("Draft list", ["Working draft: this list was not issued."])
    assert paper_of(listing(*LINES), "en", all_names=True)["stage"] == "Corrected list, no. 2"


def test_who_was_erased_is_called_by_a_number():
    gone = line("KZ", 3, erasure=Erasure(pk=1))
    (party,) = paper_of(listing(gone), "en", all_names=True)["parties"]
    assert (party["people"][0]["name"], party["people"][0]["office"]) == ("KZ-3", "erased")
    assert rows(as_table(listing(gone), "en", all_names=True))[1][1:4] == ["KZ-3", "erased", ""]


@pytest.mark.parametrize("sign", FORMULA)
def test_no_name_or_office_is_a_formula_in_a_spreadsheet(sign):
    bad = f"{sign}HYPERLINK(0)"
    content = as_table(listing(line("KZ", 1, "head", {"en": bad}, {"en": bad})), "en", all_names=True)
    told = rows(content)[1]
    assert (told[2], told[3]) == (f"'{bad}", f"'{bad}")
    assert not any(cell.startswith(FORMULA) for row in rows(content) for cell in row)


def test_the_table_opens_as_one_in_the_language_that_was_asked_for():
    english, russian = (as_table(listing(*LINES), language, all_names=True) for language in ("en", "ru"))
    assert english.startswith(codecs.BOM_UTF8)
    assert rows(english)[3] == [
        "Tajikistan", "TJ-1", "T. Head", "Minister of Transport", "head of delegation", "minister",
        "Minister of Foreign Affairs",
    ]  # fmt: skip
    assert [row[0] for row in rows(russian, ";")][1:] == [
        "Китай", "Казахстан", "Таджикистан", "Таджикистан", "Узбекистан", "Chamber of Commerce [en]",
    ]  # fmt: skip
