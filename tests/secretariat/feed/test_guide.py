"""The guide does what it says: its client, taken from the page as served, keeps a copy of a really running service."""

import html
import json
import os
import re
import shutil
import subprocess
import sys
import types
import urllib.error
from uuid import UUID

import pytest
from django.db import transaction

from meetings.changes import announce
from meetings.models import Meeting
from secretariat.feed.keeping import begin_epoch
from secretariat.feed.models import FeedItem

from .factories import meeting, token

GUIDE = "/api/v1/guide/"


def blocks(page):
    return [
        html.unescape(code) for code in re.findall(r"<pre><code[^>]*>(.*?)</code></pre>", page, re.DOTALL)
    ]


def change(made, **values):
    with transaction.atomic():
        Meeting.objects.filter(pk=made.pk).update(**values)
        announce([made.pk])


def served(audience):
    rows = FeedItem.objects.filter(audience=audience, removed=False)
    return {str(row.uid): json.loads(row.json["en"]) for row in rows}


@pytest.fixture
def client_of_the_page(client, settings, live_server, tmp_path, monkeypatch):
    """The Python code that a developer copies from the page, as a module that works in a folder of its own."""
    settings.BASE_URL = live_server.url
    code = next(block for block in blocks(client.get(GUIDE).content.decode()) if "def follow(" in block)
    monkeypatch.chdir(tmp_path)
    module = types.ModuleType("copied")
    exec(compile(code, "copied.py", "exec"), module.__dict__)
    module.waited = []
    monkeypatch.setattr(module.time, "sleep", module.waited.append)
    return module


@pytest.mark.django_db(transaction=True)
def test_the_client_of_the_page_follows_a_running_service(client_of_the_page, tmp_path):
    copied = client_of_the_page
    made = [meeting() for _n in range(4)]
    quiet = meeting(visibility="partners")
    assert copied.sync()["meetings"] == served("public")
    change(made[0], city="Astana")
    change(made[1], visibility="internal")
    change(quiet, visibility="public")
    made[2].delete()
    assert copied.sync()["meetings"] == served("public")
    assert json.loads((tmp_path / "calendar.json").read_text())["meetings"] == served("public")
    before = set(copied.sync()["meetings"])
    begin_epoch()
    change(made[3], visibility="internal")
    after = copied.sync()["meetings"]
    assert (before - set(after), after) == ({str(made[3].uid)}, served("public"))
    assert len(copied.waited) == 1  # the service asked for a while of its own: all partners come at once


@pytest.mark.django_db(transaction=True)
def test_the_client_of_the_page_waits_when_asked_to_and_takes_a_token(client_of_the_page, settings):
    copied = client_of_the_page
    meeting(visibility="partners")
    copied.TOKEN = token()
    assert copied.sync()["meetings"] == served("partners")
    settings.FEED_REQUESTS_AN_HOUR = 1

    def woken(_seconds):
        copied.waited.append(_seconds)
        settings.FEED_REQUESTS_AN_HOUR = 600

    copied.time.sleep = woken
    copied.sync()
    assert 0 < copied.waited[0] <= 3600
    copied.TOKEN = "wrong"
    with pytest.raises(urllib.error.HTTPError, match="401"):
        copied.sync()


@pytest.mark.django_db(transaction=True)
def test_the_client_of_the_page_goes_on_when_it_is_given_a_token_and_when_it_loses_it(client_of_the_page):
    copied = client_of_the_page
    meeting(), meeting(visibility="partners")
    for secret, audience in (
        (None, "public"),
        (token(), "partners"),
        (token(), "partners"),
        (None, "public"),
    ):
        copied.TOKEN = secret
        assert [copied.sync()["meetings"] for _n in range(2)] == [served(audience)] * 2


@pytest.mark.django_db(transaction=True)
def test_the_client_of_the_page_goes_on_when_its_sync_token_is_none_of_ours(client_of_the_page, tmp_path):
    copied = client_of_the_page
    meeting()
    copied.sync()
    copy = json.loads((tmp_path / "calendar.json").read_text())
    (tmp_path / "calendar.json").write_text(json.dumps(copy | {"sync_token": "of-another-service"}))
    assert copied.sync()["meetings"] == served("public")


@pytest.mark.django_db(transaction=True)
def test_the_client_of_the_page_raises_what_it_cannot_mend(client_of_the_page):
    copied = client_of_the_page
    copied.TOKEN = token(scopes=["deadlines:read"])
    with pytest.raises(urllib.error.HTTPError, match="403"):
        copied.sync()


@pytest.mark.django_db(transaction=True)
def test_the_clients_program_runs(client, settings, live_server, tmp_path):
    settings.BASE_URL = live_server.url
    meeting(), meeting()
    found = blocks(client.get(GUIDE).content.decode())
    (tmp_path / "sync.py").write_text(next(block for block in found if "def follow(" in block))
    told = subprocess.run(
        [sys.executable, "sync.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert (told.stdout, told.stderr) == ("2 meetings\n", "")


def many(number):
    """So many meetings that no page holds them, each told to the public."""
    first = meeting()
    item = FeedItem.objects.get(meeting=first, audience="public")
    copies = Meeting.objects.bulk_create(
        Meeting(**{f.attname: getattr(first, f.attname) for f in Meeting._meta.concrete_fields}
                | {"id": None, "uid": UUID(int=10**6 + n), "ordinal": None})
        for n in range(number - 1)
    )  # fmt: skip
    FeedItem.objects.bulk_create(
        FeedItem(audience="public", meeting=each, uid=each.uid, changed_at=item.changed_at, renderer=item.renderer,
                 json={"en": item.json["en"].replace(str(first.uid), str(each.uid))}, start_key=item.start_key)
        for each in copies
    )  # fmt: skip


def said(page, shell, *, by_jq):
    """What each of the page's blocks for a shell prints, copied as it is; a line that fails ends its block."""
    lines = [block for block in blocks(page) if "curl " in block and ("jq " in block) is by_jq]
    told = [
        subprocess.run(
            [shell, "-e", "-c", each],
            env={**os.environ, "CALENDAR_TOKEN": token()},
            capture_output=True,
            text=True,
            timeout=60,
        )
        for each in lines
    ]
    assert [(each.returncode, each.stderr) for each in told if each.returncode] == []
    return [each.stdout for each in told]


@pytest.mark.django_db(transaction=True)
def test_the_shells_lines_run_as_they_are_copied(client, settings, live_server):
    settings.BASE_URL = live_server.url
    meeting(), meeting(visibility="partners"), meeting()
    first, by_token, again = said(client.get(GUIDE).content.decode(), "sh", by_jq=False)
    assert [len(json.loads(body)["items"]) for body in (first, by_token)] == [2, 3]
    assert again.startswith("HTTP/1.1 200 OK")


# In some shells, dash among them, `echo` reads the \n that stands in a JSON text; in bash it does not.
@pytest.mark.parametrize("shell", ["sh", "bash"])
@pytest.mark.skipif(not shutil.which("jq"), reason="these lines want jq")
@pytest.mark.django_db(transaction=True)
def test_the_shells_lines_of_a_sync_run_as_they_are_copied(client, settings, live_server, shell):
    settings.BASE_URL = live_server.url
    meeting(venue='Hall "1"\nsecond floor'), meeting()
    (told,) = said(client.get(GUIDE).content.decode(), shell, by_jq=True)
    *uids, increment = told.split("\n", 2)
    assert (sorted(uids), json.loads(increment)) == (sorted(served("public")), {"items": [], "removed": []})


@pytest.mark.skipif(not shutil.which("jq"), reason="these lines want jq")
@pytest.mark.django_db(transaction=True)
def test_the_shells_lines_of_a_sync_go_on_past_the_first_page(client, settings, live_server):
    settings.BASE_URL = live_server.url
    many(501)
    (told,) = said(client.get(GUIDE).content.decode(), "sh", by_jq=True)
    lines = told.split("\n", 501)
    assert (len(set(lines[:501])), json.loads(lines[501])) == (501, {"items": [], "removed": []})


@pytest.mark.django_db
def test_the_page_holds_no_script_or_style_of_its_own_and_no_other_host(client):
    response = client.get(GUIDE)
    assert (response.status_code, response["Content-Type"]) == (200, "text/html; charset=utf-8")
    page = response.content.decode()
    assert [part for part in ("<style", "style=", "<script") if part in page] == []
    assert re.findall(r'(?:href|src)="(https?://[^"]*)', page) == []
    assert "{{" not in page
