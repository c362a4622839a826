"""Decisions tried without being recorded: what the page answers, and that nothing is left behind."""

import json

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rotation.models import Mechanism, RotationDecision, State, Summit
from tests.factories import MechanismFactory, StateFactory, UserFactory, decided

pytestmark = pytest.mark.django_db
SWAP = {"kind": "swap", "periods": ["2033", "2037"]}
ACCEDE = {"kind": "accede", "member": {"code": "MN", "name": "Mongolia"}, "side": "2", "from": "2031"}
CHINA_ELSE = ["China", "Kazakhstan", "China", "Kyrgyzstan", "China"]


@pytest.fixture
def mechanism(db):
    return MechanismFactory()


@pytest.fixture
def page(mechanism):
    return reverse("admin:rotation_mechanism_what_if", args=[mechanism.pk])


def written(*decisions):
    return [each if isinstance(each, str) else json.dumps(each) for each in decisions]


def trial(desk, page, *decisions, **more):
    return desk.get(page, {"d": written(*decisions), **more})


def hosts(answer, until="2045"):
    return [row["after"]["holder"] for row in answer.context["rows"] if row["period"] <= until]


def changed(answer, since="2023", until="2050"):
    return {
        row["period"]: (row["before"]["holder"], row["after"]["holder"])
        for row in answer.context["rows"]
        if row["is_changed"] and since <= row["period"] <= until
    }


def problems(answer):
    return [draft["problem"] for draft in answer.context["drafts"]]


def test_without_a_trial_the_page_shows_the_turns_as_they_stand(desk, page):
    answer = desk.get(page)
    assert hosts(answer, "2031") == ["China", "Kazakhstan", "China", "Kyrgyzstan", "China"]
    assert (answer.context["changes"], answer.context["drafts"]) == (0, [])


def test_turkmenistan_and_tajikistan_swap(desk, page):
    answer = trial(desk, page, SWAP)
    assert changed(answer) == {
        "2033": ("Tajikistan", "Turkmenistan"),
        "2037": ("Turkmenistan", "Tajikistan"),
    }
    assert [draft["says"] for draft in answer.context["drafts"]] == ["2033 and 2037 exchange their hosts"]


def test_a_sixth_central_asian_state_accedes_in_2031(desk, page):
    answer = trial(desk, page, ACCEDE)
    asian = [row for row in answer.context["rows"] if row["after"]["holder"] != "China"]
    assert [(row["period"], row["after"]["holder"]) for row in asian] == [
        ("2025", "Kazakhstan"),
        ("2029", "Kyrgyzstan"),
        ("2033", "Mongolia"),
        ("2037", "Tajikistan"),
        ("2041", "Turkmenistan"),
        ("2045", "Uzbekistan"),
        ("2049", "Kazakhstan"),
    ]


def test_both_at_once_in_the_order_in_which_they_are_tried(desk, page):
    assert changed(trial(desk, page, ACCEDE, SWAP), until="2041") == {
        "2037": ("Turkmenistan", "Mongolia"),
        "2041": ("Uzbekistan", "Turkmenistan"),
    }


def rows_of_everything():
    models = (Mechanism, RotationDecision, State, Summit)
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_trying_writes_nothing_whatever_is_asked(desk, mechanism, page):
    mechanism.summits.create(ordinal=5, period="2031", host_id="CN")
    decided(mechanism, "skip", period="2029")
    before = rows_of_everything()
    postpone = {"kind": "postpone", "period": "2031", "to": "2032", "shift": True}
    query = {"d": written(SWAP, ACCEDE, postpone)}
    with CaptureQueriesContext(connection) as queries:
        for address in (page, f"{page[:-1]}.csv", f"{page[:-1]}.pdf"):
            assert desk.get(address, query).status_code == 200
        desk.get(page, {**query, "kind": "skip", "period": "2029", "try": "1"})
    writes = [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert (writes, rows_of_everything()) == ([], before)


def test_what_the_form_says_is_added_to_the_address_and_to_nothing_else(desk, page):
    sent = {"kind": "swap", "period": "2033", "other_period": "2037", "try": "1", "d": written(ACCEDE)}
    answer = desk.get(page, sent, follow=True)
    assert answer.redirect_chain[0][1] == 302
    assert [json.loads(text) for text in answer.context["texts"]] == [ACCEDE, SWAP]
    assert not RotationDecision.objects.exists()


def test_a_state_that_nobody_knows_is_tried_by_its_name(desk, page):
    sent = {
        "kind": "accede",
        "newcomer": "Mongolia",
        "side": "Central Asia",
        "from_period": "2031",
        "try": "1",
    }
    answer = desk.get(page, sent, follow=True)
    assert [draft["says"] for draft in answer.context["drafts"]] == [
        "Mongolia: in the order of “Central Asia” from 2031 on"
    ]
    assert changed(answer, until="2033") == {"2033": ("Tajikistan", "Mongolia")}


def test_a_draft_that_cannot_be_carried_out_says_why_and_the_others_stay(desk, page):
    lost = {"kind": "skip", "period": "2030"}
    answer = trial(desk, page, SWAP, lost, {"kind": "skip", "period": "2029"})
    assert problems(answer) == ["", "No turn falls in 2030.", ""]
    assert changed(answer, until="2037") == {
        "2029": ("Kyrgyzstan", "Tajikistan"),
        "2033": ("Tajikistan", "Uzbekistan"),
    }


def test_a_draft_that_is_removed_leaves_the_others_in_the_address(desk, page):
    first = trial(desk, page, SWAP, ACCEDE).context["drafts"][0]
    answer = desk.get(f"{page}?{first['without']}")
    assert [json.loads(text) for text in answer.context["texts"]] == [ACCEDE]


def test_a_refused_form_keeps_the_drafts_and_says_why_beside_its_field(desk, page):
    sent = {"kind": "postpone", "period": "2029", "to": "2028", "try": "1", "d": written(SWAP)}
    answer = desk.get(page, sent)
    assert answer.status_code == 200
    assert dict(answer.context["form"].errors) == {"to": ["2028 does not lie after 2029."]}
    assert answer.context["texts"] == written(SWAP)


HOSTILE = {
    "no JSON": "{",
    "a list": "[]",
    "a number": "7",
    "nothing": "",
    "no kind": "{}",
    "a kind of its own": {"kind": "coup"},
    "a kind that is no text": {"kind": ["swap"]},
    "a key of its own": {"kind": "skip", "period": "2029", "host": "CN"},
    "a key twice": '{"kind":"skip","\\ud800":1,"\\ud800":2}',
    "no number": '{"kind":"revoke","decision":NaN}',
    "a huge number": '{"kind":"revoke","decision":' + "9" * 900 + "}",
    "half a character": '{"kind":"withdraw","member":"\\ud800","from":"2031"}',
    "an unknown state": {"kind": "assign", "period": "2029", "member": "ZZ"},
    "markup": {"kind": "assign", "period": "2029", "member": "<script>alert(1)</script>"},
    "control characters": {"kind": "assign", "period": "2029", "member": "\0\x1b[2J"},
    "a name not seen": {**ACCEDE, "member": {"code": "MN", "name": "\u202eMongolia"}},
    "a name too long": {**ACCEDE, "member": {"code": "MN", "name": "M" * 61}},
    "an unknown side": {**ACCEDE, "side": "<b>9</b>"},
    "a period of another age": {"kind": "skip", "period": "99999999999999999999"},
    "a day that is none": {"kind": "skip", "period": "2029", "decided_on": "2026-02-30"},
    "a basis of its own": {"kind": "skip", "period": "2029", "basis": "Astana Declaration, art. 9"},
    "no recorded decision": {"kind": "revoke", "decision": 0},
    "five thousand letters": {"kind": "skip", "period": "2029", "basis": "x" * 5000},
    "a deep nest": "[" * 999,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_address_is_answered_with_a_message(desk, page, text):
    answer = trial(desk, page, text, SWAP)
    assert answer.status_code == 200
    assert [bool(problem) for problem in problems(answer)] == [True, False]
    assert changed(answer, until="2033") == {"2033": ("Tajikistan", "Turkmenistan")}
    content = answer.content.decode()
    assert "<script>alert" not in content
    assert "<b>9</b>" not in content
    assert "\0" not in content
    for ending in ("csv", "pdf"):
        assert trial(desk, f"{page[:-1]}.{ending}", text, SWAP).status_code == 200


def test_no_more_than_twenty_drafts_are_tried_and_that_is_said(desk, page):
    answer = trial(desk, page, *[SWAP] * 21)
    assert len(answer.context["drafts"]) == 20
    assert "No more than 20 decisions are tried at once; the others are left out." in answer.content.decode()
    sent = {"kind": "skip", "period": "2029", "try": "1"}
    answer = trial(desk, page, *[SWAP] * 20, **sent)
    assert answer.context["form"].non_field_errors() == [
        "So many decisions cannot be tried at once; remove one first."
    ]


def test_an_unknown_kind_and_an_unknown_mechanism(desk, page, mechanism):
    assert desk.get(page, {"kind": "coup", "try": "1"}).context["form"] is None
    missing = reverse("admin:rotation_mechanism_what_if", args=[mechanism.pk + 1])
    assert desk.get(missing).status_code == 404


def test_who_is_not_logged_in_is_asked_to_and_who_may_not_look_is_refused(client, page):
    addresses = (page, f"{page[:-1]}.csv", f"{page[:-1]}.pdf")
    for address in addresses:
        answer = client.get(address)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, reverse("admin:login"))
    officer = UserFactory()
    client.force_login(officer)
    assert [client.get(address).status_code for address in addresses] == [403] * 3
    officer.user_permissions.add(Permission.objects.get(codename="view_mechanism"))
    assert [client.get(address).status_code for address in addresses] == [200] * 3
    assert "Record this decision" not in trial(client, page, SWAP).content.decode()


def test_a_draft_leads_to_the_form_that_records_it_filled_in(desk, page):
    StateFactory(code="MN", names={"en": "Mongolia"}, zone="Asia/Ulaanbaatar")
    substitute = {"kind": "substitute", "period": "2029", "member": "UZ", "turn_kept": True}
    filled = []
    for tried in (SWAP, substitute, ACCEDE):
        draft = trial(desk, page, tried, {"kind": "skip", "period": "2041"}).context["drafts"][0]
        form = desk.get(draft["record"]).context["form"]
        filled.append({name: form[name].value() for name in form.fields if name in form.initial})
    assert [{key: said for key, said in each.items() if key != "decided_on"} for each in filled] == [
        {"period": "2033", "other_period": "2037"},
        {"period": "2029", "member": "UZ", "turn_kept": "True"},
        {"member": "MN", "side": "Central Asia", "from_period": "2031"},
    ]


def test_a_state_that_is_not_in_the_record_cannot_be_recorded_from_here(desk, page):
    assert [draft["record"] for draft in trial(desk, page, ACCEDE).context["drafts"]] == [""]


def queries_of(desk, page, *decisions):
    with CaptureQueriesContext(connection) as queries:
        assert trial(desk, page, *decisions).status_code == 200
    return len(queries)


def test_the_page_costs_the_same_with_one_draft_and_with_twenty(desk, mechanism, page):
    lost = {"kind": "skip", "period": "2030"}
    desk.get(page)
    costs = {queries_of(desk, page, *drafts) for drafts in ([SWAP], [SWAP] * 20)}
    assert len(costs) == 1
    costs = {queries_of(desk, page, *drafts) for drafts in ([lost, SWAP], [SWAP, *[lost] * 19])}
    for number in range(8):
        decided(mechanism, "assign", period="2029", member="UZ")
        mechanism.summits.create(ordinal=4 + number, period=str(2029 + 2 * number), host_id="CN")
    costs.add(queries_of(desk, page, lost, SWAP))
    assert len(costs) == 1
