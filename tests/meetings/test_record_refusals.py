"""A broken record is refused whole, in one line that names the place; nothing is written."""

import pytest
from django.core.management import CommandError, call_command

from meetings.models import Meeting
from rotation.models import State

pytestmark = pytest.mark.django_db


def load(path):
    call_command("load_mechanism", path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda r: r["meetings"][17].update(host="XX"), "meetings[17].host: unknown state “XX”"),
        (lambda r: r["meetings"][1].update(start="2023-02-30"), "meetings[1].start: bad date “2023-02-30”"),
        (lambda r: r["meetings"][1].update(end="2023-05-17"), "meetings[1].end: bad date “2023-05-17”"),
        (
            lambda r: r["meetings"][2].update(ordinal=1),
            "meetings[2].ordinal: “summit” already has a meeting 1",
        ),
        (
            lambda r: r["meetings"][1].update(precision="month"),
            "meetings[1].precision: the date is known to the day",
        ),
        (
            lambda r: r["states"][0].update(zone="Asia/Nowhere"),
            "states[0].zone: unknown time zone “Asia/Nowhere”",
        ),
        (
            lambda r: r["states"][0].update(languages=["zh", "Chinese"]),
            "states[0].languages[1]: unknown language “Chinese”",
        ),
        (
            lambda r: r["states"][0].update(languages=[["zh"]]),
            "states[0].languages[0]: unknown language “['zh']”",
        ),
        (
            lambda r: r["mechanism"]["sides"][0].update(locale="xx-nowhere"),
            "mechanism.sides[0].locale: unknown language of names “xx-nowhere”",
        ),
        (
            lambda r: r["symbols"].update(languages=["zh", "klingon"]),
            "symbols.languages[1]: unknown language “klingon”",
        ),
        (lambda r: r["tracks"][0].update(levle="x"), "tracks[0].levle: unknown key"),
        (lambda r: r["tracks"][0].pop("level"), "tracks[0].level: missing"),
        (
            lambda r: r["lead_times_days_before_summit"].update(space=[3]),
            "lead_times_days_before_summit.space: unknown track “space”",
        ),
        (
            lambda r: r["lead_times_days_before_summit"].update(customs=[0]),
            "lead_times_days_before_summit.customs[0]: a whole number from 1 to 1000",
        ),
        (
            lambda r: r["lead_times_days_before_summit"].update(customs=[]),
            "lead_times_days_before_summit.customs: a list of days is expected",
        ),
        (
            lambda r: r["preparation"][0].update(prepared_by="customs"),
            "preparation[0].prepared_by: unknown other track “customs”",
        ),
        (
            lambda r: r["preparation"][0].update(lead_days=2, duration_days=3),
            "preparation[0].lead_days: a whole number from 3 to 1000",
        ),
        (
            lambda r: r["preparation"][0].update(track="summit", prepared_by="customs"),
            "preparation[0]: the one track prepares the other already",
        ),
        (lambda r: r["symbols"].update(pattern="{body}"), "symbols.pattern: no pattern of symbols (number)"),
        (lambda r: r["symbols"].update(body="cca"), "symbols.body: capital letters and digits are expected"),
        (lambda r: r["symbols"].update(natures=["L"]), "symbols.natures[0]: letters and a sign"),
        (lambda r: r["symbols"].update(languages=[]), "symbols.languages: empty"),
        (lambda r: r.pop("mechanism"), "mechanism: missing"),
        (lambda r: r["meetings"][4].update(track="space"), "meetings[4].track: unknown track “space”"),
        (lambda r: r["meetings"][4].update(format="by post"), "meetings[4].format: unknown format “by post”"),
        (lambda r: r["meetings"][4].update(status="maybe"), "meetings[4].status: unknown status “maybe”"),
        (lambda r: r["tracks"][1].update(level="kings"), "tracks[1].level: unknown level “kings”"),
        (lambda r: r["tracks"][1].update(host_rule="dice"), "tracks[1].host_rule: unknown host rule “dice”"),
        (lambda r: r["tracks"][1].update(slug="summit"), "tracks[1].slug: track “summit” is given already"),
        (lambda r: r["tracks"][1].update(name={"xx": "?"}), "tracks[1].name.xx: a text in en, zh or ru"),
        (
            lambda r: r["mechanism"]["sides"][0].update(names={"xx": "?"}),
            "mechanism.sides[0].names.xx: a text in en, zh or ru",
        ),
        (
            lambda r: r["meetings"][0].update(titles={"ru": 1}),
            "meetings[0].titles.ru: a text in en, zh or ru",
        ),
        (lambda r: r["states"][1].update(code="CN"), "states[1].code: state “CN” is given already"),
        (lambda r: r["states"][1].update(alpha3="KAZA"), "states[1].alpha3: empty, or longer than 3"),
        (lambda r: r["states"][0].update(weekend=[6, 8]), "states[0].weekend[1]: a whole number from 1 to 7"),
        (lambda r: r["states"][0].update(languages=[1]), "states[0].languages[0]: unknown language “1”"),
        (lambda r: r["meetings"].append(r["meetings"][0]), "meetings[30].ordinal: the same track, date and"),
        (lambda r: r["meetings"][3].update(host=None), "meetings[3].host: a numbered summit is a turn"),
        (
            lambda r: r["meetings"][3].update(start=None, precision="none"),
            "meetings[3].start: a numbered summit is a turn",
        ),
        (
            lambda r: r["meetings"][3].update(start="2025"),
            "meetings[3].start: the period 2025 already has a summit",
        ),
        (lambda r: r["meetings"][1].update(note="a\0b"), "meetings[1].note: holds a character that cannot"),
        (lambda r: r["meetings"][1].update(note="\ud800"), "meetings[1].note: holds a character that cannot"),
        (lambda r: r["meetings"][1].update(ordinal=True), "meetings[1].ordinal: of the wrong type"),
        (
            lambda r: r["meetings"][1].update(outcomes=["x" * 301]),
            "meetings[1].outcomes[0]: empty, or longer",
        ),
        (
            lambda r: r["meetings"][1].update(outcomes=["Declaration", "Declaration"]),
            "meetings[1].outcomes[1]: “Declaration” is an outcome already",
        ),
        (lambda r: r["meetings"][1].update(outcomes=[7]), "meetings[1].outcomes[0]: a title or an object"),
        (
            lambda r: r["meetings"][1].update(outcomes=[{"title": "Treaty", "kind": "pact"}]),
            "meetings[1].outcomes[0].kind: unknown kind “pact”",
        ),
        (
            lambda r: r["meetings"][1].update(outcomes=[{"title": "Treaty", "adopted_by": ["CN"]}]),
            "meetings[1].outcomes[0].stage: missing, and a step is told",
        ),
        (
            lambda r: r["meetings"][1].update(
                outcomes=[{"title": "Treaty", "stage": "signed", "adopted_by": ["RU"]}]
            ),
            "meetings[1].outcomes[0].adopted_by: unknown state “RU”",
        ),
        (
            lambda r: r["meetings"][1].update(outcomes=[{"title": "Treaty", "stage": "signed", "on": "May"}]),
            "meetings[1].outcomes[0].on: a day such as",
        ),
        (
            lambda r: r["meetings"][3].update(announced_on="2025-06"),
            "meetings[3].announced_on: a day such as 2025-06-17 is expected",
        ),
        (
            lambda r: r["meetings"][4].update(announced_on="2020-07-17"),
            "meetings[4].announced_on: only a numbered summit is announced as a turn",
        ),
        (lambda r: r["meetings"][3].pop("source"), "meetings[3]: an announcement names its source"),
        (lambda r: r["mechanism"].update(step_months=0), "mechanism.step_months: a whole number from 1"),
        (
            lambda r: r["mechanism"].update(first_period="soon"),
            "mechanism.first_period: “soon” is not a year",
        ),
        (lambda r: r["mechanism"].update(first_holder="XX"), "mechanism.first_holder: unknown state “XX”"),
        (lambda r: r["mechanism"].update(zone="Mars"), "mechanism.zone: unknown time zone “Mars”"),
        (lambda r: r["mechanism"].pop("committee_track"), "mechanism.committee_track: missing, and there"),
    ],
)
def test_a_broken_file_is_refused_whole_naming_the_line_and_the_key(changed, change, message):
    with pytest.raises(CommandError) as refusal:
        load(changed(change))
    assert message in str(refusal.value)
    assert str(refusal.value).startswith("mechanism.json line ")
    assert State.objects.count() == Meeting.objects.count() == 0


def test_the_line_named_is_the_line_of_the_value(changed):
    path = changed(lambda record: record["meetings"][17].update(host="XX"))
    line = next(number for number, text in enumerate(path.read_text().splitlines(), 1) if '"XX"' in text)
    with pytest.raises(CommandError, match=rf"^mechanism\.json line {line}: "):
        load(path)


@pytest.mark.parametrize(
    "text", ["", "{", '{"a": 1, "a": 2}', "[1,]", "[" * 10_000, '{"about": nul}', "{} x"]
)
def test_a_file_that_is_no_json_is_refused_with_its_line(tmp_path, text):
    path = tmp_path / "broken.json"
    path.write_text(text)
    with pytest.raises(CommandError, match=r"^broken\.json line 1(, column \d+)?: "):
        load(path)


def test_a_file_that_is_no_json_names_the_column_too(tmp_path):
    path = tmp_path / "broken.json"
    path.write_text('{\n "about": "x",\n "states" []\n}')
    with pytest.raises(CommandError) as refusal:
        load(path)
    assert str(refusal.value) == "broken.json line 3, column 11: this is not JSON: a colon is missing"


def test_a_list_is_no_record_and_a_file_that_is_not_there_is_none(tmp_path):
    (tmp_path / "list.json").write_text("[]")
    (tmp_path / "latin.json").write_bytes(b'{"about": "\xe9"}')
    messages = {}
    for name in ("list.json", "latin.json", "gone.json"):
        with pytest.raises(CommandError) as refusal:
            load(tmp_path / name)
        messages[name] = str(refusal.value)
    assert messages == {
        "list.json": "list.json line 1: the file: an object is expected",
        "latin.json": "latin.json: byte 11: this is not UTF-8",
        "gone.json": f"{tmp_path / 'gone.json'}: No such file or directory",
    }
