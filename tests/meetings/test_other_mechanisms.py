"""Another mechanism beside the first: it changes nothing of it, and says what contradicts."""

import copy
import importlib
import json

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from meetings.models import Meeting, RecordEntry, Track
from meetings.record.loader import Loader
from meetings.record.positions import BadRecord
from meetings.record.reader import read_record
from meetings.record.states import AnotherMechanismsRow
from rotation.held import HeldTurnMoved, held_turns_stay
from rotation.models import Mechanism, Membership, State, Summit
from rotation.projection import turns_until

pytestmark = pytest.mark.django_db


def state(code, name, side, **more):
    return {"code": code, "name": {"en": name}, "side": side, "zone": "Asia/Almaty", **more}


def summit(ordinal, year, host, **more):
    return {
        "track": "summit",
        "ordinal": ordinal,
        "start": f"{year}-05-18",
        "end": None,
        "precision": "day",
        "city": "Xi'an",
        "host": host,
        "format": "in person",
        "status": "held",
        **more,
    }


FIRST = {
    "mechanism": {
        "slug": "first",
        "name": {"en": "The first body"},
        "basis": "Declaration, art. 2",
        "first_period": "2023",
        "step_months": 24,
        "summit_track": "summit",
        "zone": "Asia/Shanghai",
        "sides": [
            {"name": "China", "order": "listed"},
            {"name": "Central Asia", "order": "alphabetical"},
        ],
    },
    "states": [
        state("CN", "China", "China"),
        state("KZ", "Kazakhstan", "Central Asia"),
        state("KG", "Kyrgyzstan", "Central Asia"),
    ],
    "tracks": [
        {"slug": "summit", "name": "Summit", "level": "heads of state"},
        {"slug": "foreign-ministers", "name": "Foreign ministers", "level": "ministers"},
    ],
    "meetings": [summit(1, 2023, "CN"), summit(2, 2025, "KZ")],
}
SECOND = {
    **FIRST,
    "mechanism": {
        **FIRST["mechanism"],
        "slug": "second",
        "name": {"en": "The second body"},
        "first_period": "2020",
        "step_months": 12,
        "sides": [{"name": "All", "order": "listed"}],
    },
    "states": [state("MN", "Mongolia", "All"), state("CN", "China", "All")],
    "meetings": [summit(1, 2020, "MN", city="Ulaanbaatar")],
}


@pytest.fixture
def load(tmp_path):
    """Loads a record with some changes, and gives what it said."""

    def loaded(record, change=lambda record: None):
        record = copy.deepcopy(record)
        change(record)
        path = tmp_path / "record.json"
        path.write_text(json.dumps(record))
        loader = Loader(read_record(path), lambda done, total: None)
        summary = loader.load()
        loaded.created = {kind: n for kind, counts in summary.counts.items() if (n := counts["created"])}
        return loader.said

    return loaded


def everything_of(slug):
    mechanism = Mechanism.objects.filter(slug=slug)
    return [
        list(model.objects.filter(**{path: mechanism.get().pk}).order_by("pk").values())
        for model, path in (
            (Mechanism, "pk"),
            (Membership, "side__mechanism"),
            (Summit, "mechanism"),
            (Track, "mechanism"),
            (Meeting, "track__mechanism"),
            (State, "memberships__side__mechanism"),
        )
    ]


def test_a_second_mechanism_with_the_same_tracks_changes_nothing_of_the_first(load):
    assert load(FIRST) == []
    before = everything_of("first")
    assert load(SECOND) == [
        "track “summit”: that is the address of a track of “The first body”; yours is “second-summit”",
        "track “foreign-ministers”: that is the address of a track of “The first body”; "
        "yours is “second-foreign-ministers”",
    ]
    assert everything_of("first") == before
    assert list(Meeting.objects.order_by("pk").values_list("track__slug", "city")) == [
        ("summit", "Xi'an"),
        ("summit", "Xi'an"),
        ("second-summit", "Ulaanbaatar"),
    ]
    second = everything_of("second")
    assert (load(FIRST), load(SECOND), load.created) == ([], [], {})
    assert (everything_of("first"), everything_of("second")) == (before, second)


def test_a_record_that_would_rename_a_state_of_another_mechanism_is_refused_whole(load):
    load(FIRST)
    before = everything_of("first")
    with pytest.raises(AnotherMechanismsRow) as refusal:
        load(SECOND, lambda record: record["states"][1].update(name={"en": "Cathay"}))
    assert str(refusal.value) == (
        "the state CN takes part in “The first body” too, and there its name is {'en': 'China'}: "
        "leave it as it stands in the file, or change it on the desk for all"
    )
    assert everything_of("first") == before
    assert not Mechanism.objects.filter(slug="second").exists()
    assert not State.objects.filter(code="MN").exists()


def test_the_command_says_such_a_refusal_in_one_line(load, tmp_path):
    load(FIRST)
    path = tmp_path / "second.json"
    path.write_text(
        json.dumps({**SECOND, "states": [state("CN", "China", "All", zone="Asia/Urumqi")], "meetings": []})
    )
    with pytest.raises(CommandError, match=r"^second\.json: the state CN takes part in “The first body” too"):
        call_command("load_mechanism", path)


def test_what_a_second_record_leaves_out_of_a_state_stays(load):
    load(FIRST, lambda record: record["states"][0].update(capital="Beijing", weekend=[7]))
    load(SECOND)
    assert State.objects.values_list("capital", "weekend").get(code="CN") == ("Beijing", [7])


def test_a_track_that_has_no_free_address_is_refused_by_its_name(load):
    load(FIRST)
    more = {"slug": "second-summit", "name": "More", "level": "forum"}
    with pytest.raises(
        AnotherMechanismsRow, match=r"^the track “summit” is one of “The first body” \(“Summit”\)"
    ):
        load(SECOND, lambda record: record["tracks"].append(more))


def test_no_record_renames_a_state_so_that_a_held_turn_moves(load):
    load(FIRST)
    with pytest.raises(HeldTurnMoved) as refusal:
        load(FIRST, lambda record: record["states"][1].update(name={"en": "Qazaqstan"}))
    assert str(refusal.value) == (
        "The turn of 2025 in “The first body”, which Kazakhstan held, would become that of Kyrgyzstan. "
        "Record first, as a decision, that 2025 was assigned to Kazakhstan."
    )
    assert State.objects.get(code="KZ").names == {"en": "Kazakhstan"}


def test_the_guard_of_held_turns_stands_in_the_service_whoever_writes(load):
    load(FIRST)
    with pytest.raises(HeldTurnMoved), held_turns_stay():
        State.objects.filter(code="KZ").update(names={"en": "Qazaqstan"})
    assert State.objects.get(code="KZ").names == {"en": "Kazakhstan"}
    with held_turns_stay():
        State.objects.filter(code="KG").update(names={"en": "Kyrgyz Republic"})


def test_a_record_may_rename_its_own_state_where_no_held_turn_moves(load):
    load(FIRST)
    load(FIRST, lambda record: record["states"][2].update(name={"en": "Kyrgyz Republic"}))
    assert State.objects.get(code="KG").names == {"en": "Kyrgyz Republic"}


DECISIONS = [
    {"kind": "swap", "decided_on": "2026-01-05", "basis": "Note 1", "periods": ["2027", "2029"]},
    {"kind": "revoke", "decided_on": "2026-02-05", "basis": "Note 2", "decision": 0},
    {
        "kind": "accede",
        "decided_on": "2026-03-05",
        "basis": "Note 3",
        "member": {"code": "UZ", "name": "Uzbekistan"},
        "side": "Central Asia",
        "from": "2028",
    },
]


def with_decisions(record):
    record["decisions"] = copy.deepcopy(DECISIONS)
    record["states"] += [{"code": "UZ", "name": {"en": "Uzbekistan"}, "zone": "Asia/Tashkent"}]
    record["states"] += [state("TM", "Turkmenistan", "Central Asia", **{"from": "2023", "until": "2028"})]
    record["tracks"][0] |= {"cadence_months": 24}
    record["tracks"][1] |= {"cadence": "before each summit"}


def test_a_record_holds_decisions_membership_periods_and_cadence(load):
    assert load(FIRST, with_decisions) == []
    mechanism = Mechanism.objects.get()
    assert list(mechanism.decisions.values_list("number", "kind", "basis", "revokes__number", "member")) == [
        (1, "swap", "Note 1", None, None),
        (2, "revoke", "Note 2", 1, None),
        (3, "accede", "Note 3", None, "UZ"),
    ]
    assert [turn.holder for turn in turns_until(mechanism, "2037")] == [
        "CN",
        "KZ",
        "CN",
        "KG",
        "CN",
        "UZ",
        "CN",
        "KZ",
    ]
    tracks = Track.objects.order_by("position").values_list("cadence_months", "cadence_note")
    assert list(tracks) == [(24, ""), (None, "before each summit")]
    assert (load(FIRST, with_decisions), load.created, mechanism.decisions.count()) == ([], {}, 3)


def test_a_loaded_decision_is_appended_to_and_never_edited(load):
    load(FIRST, with_decisions)

    def edited(record):
        with_decisions(record)
        record["decisions"][0]["periods"] = ["2025", "2029"]

    with pytest.raises(
        Exception, match=r"^decisions\[0\] was loaded otherwise, and a decision is never edited"
    ):
        load(FIRST, edited)


def test_a_decision_that_the_desk_recorded_before_is_not_recorded_twice(load):
    load(FIRST, with_decisions)
    RecordEntry.objects.filter(key__startswith="first:decision:").delete()
    load(FIRST, with_decisions)
    assert (Mechanism.objects.get().decisions.count(), load.created) == (3, {})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda r: r["decisions"][0].update(periods=["2027"]),
            "decisions[0]: periods: a list of two periods",
        ),
        (lambda r: r["decisions"][0].update(basis=""), "decisions[0].basis: missing"),
        (lambda r: r["decisions"][0].pop("decided_on"), "decisions[0].decided_on: missing"),
        (lambda r: r["decisions"][1].update(decision=1), "decisions[1].decision: the index of an earlier"),
        (lambda r: r["decisions"][2]["member"].update(code="XX"), "decisions[2]: unknown state “XX”"),
        (
            lambda r: r["decisions"][0].update(periods=["2026", "2029"]),
            "decisions: decisions[0].periods: no turn",
        ),
        (lambda r: r["states"][4].update(until="2020"), "states[4].until: lies before “from”"),
        (
            lambda r: r["tracks"][0].update(cadence="yearly"),
            "tracks[0].cadence: give the months or the words",
        ),
    ],
)
def test_a_bad_decision_or_period_is_refused_with_its_place(load, change, message):
    def changed(record):
        with_decisions(record)
        # Undone, the swap would not be looked at.
        record["decisions"][1]["decision"] = 0
        if message.endswith("no turn"):
            del record["decisions"][1]
        change(record)

    with pytest.raises(BadRecord) as refusal:
        load(FIRST, changed)
    assert message in str(refusal.value)
    assert not State.objects.exists()


def test_a_history_that_contradicts_the_rotation_is_said_when_it_is_loaded(load):
    assert load(FIRST, lambda record: record["meetings"][1].update(host="KG")) == [
        "the history contradicts the rotation: summit 2 was held by Kyrgyzstan in 2025, but its turn is that of "
        "Kazakhstan in 2025; a decision that moved it is missing in the record"
    ]


def test_an_older_database_keeps_its_rows_and_their_uids(load):
    load(FIRST, with_decisions)
    RecordEntry.objects.filter(key__contains=":decision:").delete()  # an older release knew none
    keys = set(RecordEntry.objects.values_list("key", flat=True))
    before = everything_of("first")
    migration = importlib.import_module("meetings.migrations.0020_record_keys_are_the_mechanisms_own")
    migration.give_keys_back(apps, None)
    former = set(RecordEntry.objects.values_list("key", flat=True))
    assert {"meeting:summit:1", "track:summit", "state:CN", "side:first:0", "summit:first:1"} <= former
    migration.give_keys_to_their_mechanism(apps, None)
    assert set(RecordEntry.objects.values_list("key", flat=True)) == keys
    load(FIRST, with_decisions)
    assert (load.created, everything_of("first")) == ({}, before)
