"""The projection of hosts, with its reasons, as partners read it."""

import pytest

from rotation.models import Mechanism, Membership, Side, Summit
from tests.factories import MechanismFactory, decided

from .factories import china, kazakhstan

pytestmark = pytest.mark.django_db
TURNS = "/api/v1/rotation/turns/"


@pytest.fixture
def mechanism():
    made = Mechanism.objects.create(
        slug="c2", names={"en": "Two"}, basis="Declaration, art. 2", first_period="2023", step_months=24
    )
    for position, (name, state) in enumerate((("East", china()), ("West", kazakhstan()))):
        side = Side.objects.create(mechanism=made, position=position, names={"en": name})
        Membership.objects.create(side=side, state=state)
    for ordinal, state, status in ((1, china(), "held"), (2, kazakhstan(), "announced")):
        Summit.objects.create(
            mechanism=made, ordinal=ordinal, period=str(2021 + 2 * ordinal), host=state, status=status
        )
    return made


def test_turns_are_told_until_a_period_with_their_reasons(client, mechanism):
    body = client.get(TURNS, {"until": "2028", "lang": "zh"}).json()
    told = [(t["ordinal"], t["period"], t["holder"]["code"], t["side"], t["status"]) for t in body["items"]]
    assert body["mechanism"] == "c2"
    assert told == [
        (1, "2023", "CN", "East [en]", "held"),
        (2, "2025", "KZ", "West [en]", "announced"),
        (3, "2027", "CN", "East [en]", "projected"),
    ]
    assert body["items"][1]["holder"] == {"code": "KZ", "name": "哈萨克斯坦", "lang": "zh"}
    assert [reason for turn in body["items"] for reason in turn["why"] if not reason] == []
    assert body["items"][2]["why"] != []


@pytest.mark.parametrize(
    ("language", "why"),
    [
        (
            "en",
            [
                "The sides take turns: after China comes Central Asia — Xi'an Declaration, art. 2",
                "Central Asia, turn 2: after Kazakhstan, alphabetically, comes Kyrgyzstan"
                " — Xi'an Declaration, art. 2",
                "There is no meeting in 2027, so this turn falls later — Astana Declaration, art. 3",
            ],
        ),
        (
            "ru",
            [
                "Стороны чередуются: предыдущая — Китай, следующая — Центральная Азия — Xi'an Declaration, art. 2",
                "Центральная Азия, очередь 2: предыдущее государство — Казахстан, следующее по алфавиту — "
                "Кыргызстан — Xi'an Declaration, art. 2",
                "2027: встречи нет, поэтому эта очередь наступает позже — Astana Declaration, art. 3",
            ],
        ),
        (
            "zh",
            [
                "双方轮流：中国之后轮到中亚 — Xi'an Declaration, art. 2",
                "中亚第2轮：按字母顺序，哈萨克斯坦之后为吉尔吉斯斯坦 — Xi'an Declaration, art. 2",
                "2027不举行会议，本轮次因此顺延 — Astana Declaration, art. 3",
            ],
        ),
    ],
)
def test_reasons_are_told_in_the_language_of_the_reader(client, language, why):
    mechanism = MechanismFactory()
    for side, names in zip(
        mechanism.sides.all(),
        (
            {"en": "China", "zh": "中国", "ru": "Китай"},
            {"en": "Central Asia", "zh": "中亚", "ru": "Центральная Азия"},
        ),
        strict=True,
    ):
        Side.objects.filter(pk=side.pk).update(names=names)
    decided(mechanism, "vacate", period="2027")
    response = client.get(TURNS, {"until": "2031", "lang": language})
    assert response["Content-Language"] == language
    assert response.json()["items"][3]["why"] == why


def test_more_turns_cost_no_more_queries(client, mechanism, django_assert_max_num_queries):
    with django_assert_max_num_queries(9):
        assert len(client.get(TURNS, {"until": "2200"}).json()["items"]) == 89


@pytest.mark.parametrize("until", ["", "soon", "9999", "202", "2027-5", "2022", "2027-H1"])
def test_a_period_that_is_none_is_refused(client, mechanism, until):
    response = client.get(TURNS, {"until": until})
    assert (response.status_code, response.json()["errors"][0]["parameter"]) == (400, "until")


def test_a_side_that_runs_out_of_members_is_told_with_the_period(client, mechanism):
    Membership.objects.filter(state_id="KZ").update(until_period="2029")
    response = client.get(TURNS, {"until": "2035"})
    assert response.status_code == 400
    assert response.json()["errors"] == [
        {
            "parameter": "until",
            "message": "A side has no member in 2033.",
            "remedy": "Ask for a period before 2033.",
        }
    ]


def test_turns_are_told_as_they_were_known_on_a_day(client, mechanism):
    decided(mechanism, "swap", period="2027", other_period="2029", on="2026-03-02")
    hosts = {
        day: [t["holder"]["code"] for t in client.get(TURNS, {"until": "2029", **known}).json()["items"]]
        for day, known in (
            ("2026-03-01", {"known_on": "2026-03-01"}),
            ("2026-03-02", {"known_on": "2026-03-02"}),
            ("today", {}),
        )
    }
    assert hosts == {
        "2026-03-01": ["CN", "KZ", "CN", "KZ"],
        "2026-03-02": ["CN", "KZ", "KZ", "CN"],
        "today": ["CN", "KZ", "KZ", "CN"],
    }
    body = client.get(TURNS, {"until": "2029", "known_on": "2026-03-02"}).json()
    assert body["known_on"] == "2026-03-02"
    assert "Astana Declaration, art. 3" in body["items"][2]["why"][-1]


def test_a_day_of_knowledge_that_is_none_is_refused(client, mechanism):
    response = client.get(TURNS, {"until": "2029", "known_on": "2026-02-30"})
    assert (response.status_code, response.json()["errors"][0]["parameter"]) == (400, "known_on")


def test_turns_are_cached_until_a_decision_changes_them(client, mechanism):
    first = client.get(TURNS, {"until": "2029"})
    assert first["Cache-Control"] == "public, max-age=3600"
    again = {"HTTP_IF_NONE_MATCH": first["ETag"]}
    assert client.get(TURNS, {"until": "2029"}, **again).status_code == 304
    decided(mechanism, "swap", period="2027", other_period="2029")
    assert client.get(TURNS, {"until": "2029"}, **again).status_code == 200
