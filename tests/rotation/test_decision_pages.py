from datetime import date

import pytest
from django.urls import reverse

from rotation.models import RotationDecision
from tests.acts import confirm, look, seal_of
from tests.factories import MechanismFactory, StateFactory, UserFactory, decided

pytestmark = pytest.mark.django_db
TAKEN = {"decided_on": "2026-03-02", "basis": "Astana Declaration, art. 3", "note": ""}
SWAP = {"period": "2029", "other_period": "2033", **TAKEN}


@pytest.fixture
def mechanism(db):
    return MechanismFactory()


def page(mechanism, kind):
    return reverse("admin:rotation_mechanism_decision", args=[mechanism.pk, kind])


def test_every_kind_is_offered_with_what_it_does(desk, mechanism):
    answer = desk.get(reverse("admin:rotation_mechanism_decide", args=[mechanism.pk]))
    assert [entry["kind"] for entry in answer.context["kinds"]] == [
        "swap",
        "substitute",
        "assign",
        "skip",
        "postpone",
        "vacate",
        "advance",
        "accede",
        "withdraw",
        "announce",
        "revoke",
    ]
    for entry in answer.context["kinds"]:
        assert desk.get(page(mechanism, entry["kind"])).status_code == 200


def test_what_a_decision_changes_is_shown_side_by_side_before_anything_is_recorded(desk, mechanism):
    answer = desk.post(page(mechanism, "swap"), SWAP)
    changed = [row for row in answer.context["rows"] if row["is_changed"]]
    assert [(row["period"], row["before"]["holder"], row["after"]["holder"]) for row in changed] == [
        ("2029", "Kyrgyzstan", "Tajikistan"),
        ("2033", "Tajikistan", "Kyrgyzstan"),
    ]
    assert "<del>Kyrgyzstan</del>" in answer.content.decode()
    assert not RotationDecision.objects.exists()


def test_a_confirmed_decision_is_recorded_with_who_and_when(desk, user, mechanism):
    answer = confirm(desk, page(mechanism, "swap"), SWAP)
    assert answer.status_code == 302
    row = RotationDecision.objects.get()
    assert (row.kind, row.period, row.other_period, row.basis) == (
        "swap",
        "2029",
        "2033",
        "Astana Declaration, art. 3",
    )
    assert (row.recorded_by, row.decided_on) == (user, date(2026, 3, 2))
    answer = desk.get(reverse("admin:rotation_mechanism_change", args=[mechanism.pk]))
    assert [entry["says"] for entry in answer.context["decisions"]] == ["2029 and 2033 exchange their hosts"]


def test_a_decision_that_came_between_is_said_and_nothing_is_recorded(desk, mechanism):
    seen = seal_of(look(desk, page(mechanism, "swap"), SWAP))
    decided(mechanism, "skip", period="2029")
    answer = desk.post(page(mechanism, "swap"), {**SWAP, "seen": seen, "confirm": "yes"})
    assert "What would be done is no longer what was shown." in answer.content.decode()
    assert mechanism.decisions.count() == 1


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        ("swap", {"period": "2029", "other_period": "2029"}, "other_period"),
        ("swap", {"period": "2029", "other_period": "2030"}, "other_period"),
        ("postpone", {"period": "2029", "to": "2028"}, "to"),
        ("postpone", {"period": "2029", "to": "spring"}, "to"),
        ("advance", {"period": "2029", "to": "2027"}, "to"),
        ("advance", {"period": "2029", "to": "2030"}, "to"),
        ("assign", {"period": "2029", "member": "CN"}, "member"),
        ("withdraw", {"member": "KZ", "from_period": "20"}, "from_period"),
        ("accede", {"member": "KZ", "side": "Central Asia", "from_period": "2031"}, "member"),
        ("skip", {"period": "2029", "decided_on": "2099-01-01"}, "decided_on"),
        ("skip", {"period": "2029", "basis": ""}, "basis"),
    ],
)
def test_bad_input_is_said_beside_its_field_and_changes_nothing(desk, mechanism, kind, values, field):
    answer = desk.post(page(mechanism, kind), {**TAKEN, **values, "confirm": "yes"})
    assert list(answer.context["form"].errors) == [field]
    assert not RotationDecision.objects.exists()


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("swap", {"period": "2029", "other_period": "2033"}),
        ("substitute", {"period": "2029", "member": "UZ"}),
        ("assign", {"period": "2029", "member": "UZ"}),
        ("skip", {"period": "2029"}),
        ("postpone", {"period": "2029", "to": "2030"}),
        ("vacate", {"period": "2029"}),
        ("advance", {"period": "2029", "to": "2028", "shift": "on"}),
        ("accede", {"member": "MN", "side": "Central Asia", "from_period": "2031"}),
        ("withdraw", {"member": "TM", "from_period": "2031"}),
        ("announce", {"period": "2029"}),
        ("revoke", {"revokes": "0"}),
    ],
)
def test_every_kind_asks_for_its_legal_basis_and_shows_what_it_changes(desk, mechanism, kind, values):
    StateFactory(code="MN", names={"en": "Mongolia"}, zone="Asia/Ulaanbaatar")
    decided(mechanism, "skip", period="2037")
    for basis in ("", "  "):
        answer = desk.post(page(mechanism, kind), {**TAKEN, **values, "basis": basis, "preview": "1"})
        assert list(answer.context["form"].errors) == ["basis"]
    answer = desk.post(page(mechanism, kind), {**TAKEN, **values, "preview": "1"})
    assert answer.context["changes"] > 0
    answer = confirm(desk, page(mechanism, kind), {**TAKEN, **values})
    assert (answer.status_code, mechanism.decisions.count()) == (302, 2)


def test_a_decision_of_a_day_that_has_not_come_is_refused_as_every_page_refuses_one(desk, mechanism):
    answer = desk.post(page(mechanism, "skip"), {**TAKEN, "period": "2029", "decided_on": "2099-01-01"})
    assert answer.context["form"].errors["decided_on"] == ["This day has not come yet."]


def test_a_newcomer_takes_its_place_by_the_alphabet(desk, mechanism):
    StateFactory(code="MN", names={"en": "Mongolia"}, zone="Asia/Ulaanbaatar")
    values = {"member": "MN", "side": "Central Asia", "from_period": "2028", **TAKEN}
    answer = desk.post(page(mechanism, "accede"), values)
    after = {row["period"]: row["after"]["holder"] for row in answer.context["rows"]}
    assert [after[period] for period in ("2029", "2033", "2037")] == ["Kyrgyzstan", "Mongolia", "Tajikistan"]


def test_an_announced_summit_that_follows_is_named_before(desk, mechanism):
    mechanism.summits.create(ordinal=4, period="2029", host_id="KG")
    answer = desk.post(page(mechanism, "swap"), SWAP)
    assert [(move["period"], move["host"]) for move in answer.context["summits"]] == [("2029", "Tajikistan")]


def test_the_turns_are_shown_as_known_on_a_day(desk, mechanism):
    decided(mechanism, "swap", period="2029", other_period="2033", on="2026-03-02")
    address = reverse("admin:rotation_mechanism_change", args=[mechanism.pk])
    holders = {
        day: [row["holder"] for row in desk.get(f"{address}?known_on={day}").context["turns"]][3]
        for day in ("2026-03-01", "2026-03-02", "")
    }
    assert holders == {"2026-03-01": "Kyrgyzstan", "2026-03-02": "Tajikistan", "": "Tajikistan"}
    assert "“soon” is no day" in desk.get(f"{address}?known_on=soon").content.decode()


def test_a_revoked_decision_is_marked_and_offers_no_second_revocation(desk, mechanism):
    decided(mechanism, "skip", period="2029")
    decided(mechanism, "revoke", revokes=0, on="2026-04-01")
    answer = desk.get(reverse("admin:rotation_mechanism_change", args=[mechanism.pk]))
    assert [(entry["row"].number, entry["stands"]) for entry in answer.context["decisions"]] == [
        (2, True),
        (1, False),
    ]


def test_without_the_permission_a_decision_is_neither_seen_nor_taken(client, mechanism):
    client.force_login(UserFactory())
    assert client.get(page(mechanism, "swap")).status_code == 403
    assert client.post(page(mechanism, "swap"), {**SWAP, "confirm": "yes"}).status_code == 403
    assert not RotationDecision.objects.exists()


def test_the_list_of_decisions_takes_the_same_queries_with_one_and_with_ten(
    desk,
    mechanism,
    django_assert_max_num_queries,
):
    address = reverse("admin:rotation_rotationdecision_changelist")
    decided(mechanism, "assign", period="2029", member="UZ")
    desk.get(address)
    with django_assert_max_num_queries(30) as one:
        desk.get(address)
    for _ in range(9):
        decided(mechanism, "assign", period="2029", member="UZ")
    with django_assert_max_num_queries(30) as ten:
        desk.get(address)
    assert len(ten) == len(one)


def test_a_decision_cannot_be_edited_or_deleted_on_the_desk(desk, mechanism):
    row = decided(mechanism, "skip", period="2029")
    address = reverse("admin:rotation_rotationdecision_change", args=[row.pk])
    assert desk.get(address).status_code == 200
    assert desk.post(address, {"basis": "x"}).status_code == 403
    assert desk.post(reverse("admin:rotation_rotationdecision_delete", args=[row.pk])).status_code == 403
