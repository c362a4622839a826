"""What partners read beside the calendar: agendas, papers, deadlines, sessions of committees."""

import hashlib
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meetings.agenda.stages import Stage
from meetings.changes import announced_together
from meetings.models import Due, Meeting
from meetings.papers.acts import add_version, issue_document, withdraw_document
from tests.factories import DueFactory
from tests.meetings.papers.files import text

from .copies import Copy, through
from .factories import bearer, china, health, kazakhstan, meeting, system, token
from .papers import agenda, draft, frozen, issued, whole_meeting
from .test_access import refused
from .test_sync import numbered

pytestmark = pytest.mark.django_db
BASE = "http://127.0.0.1:8000"


def of(made, part=""):
    return f"/api/v1/meetings/{made.uid}/{part}"


def deadlines_reader(*states):
    return bearer(token(system(states=states), scopes=["meetings:read", "deadlines:read"]))


# --- Agendas ----------------------------------------------------------------------------------
def test_an_agenda_is_nobodys_until_it_is_issued_to_everybody(client):
    made = meeting()
    row = agenda(made, {})
    assert client.get(of(made, "agenda/")).status_code == 404
    frozen(row, Stage.PRELIMINARY)
    assert client.get(of(made, "agenda/"), **bearer(token())).status_code == 404
    assert client.get(of(made)).json()["agenda"] is None
    stage = frozen(row)
    body = client.get(of(made, "agenda/?lang=zh")).json()
    at = f"{stage.recorded_at:%Y-%m-%dT%H:%M:%SZ}"
    assert body == {
        "meeting": {"uid": str(made.uid), "url": BASE + of(made)},
        "stage": "provisional",
        "revision": 0,
        "issued": at,
        "stages": [{"stage": "provisional", "revision": 0, "issued": at}],
        "session_minutes": None,
        "items": [
            {
                "uid": str(row.items.get().uid), "number": "1", "title": "议题1", "lang": "zh",
                "titles": {"en": "Item 1", "zh": "议题1", "ru": "Пункт 1"}, "proposers": [], "mandate": None,
                "action": None, "minutes": None, "papers": [], "kind": "regular", "considered_from": None,
            }
        ],
    }  # fmt: skip
    assert client.get(of(made)).json()["agenda"] == {"stage": "provisional", "revision": 0, "issued": at}


def test_an_agenda_names_no_paper_and_no_person_that_its_reader_may_not_know(client):
    made = meeting()
    general, limited = issued(made, distribution="general"), issued(made)
    secret, unfinished = issued(made, distribution="restricted"), draft(made, "zh")
    names = [row.symbol_id for row in (general, limited, secret, unfinished)]
    frozen(agenda(made, {"papers": [*names, "Non-paper on water"], "rapporteur": "Mr Chair"}))
    shown = {
        audience: client.get(of(made, "agenda/"), **headers)
        for audience, headers in (("public", {}), ("partners", bearer(token())))
    }
    papers = {audience: answer.json()["items"][0]["papers"] for audience, answer in shown.items()}
    assert papers == {
        "public": [general.symbol_id, "Non-paper on water"],
        "partners": [general.symbol_id, limited.symbol_id, "Non-paper on water"],
    }
    assert [
        text for answer in shown.values() for text in ["Mr Chair"] if text in answer.content.decode()
    ] == []


def test_the_tag_of_an_agenda_moves_when_a_paper_of_no_meeting_that_it_names_is_issued(client, bodies_kept):
    made = meeting()
    paper = draft(None, "ru", distribution="general")
    frozen(agenda(made, {"papers": [paper.symbol_id]}))
    numbered()
    before = client.get(of(made, "agenda/"))
    issue_document(paper.pk, actor=None, exception_reason="the others follow")
    numbered()
    after = client.get(of(made, "agenda/"), headers={"if-none-match": before["ETag"]})
    assert (before.json()["items"][0]["papers"], after.status_code) == ([], 200)
    assert after.json()["items"][0]["papers"] == [paper.symbol_id]
    assert before["ETag"] != after["ETag"]


# --- Papers -----------------------------------------------------------------------------------
def test_papers_are_told_by_their_distribution_and_drafts_to_nobody(client):
    made = meeting()
    rows = {kind: issued(made, distribution=kind).symbol_id for kind in ("general", "limited", "restricted")}
    draft(made, "zh")
    told = {
        audience: [row["symbol"] for row in client.get(of(made, "documents/"), **headers).json()["items"]]
        for audience, headers in (("public", {}), ("partners", bearer(token())))
    }
    assert told == {"public": [rows["general"]], "partners": [rows["general"], rows["limited"]]}
    counts = {
        audience: client.get(of(made), **headers).json()["documents"]["count"]
        for audience, headers in (("public", {}), ("partners", bearer(token())))
    }
    assert counts == {"public": 1, "partners": 2}


def test_a_paper_is_told_with_the_address_of_its_file_in_each_language(client):
    made = meeting()
    paper = issued(made, distribution="general", titles={"en": "Communiqué", "zh": "公报"})
    item = client.get(of(made, "documents/?lang=zh")).json()["items"][0]
    version = item["versions"][1]
    assert [row["language"] for row in item["versions"]] == ["ru", "zh"]
    assert (item["symbol"], item["title"], item["lang"], item["status"], item["follows"]) == (
        paper.symbol_id, "公报", "zh", "issued", None,
    )  # fmt: skip
    response = client.get(version["url"].removeprefix(BASE))
    content = b"".join(response.streaming_content)
    assert (response.status_code, response["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert (hashlib.sha256(content).hexdigest(), len(content)) == (version["sha256"], version["size"])
    assert response["Content-Disposition"].startswith("attachment; ")
    assert response["X-Content-Type-Options"] == "nosniff"
    again = client.get(version["url"].removeprefix(BASE), HTTP_IF_NONE_MATCH=response["ETag"])
    assert (again.status_code, again["ETag"]) == (304, response["ETag"])


def test_a_files_tag_is_compared_as_a_list_weakly_and_as_anything(client):
    made = meeting()
    address = of(made, f"documents/{issued(made, distribution='general').pk}/zh/")
    tag = client.get(address)["ETag"]
    assert tag.startswith('"')
    codes = {
        given: client.get(address, HTTP_IF_NONE_MATCH=given).status_code
        for given in (tag, f"W/{tag}", f'"a", {tag}, "b"', "*", '"a"', '"a", W/"b"')
    }
    assert list(codes.values()) == [304, 304, 304, 304, 200, 200]
    assert client.get(address, HTTP_IF_MATCH=f'"a", {tag}').status_code == 200
    refused(client.get(address, HTTP_IF_MATCH='"a"'), 412)
    # No moment is told of a file, so that one in the request means nothing.
    assert client.get(address, HTTP_IF_UNMODIFIED_SINCE="Sun, 01 Mar 2026 12:00:00 GMT").status_code == 200


def test_a_file_is_in_its_own_language_whatever_its_reader_speaks(client):
    made = meeting()
    paper = issued(made, distribution="general")
    add_version(paper.pk, language="kk", file=text("kk"), name="kk.txt", actor=None)
    told = {}
    for code in ("zh", "ru", "kk"):
        address = of(made, f"documents/{paper.pk}/{code}/")
        first = client.get(address, HTTP_ACCEPT_LANGUAGE="zh")
        again = client.get(address, HTTP_ACCEPT_LANGUAGE="zh", HTTP_IF_NONE_MATCH=first["ETag"])
        told[code] = [(each.status_code, each["Content-Language"]) for each in (first, again)]
    assert told == {code: [(200, code), (304, code)] for code in ("zh", "ru", "kk")}


def test_a_file_goes_with_its_paper_and_its_meeting(client):
    made = meeting()
    general, limited = issued(made, distribution="general"), issued(made)
    addresses = {
        name: of(made, f"documents/{row.pk}/zh/")
        for name, row in (("general", general), ("limited", limited))
    }
    partner = bearer(token())
    assert client.get(addresses["limited"]).status_code == 404
    assert client.get(addresses["limited"], **partner).status_code == 200
    assert client.get(of(meeting(), f"documents/{general.pk}/zh/")).status_code == 404
    assert client.get(of(made, f"documents/{general.pk}/kk/")).status_code == 404
    withdraw_document(general.pk, actor=None, reason="Replaced")
    row = client.get(of(made, "documents/")).json()["items"][0]
    assert (row["status"], row["versions"], row["withdrawn"] is not None) == ("withdrawn", [], True)
    assert client.get(addresses["general"]).status_code == 404
    Meeting.objects.filter(pk=made.pk).update(visibility="internal")
    assert client.get(addresses["limited"], **partner).status_code == 404


def test_each_event_of_a_paper_or_an_agenda_reaches_who_keeps_a_copy(client):
    made = meeting()
    row, paper = agenda(made, {}), None
    numbered()
    public, partner = Copy(through(client)), Copy(through(client, **bearer(token())))
    public.follow(), partner.follow()

    def after(act):
        act()
        numbered()
        public.told.clear(), partner.told.clear()
        return [sum(items for items, _removed in copy.follow().told) for copy in (public, partner)]

    def issue(**values):
        nonlocal paper
        paper = issued(made, **values)

    told = [
        after(lambda: draft(made, "zh")),
        after(lambda: issue(distribution="restricted")),
        after(lambda: issue(distribution="limited")),
        after(lambda: issue(distribution="general")),
        after(lambda: add_version(paper.pk, language="kk", file=text("kk"), name="kk.txt", actor=None)),
        after(lambda: withdraw_document(paper.pk, actor=None, reason="Replaced")),
        after(lambda: frozen(row, Stage.PRELIMINARY)),
        after(lambda: frozen(row)),
    ]
    assert told == [[0, 0], [0, 0], [0, 1], [1, 1], [1, 1], [1, 1], [0, 0], [1, 1]]


def test_the_parts_of_a_meeting_have_a_tag_that_moves_with_them(client):
    made = meeting()
    row = agenda(made, {})
    frozen(row)
    issued(made, distribution="general")
    numbered()
    for part in ("agenda/", "documents/"):
        tag = client.get(of(made, part))["ETag"]
        assert client.get(of(made, part), HTTP_IF_NONE_MATCH=tag).status_code == 304
        row.items.update(titles={"en": f"Other {part}"})
        frozen(row)
        issued(made, distribution="general")
        numbered()
        assert client.get(of(made, part), HTTP_IF_NONE_MATCH=tag).status_code == 200


# --- Deadlines --------------------------------------------------------------------------------
def test_deadlines_are_told_of_the_states_agreed_and_with_the_scope_only(client):
    made, _paper = whole_meeting()
    readers = {
        "nobody": {},
        "without the scope": bearer(token(system(states=[kazakhstan()]))),
        "of no state": deadlines_reader(),
        "of Kazakhstan": deadlines_reader(kazakhstan()),
        "of both": deadlines_reader(kazakhstan(), china()),
    }
    expected = {
        "nobody": 401, "without the scope": 403, "of no state": [], "of Kazakhstan": ["KZ"], "of both": ["CN", "KZ"],
    }  # fmt: skip
    for address in (of(made, "deadlines/"), "/api/v1/deadlines/"):
        told = {}
        for name, headers in readers.items():
            answer = client.get(address, **headers)
            told[name] = (
                sorted(row["state"]["code"] for row in answer.json()["items"])
                if answer.status_code == 200
                else answer.status_code
            )
        assert told == expected


def test_a_due_is_told_as_the_state_sees_it_and_nothing_of_how_it_was_found(client):
    made = meeting()
    due = DueFactory(
        deadline__meeting=made,
        deadline__key="agenda",
        state=kazakhstan(),
        is_pinned=True,
        pin_reason="Cable 7",
    )
    Due.objects.filter(pk=due.pk).update(
        status="received", received_at=datetime(2027, 4, 16, 14, tzinfo=UTC), settle_reason="By note 12"
    )
    body = client.get(of(made, "deadlines/"), **deadlines_reader(kazakhstan())).json()
    assert body["items"] == [
        {
            "meeting": {"uid": str(made.uid), "url": BASE + of(made)},
            "key": "agenda",
            "title": "Draft papers",
            "lang": "en",
            "titles": {"en": "Draft papers"},
            "state": {"code": "KZ", "name": "Kazakhstan", "lang": "en"},
            "due_on": "2027-04-16",
            "due": "2027-04-16T18:00:00+05:00",
            "zone": "Asia/Almaty",
            "status": "received",
            "received": "2027-04-16T14:00:00Z",
            "late": True,
            "sequence": 0,
        }
    ]


def test_deadlines_of_a_meeting_that_is_not_shown_are_not_told(client):
    made, _paper = whole_meeting(visibility="internal")
    reader = deadlines_reader(kazakhstan())
    assert client.get(of(made, "deadlines/"), **reader).status_code == 404
    assert client.get("/api/v1/deadlines/", **reader).json()["items"] == []


def test_the_list_of_deadlines_is_filtered_and_goes_on_by_pages(client):
    reader = deadlines_reader(kazakhstan(), china())
    made = [
        DueFactory(
            deadline__meeting=meeting(),
            state=state,
            due_on=date(2027, month, 3),
            due_at=datetime(2027, month, 3, 13, tzinfo=UTC),
        )
        for month, state in ((3, kazakhstan()), (4, china()), (5, kazakhstan()))
    ]
    seen, address = [], "/api/v1/deadlines/?limit=1"
    while address:
        response = client.get(address.removeprefix(BASE), **reader)
        seen += [row["due_on"] for row in response.json()["items"]]
        address = response.json()["next"]
        assert response.get("Link") == (f'<{address}>; rel="next"' if address else None)
    assert seen == [row.due_on.isoformat() for row in made]
    found = {
        question: len(client.get(f"/api/v1/deadlines/?{question}", **reader).json()["items"])
        for question in ("state=KZ", "status=received", "from=2027-04", "to=2027-04", "from=2027&to=2027")
    }
    assert found == {
        "state=KZ": 2,
        "status=received": 0,
        "from=2027-04": 2,
        "to=2027-04": 2,
        "from=2027&to=2027": 3,
    }
    for question in ("state=XX", "status=lost", "cursor=abc", "q=x"):
        assert client.get(f"/api/v1/deadlines/?{question}", **reader).status_code == 400


# --- Sessions of committees -------------------------------------------------------------------
def test_sessions_are_told_with_their_sittings_and_recommendations_to_partners_only(client):
    made, _paper = whole_meeting()
    whole_meeting(visibility="internal", track=health())
    session = {
        "meeting": {"uid": str(made.uid), "url": BASE + of(made)},
        "track": "health",
        "ordinal": made.ordinal,
        "title": made.title("en"),
        "lang": "en",
        "status": "confirmed",
        "sittings": [{"number": 1, "held_on": "2027-05-18"}],
    }
    recommended = {
        "number": 1, "title": "Open a corridor", "lang": "en", "titles": {"en": "Open a corridor"},
        "addressee": "health", "reached": None,
    }  # fmt: skip
    address = "/api/v1/committee/sessions/"
    assert client.get(address).json()["items"] == [session | {"recommendations": []}]
    assert client.get(address, **bearer(token())).json()["items"] == [
        session | {"recommendations": [recommended]}
    ]
    assert client.get(f"{address}?track=nothing").status_code == 400


@pytest.mark.parametrize(
    "address", ["/api/v1/committee/sessions/", "/api/v1/deadlines/", "documents/", "agenda/", "deadlines/"]
)
def test_each_answer_costs_the_same_queries_however_much_hangs_on_it(client, address):
    reader, costs = deadlines_reader(kazakhstan(), china()), []
    first, _paper = whole_meeting()
    client.get("/api/v1/tracks/", **reader)  # notes the token's use, once an hour
    for more in (0, 3):
        with announced_together():
            for _n in range(more):
                whole_meeting()
                issued(first, distribution="general")
                DueFactory(deadline__meeting=first, state=kazakhstan())
        with CaptureQueriesContext(connection) as queries:
            where = address if address.startswith("/") else of(first, address)
            assert client.get(where, **reader).status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1]
