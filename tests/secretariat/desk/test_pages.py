"""What holds on every page of the desk: who gets in, what it costs, what the browser is told to refuse."""

import re

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse

from rotation.models import State
from secretariat.desk.models import OneTimePassword
from tests.factories import StateFactory

from . import factories

ARGUMENTS = [
    {},
    {"pk": 1},
    {"what": "open"},
    {"pk": 1, "what": "object"},
    {"object_id": "1"},
    {"key": "x"},
    {"id": 1},
    {"year": 2027},
    {"year": 2027, "month": 3, "day": 22},
    {"app_label": "meetings"},
]
# Django's own: who is not in yet comes in by it, and the view of the old address redirects or misses.
OPEN = {"login", "logout"}


def admin_names() -> list[str]:
    """The names of all addresses of the desk."""
    found: list[str] = []

    def walk(patterns):
        for pattern in patterns:
            if not isinstance(pattern, URLPattern):
                walk(pattern.url_patterns)
            elif pattern.name and pattern.name not in OPEN:
                found.append(pattern.name)

    walk(
        next(
            part for part in get_resolver().url_patterns if getattr(part, "namespace", "") == "admin"
        ).url_patterns
    )
    return found


def address_of(name: str, arguments: list[dict[str, object]]) -> str | None:
    """With the first of these arguments that it takes; None where it takes others."""
    for each in arguments:
        try:
            return reverse(f"admin:{name}", kwargs=each)
        except NoReverseMatch:
            continue
    return None


def admin_addresses() -> dict[str, str]:
    found = {name: address_of(name, ARGUMENTS) for name in admin_names()}
    return {name: address for name, address in found.items() if address}


def list_pages() -> list[str]:
    return [
        f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist" for model in admin.site._registry
    ]


def test_a_visitor_who_is_not_logged_in_is_sent_to_the_login_from_every_page(client, db):
    addresses = admin_addresses()
    assert {"index", "meetings_meeting_move", "meetings_due_received", "meetings_meeting_history"} <= set(
        addresses
    )
    for address in addresses.values():
        response = client.get(address)
        assert (response.status_code, response.headers.get("Location", "").split("?")[0]) == (
            302,
            "/admin/login/",
        ), address


def queries_of(client, name: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse(name)).status_code == 200, name
    return len(queries)


def test_a_list_costs_as_many_queries_for_fifty_rows_as_for_one(desk, body):
    track = factories.track(body)
    factories.fill(body, track, 1, 1)
    before = {name: queries_of(desk, name) for name in [*list_pages(), "admin:index"]}
    factories.fill(body, track, 2, 49)
    assert {name: queries_of(desk, name) for name in before} == before


@pytest.mark.parametrize("name", ["admin:index", "admin:meetings_meeting_changelist", "admin:login"])
def test_every_page_forbids_inline_scripts_and_strangers(desk, name):
    policy = desk.get(reverse(name)).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy + ";"
    assert "unsafe" not in policy


def test_pages_carry_no_inline_style_or_script(desk, body):
    row = factories.meeting(factories.track(body))
    pages = [reverse("admin:index"), *(reverse(name) for name in list_pages())]
    for address in [*pages, reverse("admin:meetings_meeting_change", args=[row.pk])]:
        text = desk.get(address).content.decode()
        assert [part for part in ("<style", ' style="', "<script>") if part in text] == [], address


def test_a_one_time_password_opens_nothing_but_the_page_that_replaces_it(client, db):
    user = factories.staff()
    user.set_password("handed out once 1")
    user.save()
    OneTimePassword.hand_to(user)
    client.force_login(user)
    assert client.get("/admin/meetings/meeting/").headers["Location"] == "/admin/password_change/"
    new = {"new_password1": "a sentence of my own", "new_password2": "a sentence of my own"}
    client.post("/admin/password_change/", {"old_password": "handed out once 1", **new})
    assert client.get("/admin/meetings/meeting/").status_code == 200


def test_the_sidebar_shows_the_system_to_superusers_only(client, db, settings):
    settings.MAILBOX_DIR = ""
    client.force_login(factories.staff("bek", superuser=False))
    response = client.get("/admin/")
    assert [group["name"] for group in response.context["jobs"]] == []
    client.force_login(factories.staff("aida"))
    names = [str(group["name"]) for group in client.get("/admin/").context["jobs"]]
    assert names == ["Calendar", "Deadlines", "Papers", "People", "Mail", "System"]


def test_the_start_page_says_in_words_that_nothing_is_due(desk):
    text = desk.get("/admin/").content.decode()
    assert "No state owes anything in the next 30 days." in text
    assert "No summit is announced." in text


def test_the_start_page_names_the_next_summit_and_its_host(desk, body):
    page = desk.get("/admin/")
    assert (str(page.context["summit"]["summit"].host), page.context["summit"]["when"]) == (
        "Kazakhstan",
        "2025",
    )


def test_an_empty_list_says_whether_the_search_or_the_table_is_empty(desk, body):
    address = reverse("admin:meetings_meeting_changelist")
    assert "There is nothing here yet." in desk.get(address).content.decode()
    factories.meeting(factories.track(body))
    found = desk.get(address, {"q": "no meeting is called so"}).content.decode()
    assert ("Nothing matches this search." in found, "There is nothing here yet." in found) == (True, False)


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ["Kazakhstan", "Kyrgyzstan"]),
        ("ru", ["Казахстан", "Кыргызстан"]),
        ("zh-hans", ["哈萨克斯坦", "吉尔吉斯斯坦"]),
    ],
)
def test_states_stand_by_the_readers_alphabet_where_their_codes_would_say_otherwise(
    desk, body, settings, language, names
):
    kazakhstan = State.objects.get(code="KZ")
    kazakhstan.names = StateFactory.build(code="KZ").names
    kazakhstan.save()
    StateFactory(code="KG")
    factories.meeting(factories.track(body))
    desk.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    form = desk.get(reverse("admin:meetings_meeting_add")).content.decode()
    offered = re.findall(">([^<]+)</option>", form.partition('id="id_host"')[2].partition("</select>")[0])
    specs = desk.get(reverse("admin:meetings_meeting_changelist")).context["cl"].filter_specs
    (filtered,) = (
        [label for _code, label in each.lookup_choices]
        for each in specs
        if getattr(each, "field_path", "") == "host"
    )
    assert [name for name in offered if name in names] == names
    assert [name for name in filtered if name in names] == names
