"""Symbols of papers: made and read back by a pattern, with suffixes as the United Nations write them."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from meetings.papers.symbols import (
    KINDS,
    BadPattern,
    BadSymbol,
    Pattern,
    Suffix,
    Symbol,
    numbered,
    split_suffixes,
    suffixed_row,
)

UN = Pattern("{body}/{series}/{year}/{nature}{number}")
THIRD = Symbol(3, "CCA", "FM", 2027, nature="L.")


@pytest.mark.parametrize(
    ("symbol", "text"),
    [
        (THIRD, "CCA/FM/2027/L.3"),
        (Symbol(3, "CCA", "FM", 2027), "CCA/FM/2027/3"),
        (Symbol(12, "CCA", "FM", 2027, nature="INF/"), "CCA/FM/2027/INF/12"),
        (
            Symbol(3, "CCA", "FM", 2027, nature="L.", suffixes=(Suffix("Rev", 2), Suffix("Corr", 1))),
            "CCA/FM/2027/L.3/Rev.2/Corr.1",
        ),
    ],
)
def test_a_symbol_is_written_by_the_pattern_and_read_back(symbol, text):
    assert (UN.format(symbol), UN.parse(text)) == (text, symbol)


def test_another_body_counts_by_sessions():
    pattern = Pattern("{body}({session})-WP.{number}")
    assert pattern.format(Symbol(4, "E-COM", session=7)) == "E-COM(7)-WP.4"
    assert pattern.parse("E-COM(7)-WP.4/Add.1") == Symbol(4, "E-COM", session=7, suffixes=(Suffix("Add", 1),))


natures = st.one_of(st.just(""), st.from_regex(r"[A-Z]{1,4}[./]", fullmatch=True))
words = st.from_regex(r"[A-Z][A-Z0-9]{0,5}(-[A-Z0-9]{1,3})?", fullmatch=True)
counts = st.integers(1, 9999)
suffixes = st.lists(st.builds(Suffix, st.sampled_from(KINDS), st.integers(1, 99)), max_size=3).map(tuple)
symbols = st.builds(
    Symbol,
    number=counts,
    body=words,
    series=words,
    year=st.integers(1000, 9999),
    session=counts,
    nature=natures,
    suffixes=suffixes,
)
words_between = st.text("AZ09az/()_-", max_size=2)  # without the point: "Rev." must not arise


@st.composite
def patterns(draw):
    """Patterns with the parts in any order; between two of them stands a sign that neither can hold."""
    names = draw(st.permutations(["body", "series", "year", "session", "nature", "number"]))
    names = names[: names.index("number") + 1]
    text = draw(words_between)
    for name in names:
        text += f"{{{name}}}{draw(words_between)}{draw(st.sampled_from('/()_'))}{draw(words_between)}"
    return Pattern(text)


@given(pattern=patterns(), symbol=symbols)
@example(pattern=UN, symbol=THIRD)
def test_whatever_a_pattern_writes_it_reads_back(pattern, symbol):
    kept = {name: getattr(symbol, name) for name in pattern.names}
    symbol = Symbol(**kept, suffixes=symbol.suffixes)
    assert pattern.parse(pattern.format(symbol)) == symbol


@given(text=st.text(max_size=40))
def test_a_text_is_a_symbol_of_the_pattern_or_is_refused(text):
    try:
        assert UN.format(UN.parse(text)) == text
    except BadSymbol:
        pass


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{body}/{year}", "number"),
        ("{number}/{number}", "number"),
        ("{body}/{body}/{number}", "twice"),
        ("{body}{number}", "unparted"),
        ("{year}0{number}", "unparted"),
        ("{session}-{number}", "unparted"),
        ("{subject}/{number}", "unknown"),
        ("{number:03}", "unknown"),
        ("{body.__class__}/{number}", "unknown"),
        ("{body}/Rev.{number}", "suffix"),
        ("{number}/Rev{nature}.1", "suffix"),
        ("CCA {number}", "sign"),
        ("{number", "sign"),
        ("文/{number}", "sign"),
    ],
)
def test_a_pattern_whose_symbols_could_not_be_read_back_is_refused(text, code):
    with pytest.raises(BadPattern) as refusal:
        Pattern(text)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({"body": "cca"}, "body"),
        ({"series": ""}, "series"),
        ({"year": None}, "year"),
        ({"nature": "L"}, "nature"),
        ({"number": 0}, "number"),
        ({"body": "CCA/X"}, "body"),
    ],
)
def test_values_that_say_nothing_or_too_much_make_no_symbol(values, part):
    given = {"number": 3, "body": "CCA", "series": "FM", "year": 2027} | values
    with pytest.raises(BadSymbol) as refusal:
        UN.format(Symbol(**given))
    assert (refusal.value.code, refusal.value.part) == ("part", part)


def test_numbers_count_within_all_the_other_parts():
    assert UN.row(THIRD) == "CCA/FM/2027/L.#"
    assert numbered(UN.row(THIRD), 4) == "CCA/FM/2027/L.4"


@pytest.mark.parametrize(
    ("parent", "kind", "row"),
    [
        ("CCA/3", "Rev", "CCA/3/Rev.#"),
        ("CCA/3/Rev.1", "Rev", "CCA/3/Rev.#"),
        ("CCA/3/Rev.1", "Corr", "CCA/3/Rev.1/Corr.#"),
        ("CCA/3/Add.1", "Rev", "CCA/3/Add.1/Rev.#"),
        ("CCA/3/Add.1", "Add", "CCA/3/Add.#"),
    ],
)
def test_a_suffix_hangs_on_the_paper_that_it_concerns(parent, kind, row):
    assert suffixed_row(parent, kind) == row


def test_a_symbol_grows_no_longer_than_its_column():
    with pytest.raises(BadSymbol):
        numbered("A" * 99 + "/Rev.#", 1)


def test_suffixes_are_split_from_the_end_only():
    assert split_suffixes("CCA/Rev.1/3/Add.2") == ("CCA/Rev.1/3", (Suffix("Add", 2),))
