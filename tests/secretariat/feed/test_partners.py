"""Partner systems and their tokens: what each kind of reader may do at each address, and the life of a token."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from meetings.models import Track
from secretariat.feed.models import FeedItem, PartnerSystem, PartnerToken
from secretariat.feed.tokens import TokenRefused, digest_of, make_token, replace_token, revoke_token

from .factories import bearer, health, kazakhstan, meeting, system, token
from .papers import agenda, frozen, issued, whole_meeting
from .test_sync import numbered

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
BOTH = ["meetings:read", "deadlines:read"]


def row_of(secret):
    return PartnerToken.objects.get(digest=digest_of(secret))


# --- The permission matrix --------------------------------------------------------------------
def transport():
    return Track.objects.create(
        slug="transport", mechanism=health().mechanism, names={"en": "Transport"}, level="ministers"
    )


def ended(secret, **values):
    PartnerToken.objects.filter(digest=digest_of(secret)).update(
        created_at=datetime(2020, 1, 1, tzinfo=UTC), **values
    )
    return bearer(secret)


def readers():
    past = datetime(2020, 2, 1, tzinfo=UTC)
    return {
        "anybody": {},
        "public system": bearer(token(system("public"))),
        "partner": bearer(token()),
        "partner of another track": bearer(token(system(tracks=[transport()]))),
        "partner with deadlines": bearer(token(system(states=[kazakhstan()]), scopes=BOTH)),
        "deadlines alone": bearer(token(system(states=[kazakhstan()]), scopes=["deadlines:read"])),
        "unknown scope": bearer(token(scopes=["webhooks:manage"])),
        "expired": ended(token(), expires_at=past),
        "revoked": ended(token(), revoked_at=past),
        "unknown": bearer("secr_00000000_unknown"),
    }


LISTS = ["/api/v1/meetings/", "/api/v1/sync/", "/api/v1/calendar.ics", "/api/v1/tracks/health/calendar.ics",
         "/api/v1/states/KZ/calendar.ics", "/api/v1/committee/sessions/"]  # fmt: skip
PARTS = ["", ".ics", "agenda/", "documents/", "documents/{paper}/zh/"]
# By reader: whether lists show a meeting of each visibility, the status of its parts, that of its deadlines.
SEEN, HIDDEN = True, False
MATRIX = {
    #                            public                 partners               internal
    "anybody":                  ((SEEN, 200, 401),     (HIDDEN, 404, 401),    (HIDDEN, 404, 401)),
    "public system":            ((SEEN, 200, 403),     (HIDDEN, 404, 403),    (HIDDEN, 404, 403)),
    "partner":                  ((SEEN, 200, 403),     (SEEN, 200, 403),      (HIDDEN, 404, 403)),
    "partner of another track": ((HIDDEN, 404, 403),   (HIDDEN, 404, 403),    (HIDDEN, 404, 403)),
    "partner with deadlines":   ((SEEN, 200, 200),     (SEEN, 200, 200),      (HIDDEN, 404, 404)),
    "deadlines alone":          ((403, 403, 200),      (403, 403, 200),       (403, 403, 404)),
    "unknown scope":            ((403, 403, 403),      (403, 403, 403),       (403, 403, 403)),
    "expired":                  ((401, 401, 401),      (401, 401, 401),       (401, 401, 401)),
    "revoked":                  ((401, 401, 401),      (401, 401, 401),       (401, 401, 401)),
    "unknown":                  ((401, 401, 401),      (401, 401, 401),       (401, 401, 401)),
}  # fmt: skip


@pytest.mark.parametrize(("column", "visibility"), list(enumerate(["public", "partners", "internal"])))
def test_each_reader_gets_at_each_address_what_the_matrix_says(client, column, visibility):
    made, paper = whole_meeting(visibility=visibility, titles={"en": "Quiet talks"})
    numbered()
    found, expected = {}, {}
    for name, headers in readers().items():
        lists, parts, deadlines = MATRIX[name][column]
        expected[name] = ([lists] * len(LISTS), [parts] * len(PARTS), deadlines)
        shown = [client.get(address, **headers) for address in LISTS]
        base = f"/api/v1/meetings/{made.uid}"
        addresses = [base + (part if part == ".ics" else f"/{part.format(paper=paper.pk)}") for part in PARTS]
        found[name] = (
            [
                b"Quiet talks" in each.content if each.status_code == 200 else each.status_code
                for each in shown
            ],
            [client.get(address, **headers).status_code for address in addresses],
            client.get(f"{base}/deadlines/", **headers).status_code,
        )
    assert found == expected


@pytest.mark.parametrize(
    "address", ["tracks/", "states/", "summits/", "rotation/turns/?until=2035", "openapi.json", "docs/"]
)
def test_what_is_known_to_everybody_is_shown_to_everybody_but_a_bad_token_is_told(client, address):
    codes = {
        name: client.get(f"/api/v1/{address}", **headers).status_code for name, headers in readers().items()
    }
    is_document = address in ("openapi.json", "docs/")  # they hold no data: any good token will do
    lacking = dict.fromkeys(["deadlines alone", "unknown scope"], 200 if is_document else 403)
    assert codes == dict.fromkeys(codes, 200) | lacking | dict.fromkeys(
        ["expired", "revoked", "unknown"], 401
    )


def test_every_address_stands_in_the_matrix():
    from secretariat.feed.urls import urlpatterns

    known = {
        "tracks",
        "states",
        "summits",
        "turns",
        "turns-as-first-promised",
        "openapi",
        "docs",
        "guide",
        "live",
        "ready",
    }
    tried = {"meetings", "sync", "calendar", "track-calendar", "state-calendar", "committee-sessions", "meeting",
             "meeting-calendar", "agenda", "documents", "document-file", "meeting-deadlines", "deadlines"}  # fmt: skip
    # No header opens these: see test_subscriptions.py and test_pages.py.
    of_its_own = {"subscription", "meeting-page"}
    assert {pattern.name for pattern in urlpatterns if pattern.name} == known | tried | of_its_own


def test_a_stage_of_a_partners_meeting_and_its_limited_paper_are_for_partners(client):
    made = meeting(visibility="partners")
    frozen(agenda(made, {}))
    paper = issued(made)
    for part, status in (("agenda/", 404), ("documents/", 404), (f"documents/{paper.pk}/zh/", 404)):
        assert client.get(f"/api/v1/meetings/{made.uid}/{part}").status_code == status
        assert client.get(f"/api/v1/meetings/{made.uid}/{part}", **bearer(token())).status_code == 200


# --- The rate limit ---------------------------------------------------------------------------
def test_every_answer_says_what_is_left_and_tokens_of_one_system_count_together(client, settings):
    settings.FEED_REQUESTS_AN_HOUR = 3
    reader = system()
    first, second = bearer(token(reader)), bearer(token(reader))
    with time_machine.travel(datetime(2026, 11, 25, 9, 59, 30, tzinfo=UTC), tick=False):
        answers = [client.get("/api/v1/meetings/", **headers) for headers in (first, second, first, second)]
        tag = answers[0]["ETag"]
        other = client.get("/api/v1/meetings/", HTTP_IF_NONE_MATCH=tag)
    assert [(each.status_code, each["RateLimit"]) for each in answers] == [
        (200, '"partner";r=2;t=30'), (200, '"partner";r=1;t=30'), (200, '"partner";r=0;t=30'), (429, '"partner";r=0;t=30'),
    ]  # fmt: skip
    assert answers[3]["Retry-After"] == "30"
    assert answers[3].json()["type"] == "urn:secretariat:problem:rate-limited"
    assert answers[0]["RateLimit-Policy"] == '"partner";q=3;w=3600'
    assert other["RateLimit"] == '"public";r=2;t=30'
    with time_machine.travel(datetime(2026, 11, 25, 10, 0, 1, tzinfo=UTC), tick=False):
        assert client.get("/api/v1/meetings/", **first)["RateLimit"] == '"partner";r=2;t=3599'


# --- The life of a token ----------------------------------------------------------------------
def test_a_token_is_replaced_with_an_overlap_of_a_week(client):
    with time_machine.travel(NOW, tick=False):
        old_secret = token(scopes=BOTH, expires_at=NOW + timedelta(days=30))
        old = row_of(old_secret)
        new, new_secret = replace_token(old, expires_at=NOW + timedelta(days=365), actor=None)
        assert (new.system_id, new.scopes, new_secret != old_secret) == (old.system_id, BOTH, True)
    codes = {}
    for days in (0, 6, 8, 364, 366):
        with time_machine.travel(NOW + timedelta(days=days), tick=False):
            codes[days] = [
                client.get("/api/v1/meetings/", **bearer(secret)).status_code
                for secret in (old_secret, new_secret)
            ]
    assert codes == {0: [200, 200], 6: [200, 200], 8: [401, 200], 364: [401, 200], 366: [401, 401]}


def test_what_would_have_ended_sooner_still_does_and_two_are_good_at_once_at_most():
    with time_machine.travel(NOW, tick=False):
        reader = system()
        old = row_of(token(reader, expires_at=NOW + timedelta(days=3)))
        new, _secret = replace_token(old, expires_at=NOW + timedelta(days=365), actor=None)
        old.refresh_from_db()
        assert old.expires_at == NOW + timedelta(days=3)
        for refused in (
            lambda: replace_token(new, expires_at=NOW + timedelta(days=365), actor=None),
            lambda: make_token(reader, expires_at=NOW + timedelta(days=9), actor=None),
        ):
            with pytest.raises(TokenRefused) as refusal:
                refused()
            assert refusal.value.code == "too_many"
        revoke_token(old, actor=None)
        with pytest.raises(TokenRefused) as refusal:
            replace_token(old, expires_at=NOW + timedelta(days=365), actor=None)
        assert refusal.value.code == "ended"
        make_token(reader, expires_at=NOW + timedelta(days=9), actor=None)


@pytest.fixture
def staff(client):
    client.force_login(
        get_user_model().objects.create_superuser("chief", password="a long enough passphrase")
    )
    return client


def test_the_desk_replaces_one_token_at_a_time_and_shows_the_new_one_once(staff):
    secret = token(scopes=BOTH)
    row, changelist = row_of(secret), reverse("admin:feed_partnertoken_changelist")
    chosen = {"action": "replace", "_selected_action": [row.pk]}
    shown = [str(each) for each in staff.post(changelist, chosen, follow=True).context["messages"]]
    made = PartnerToken.objects.latest("pk")
    assert (made.scopes, made.created_by.username, made.expires_at > timezone.now()) == (BOTH, "chief", True)
    new = next(word for word in shown[0].split() if word.startswith(made.prefix))
    assert digest_of(new) == made.digest
    assert new not in staff.get(changelist).content.decode()
    row.refresh_from_db()
    assert row.expires_at < timezone.now() + timedelta(days=8)
    both = {"action": "replace", "_selected_action": [row.pk, made.pk]}
    for question in (both, chosen):
        staff.post(changelist, question)
    assert PartnerToken.objects.count() == 2


def test_the_desk_sets_what_a_system_may_see_and_its_history_says_so(staff):
    reader = system(name="Portal")
    values = {
        "name": "Portal", "operator": "MFA", "contact": "it@mfa.example", "feed": "partners",
        "tracks": [health().pk], "states": ["KZ"] if kazakhstan() else [],
    }  # fmt: skip
    assert staff.post(reverse("admin:feed_partnersystem_change", args=[reader.pk]), values).status_code == 302
    assert ([t.slug for t in reader.tracks.all()], [s.pk for s in reader.states.all()]) == (
        ["health"],
        ["KZ"],
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pgh_label, track_id FROM feed_systemtrackevent WHERE partnersystem_id = %s", [reader.pk]
        )
        assert cursor.fetchall() == [("insert", health().pk)]
    page = staff.get(reverse("admin:feed_partnersystem_changelist")).content.decode()
    assert "Portal" in page


def test_the_desks_lists_cost_the_same_queries_for_one_system_and_for_fifty(staff):
    costs = {name: [] for name in ("partnersystem", "partnertoken")}
    for more in (1, 49):
        for _n in range(more):
            token()
        for name, seen in costs.items():
            with CaptureQueriesContext(connection) as queries:
                assert staff.get(reverse(f"admin:feed_{name}_changelist")).status_code == 200
            seen.append(len(queries))
    assert [len(set(seen)) for seen in costs.values()] == [1, 1]


# --- What the database refuses ----------------------------------------------------------------
def item(**values):
    uid = "00000000-0000-0000-0000-000000000001"
    return FeedItem.objects.create(**{"audience": "public", "uid": uid, "changed_at": NOW} | values)


BREAKERS = {
    "a_token_may_something": lambda: PartnerToken.objects.create(
        system=system(), prefix="secr_1", digest="1", scopes=[], expires_at=NOW + timedelta(days=9999)
    ),
    "a_token_expires_after_it_was_made": lambda: PartnerToken.objects.create(
        system=system(), prefix="secr_1", digest="1", scopes=BOTH, expires_at=datetime(2020, 1, 1, tzinfo=UTC)
    ),
    "a_feed_shows_a_meeting_once": lambda: (item(), item()),
    "a_change_number_is_used_once": lambda: (
        item(seq=7), item(seq=7, uid="00000000-0000-0000-0000-000000000002")
    ),
    "what_is_removed_keeps_no_text": lambda: item(removed=True, reason="hidden", words="Quiet talks"),
}  # fmt: skip


@pytest.mark.parametrize("name", BREAKERS)
def test_the_database_refuses_what_must_never_be(name):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        BREAKERS[name]()


def test_every_constraint_of_the_feed_is_tried():
    named = {
        constraint.name
        for model in (FeedItem, PartnerSystem, PartnerToken)
        for constraint in model._meta.constraints
    }
    assert named == set(BREAKERS)


def test_a_systems_page_leads_to_what_is_made_for_it(staff):
    reader = system()
    page = staff.get(reverse("admin:feed_partnersystem_change", args=[reader.pk])).content.decode()
    for name in ("partnertoken", "subscription", "webhook"):
        address = f"{reverse(f'admin:feed_{name}_add')}?system={reader.pk}"
        assert f'href="{address}"' in page
        assert f'value="{reader.pk}" selected' in staff.get(address).content.decode()
    assert 'href="/api/v1/guide/"' in page


def test_who_makes_a_token_is_given_the_address_of_the_guide_to_send_with_it(staff):
    values = {
        "system": system().pk, "scopes": ["meetings:read"],
        "expires_at_0": f"{timezone.localdate() + timedelta(days=90)}", "expires_at_1": "12:00",
    }  # fmt: skip
    answer = staff.post(reverse("admin:feed_partnertoken_add"), values, follow=True)
    shown = [str(each) for each in answer.context["messages"]]
    prefix = PartnerToken.objects.get().prefix
    assert [prefix in text for text in shown[:2]] == [True, False]
    assert shown[1].endswith(": http://127.0.0.1:8000/api/v1/guide/")


def test_a_token_that_ends_soon_is_told_so_on_each_way_to_304(client, bodies_kept):
    meeting()
    numbered()
    for left, told in ((timedelta(days=29), True), (timedelta(days=31), False)):
        with time_machine.travel(NOW, tick=False):
            headers = bearer(token(expires_at=NOW + left))
            first = client.get("/api/v1/meetings/", **headers)
            with CaptureQueriesContext(connection) as queries:
                again = client.get("/api/v1/meetings/", HTTP_IF_NONE_MATCH=first["ETag"], **headers)
        assert (again.status_code, len(queries), "Token-Expires" in again) == (304, 1, told)
        assert again.get("Token-Expires") == first.get("Token-Expires")
    # A day before it was not yet to be told: the way that remembers the first answer tells it all the same.
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        assert client.get("/api/v1/meetings/", **headers)["Token-Expires"] == "Sat, 26 Dec 2026 09:00:00 GMT"


def test_a_refusal_for_want_of_a_scope_counts_as_a_request(client, settings):
    settings.FEED_REQUESTS_AN_HOUR = 2
    headers = bearer(token(scopes=["deadlines:read"]))
    answers = [client.get("/api/v1/meetings/", **headers) for _n in range(3)]
    assert [(each.status_code, each["RateLimit"].split(";")[1]) for each in answers] == [
        (403, "r=1"), (403, "r=0"), (429, "r=0"),
    ]  # fmt: skip
    anybody = [client.get("/api/v1/deadlines/") for _n in range(3)]
    assert [each.status_code for each in anybody] == [401, 401, 429]
