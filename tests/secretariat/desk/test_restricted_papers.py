"""A restricted paper is named to nobody who may not read such papers, wherever the desk speaks of it.

That a mail about it failed, is held or came back, and whom it was for, is seen all the same.
"""

import mailbox

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from meetings.models import Contact, Document, Meeting, Outcome, SilenceProcedure, Track
from meetings.papers.acts import follow_document
from meetings.papers.naming import read_by
from meetings.silence.acts import open_silence
from secretariat.reminders.keeping import hold, send_test
from secretariat.reminders.letters import with_related
from secretariat.reminders.message import render, trial_bytes
from secretariat.reminders.models import Bounce, Delivery, append_events
from tests.factories import MeetingFactory, SymbolSchemeFactory, TrackFactory, UserFactory
from tests.meetings.conftest import draft, issued  # noqa: F401
from tests.meetings.silence.test_silences import FRIDAY
from tests.secretariat.reminders.test_paper_links import readers  # noqa: F401

from .test_pages import ARGUMENTS, address_of, admin_names

pytestmark = pytest.mark.django_db

SECRETS = ("QUOKKA/2027/1", "Zarnitsa", "Зарница", "扎尔尼察", "wombat")
TITLES = {"en": "Zarnitsa accord", "ru": "Соглашение Зарница", "zh": "扎尔尼察协定"}
COPIED = [
    *("kind", "silence_id", "contact_id", "sequence", "says_due_at", "planned_on", "planned_hour", "zone"),
    *("planned_at", "next_try_at", "expires_at"),
]
NEUTRAL = "a restricted paper of 4th Meeting of Foreign Ministers"


@pytest.fixture
def track(db):
    found = TrackFactory(names={"en": "Meeting of Foreign Ministers"})
    SymbolSchemeFactory(mechanism=found.mechanism, body="QUOKKA")
    return found


@pytest.fixture
def paper(issued, readers, track):  # noqa: F811
    meeting = MeetingFactory(track=track, ordinal=4)
    return issued(titles=TITLES, distribution="restricted", meeting=meeting)


def copies(first, states):
    """The mail in each of these states, as each stands in the ledger: tried ones with their text and the last reply."""
    written = render(with_related(Delivery.objects.filter(pk=first.pk)).get()).written
    said = {"subject": written.subject, "text": written.text, "html": written.html, "language": "en"}
    now = timezone.now()
    rows = Delivery.objects.bulk_create(
        Delivery(
            **{name: getattr(first, name) for name in COPIED},
            **(
                said | {"recipient": f"{state}@former.example", "dated_at": now}
                if state != "cancelled"
                else {}
            ),
            state=state,
            offset_code=f"PT{number}H",
            sent_at=now if state == "sent" else None,
            reply=f"554 5.7.1 refused: “{TITLES['en']}”",
            reason="sent again: the wombat asked",
            message_id=f"<rem-{number}@example.org>",
        )
        for number, state in enumerate(states)
    )
    return {row.state: row for row in rows}


@pytest.fixture
def box(settings, tmp_path):
    settings.MAILBOX_DIR = str(tmp_path / "mail")
    return mailbox.Maildir(settings.MAILBOX_DIR, factory=None)


@pytest.fixture
def mails(paper, user, box):
    """Mails about silence on it in all states: one held, one sent again, one returned, one answered."""
    open_silence(paper.pk, closing=FRIDAY, actor=user, reason="The wombat agreed.")
    first, second = (Delivery.objects.get(kind="opened", contact__language=code) for code in ("ru", "en"))
    hold([first.pk], actor=user, reason="until the wombat has read it")
    rows = copies(
        second, ["sent", "failed", "uncertain", "lapsed", "cancelled", "deferred", "claimed", "sending"]
    )
    copy = Delivery.objects.create(
        **{name: getattr(second, name) for name in COPIED} | {"sequence": 9},
        resends=rows["sent"], subject=rows["sent"].subject, dated_at=timezone.now(), message_id="<copy@example.org>",
    )  # fmt: skip
    append_events([row.pk for row in rows.values()], "failed", f"554 5.7.1 no: {rows['sent'].subject}")
    append_events([copy.pk], "pending", "sent again: the wombat asked", author=user)
    for verdict, status, said in (
        ("returned", "5.7.1", f"DMARC: {rows['sent'].subject}"),
        ("unclear", "", f"Re: {rows['sent'].subject}"),
    ):
        Bounce.objects.create(
            delivery=rows["sent"], verdict=verdict, status=status, diagnostic=said, sha256=verdict,
            text="> Zarnitsa accord\nThe wombat objects.",
        )  # fmt: skip
    row = with_related(Delivery.objects.filter(pk=first.pk)).get()
    for body in (render(row).body, trial_bytes(row, "Aida", "aida@example.org")):
        box.add(body)
    outcome = Outcome.objects.create(
        meeting=paper.meeting, position=1, title="Declaration", kind="declaration", document=paper
    )
    outcome.steps.create(stage="adopted", basis=paper.symbol_id)
    return {**rows, "held": row, "copy": copy}


@pytest.fixture
def officer(db):
    """May do everything on the desk but read restricted papers."""
    found = UserFactory(username="bek", email="bek@example.org")
    found.user_permissions.set(Permission.objects.exclude(codename="read_restricted_document"))
    return found


def addresses(mails, box):
    """Every address of the desk, of the rows that have to do with the paper, searched by a word of its title."""
    chosen = [mails[name].pk for name in ("sent", "failed", "held")]
    rows = {
        "reminders_delivery_": chosen,
        **{
            f"{model._meta.app_label}_{model._meta.model_name}_": list(
                model.objects.values_list("pk", flat=True)[:2]
            )
            for model in (Document, SilenceProcedure, Outcome, Contact, Meeting, Track, Bounce)
        },
    }
    whats = {
        "reminders_delivery_keep": ["hold", "release", "resend", "test"],
        "reminders_delivery_settle": ["arrival", "refusal", "lapse"],
    }
    for name in admin_names():
        keys = next((found for head, found in rows.items() if name.startswith(head)), [])
        if name in whats:
            given = [{"what": what} for what in whats[name]]
            given += [{"pk": key, "what": what} for key in keys for what in whats[name]]
        elif name.startswith("mailbox_"):
            given = [{"key": key} for key in box]
        else:
            given = [each for key in keys for each in ({"pk": key}, {"object_id": str(key)})] or ARGUMENTS
        found = [address_of(name, [each]) for each in given]
        if not any(found):
            found = [address_of(name, ARGUMENTS)]
        for address in filter(None, found):
            yield f"{address}?ids={','.join(map(str, chosen))}" if name in whats else address
        if name.endswith("_changelist"):
            yield f"{found[0]}?q=Zarnitsa"
    yield "/admin/autocomplete/?app_label=meetings&model_name=outcome&field_name=document&term=Zarnitsa"
    yield "/admin/reminders/delivery/?when=any"


def told(client, address):
    """The secret words that the answer holds, in its text or its headers; not those that were asked."""
    answer = client.get(address)
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content
    asked = address.partition("?q=")[2]
    text = text.decode(errors="replace") + str(answer.headers)
    return {word for word in SECRETS if word in text and word != asked}


def test_who_may_not_read_restricted_papers_meets_their_words_nowhere(client, mails, officer, box):
    client.force_login(officer)
    found = list(dict.fromkeys(addresses(mails, box)))
    assert len(found) > 200
    assert {address: words for address in found if (words := told(client, address))} == {}


def test_who_may_read_them_meets_them_where_they_belong(client, mails, officer, box, paper):
    officer.user_permissions.set(Permission.objects.all())
    client.force_login(officer)
    sent, held = mails["sent"], mails["held"]
    symbol = "QUOKKA/2027/1"
    pages = {
        "/admin/": {symbol, "Zarnitsa"},
        "/admin/reminders/delivery/?when=any": {symbol, "Zarnitsa"},
        f"/admin/reminders/delivery/{sent.pk}/change/": {symbol, "Zarnitsa", "wombat"},
        f"/admin/reminders/delivery/{sent.pk}/preview/": {symbol, "Zarnitsa", "wombat"},
        f"/admin/reminders/delivery/{sent.pk}/preview/html/": {symbol, "Zarnitsa", "wombat"},
        f"/admin/reminders/delivery/{held.pk}/preview/": {symbol, "Зарница", "wombat"},
        f"/admin/reminders/delivery/keep/release/?ids={held.pk}": {symbol, "Зарница"},
        f"/admin/reminders/delivery/settle/refusal/?ids={mails['failed'].pk}": {symbol, "Zarnitsa"},
        "/admin/reminders/bounce/": {symbol, "Zarnitsa"},
        f"/admin/reminders/bounce/{Bounce.objects.last().pk}/change/": {symbol, "Zarnitsa", "wombat"},
        "/admin/mailbox/": {symbol, "Зарница"},
        f"/admin/meetings/outcome/{Outcome.objects.get().pk}/change/": {symbol, "Zarnitsa"},
        f"/admin/meetings/document/{paper.pk}/change/": {symbol, "Zarnitsa", "Зарница", "扎尔尼察"},
    }
    assert {address: told(client, address) for address in pages} == pages


@pytest.mark.parametrize("word", ["QUOKKA", "Zarnitsa", "zarnitsa accord"])
def test_no_word_of_a_restricted_paper_finds_its_mails_for_who_may_not_read_it(client, mails, officer, word):
    lists = ("reminders_delivery", "reminders_bounce", "meetings_outcome")

    def found():
        client.force_login(type(officer).objects.get(pk=officer.pk))
        answers = [client.get(reverse(f"admin:{name}_changelist"), {"q": word}) for name in lists]
        return [answer.context["cl"].result_count for answer in answers]

    assert found() == [0, 0, 0]
    officer.user_permissions.set(Permission.objects.all())
    assert max(found()) > 0


@pytest.mark.parametrize(
    "query",
    [
        "delivery/?subject__icontains=Zarnitsa",
        "delivery/?text__contains=Zarnitsa",
        "delivery/?searched__contains=zarnitsa",
        "delivery/?reply__startswith=554",
        "bounce/?diagnostic__contains=Zarnitsa",
        "bounce/?text__contains=Zarnitsa",
    ],
)
def test_nor_is_a_list_asked_for_them_in_its_address(client, mails, officer, query):
    client.force_login(officer)
    assert client.get(f"/admin/reminders/{query}").status_code == 400
    officer.user_permissions.set(Permission.objects.all())
    client.force_login(type(officer).objects.get(pk=officer.pk))
    assert client.get(f"/admin/reminders/{query}").status_code == 200


def test_such_a_mail_is_found_by_whom_it_goes_to_and_by_its_message_id(client, mails, officer):
    client.force_login(officer)
    row = mails["failed"]

    def found(word):
        answer = client.get(reverse("admin:reminders_delivery_changelist"), {"q": word})
        return {each.pk for each in answer.context["cl"].result_list}

    assert row.pk in found(row.contact.email)
    assert (found("failed@former.example"), found(row.message_id)) == ({row.pk}, {row.pk})


def test_that_it_failed_or_is_held_and_whom_it_is_for_is_seen_all_the_same(client, mails, officer):
    client.force_login(officer)
    failed, held = mails["failed"], mails["held"]
    listed = client.get(reverse("admin:reminders_delivery_changelist"), {"when": "any"}).text
    assert [text in listed for text in (NEUTRAL, failed.contact.name, "failed", "held")] == [True] * 4
    page = client.get(reverse("admin:reminders_delivery_change", args=[failed.pk])).text
    assert [text in page for text in (NEUTRAL, "failed@former.example", "554 5.7.1 …")] == [True] * 3
    needs = "shown only to accounts with the permission “Can read restricted papers”"
    for row in (failed, held):
        for name in ("change", "preview"):
            assert needs in client.get(reverse(f"admin:reminders_delivery_{name}", args=[row.pk])).text
    today = client.get("/admin/").text
    assert (NEUTRAL in today, failed.contact.name in today) == (True, True)


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("ru", "документ для ограниченного пользования ("),
        ("zh-hans", "限制分发的文件（"),
    ],
)
def test_it_is_named_so_in_the_readers_language(client, mails, officer, settings, language, name):
    client.force_login(officer)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    listed = client.get(reverse("admin:reminders_delivery_changelist"), {"when": "any"}).text
    assert name in listed


def test_nobody_sends_himself_as_a_test_what_he_may_not_read(client, mails, officer):
    client.force_login(officer)
    row, events = mails["held"], mails["held"].events.count()
    answer = client.post(f"/admin/reminders/delivery/keep/test/?ids={row.pk}", follow=True)
    assert "permission “Can read restricted papers”" in answer.text
    with pytest.raises(PermissionDenied):
        send_test(row, actor=officer, reason="")
    assert row.events.count() == events


def test_an_outcome_keeps_its_restricted_paper_when_who_may_not_read_it_saves_it(
    client, mails, officer, paper
):
    client.force_login(officer)
    outcome = Outcome.objects.get()
    page = reverse("admin:meetings_outcome_change", args=[outcome.pk])
    form = client.get(page).context["adminform"].form
    assert NEUTRAL in client.get(page).text
    values = {name: form[name].value() or "" for name in form.fields} | {"title": "Joint declaration"}
    assert client.post(page, values).status_code == 302
    outcome.refresh_from_db()
    assert (outcome.title, outcome.document) == ("Joint declaration", paper)


def test_nor_is_an_outcome_given_a_paper_that_its_author_may_not_read(client, paper, officer):
    client.force_login(officer)
    values = {"meeting": paper.meeting_id, "position": 3, "title": "x", "kind": "other", "document": paper.pk}
    answer = client.post(reverse("admin:meetings_outcome_add"), values)
    assert list(answer.context["adminform"].form.errors) == ["document"]
    assert "QUOKKA/2027/1" not in answer.text


def test_a_restricted_addendum_is_named_so_on_the_page_of_the_paper_that_it_follows(client, issued, officer):  # noqa: F811
    parent = issued(titles={"en": "Open text"})
    addendum = follow_document(parent.pk, suffix="Add", titles=TITLES, dated_on=parent.dated_on, actor=None)
    Document.objects.filter(pk=addendum.pk).update(distribution="restricted")
    client.force_login(officer)
    page = client.get(reverse("admin:meetings_document_change", args=[parent.pk])).text
    named = f"a restricted paper of {parent.track}"
    assert (named in page, addendum.symbol_id in page, "Zarnitsa" in page) == (True, False, False)


def test_a_list_asks_as_much_for_fifty_of_them_as_for_one(client, mails, officer):
    client.force_login(officer)

    def asked():
        with CaptureQueriesContext(connection) as queries:
            for address in ("/admin/reminders/delivery/?when=any", "/admin/reminders/bounce/", "/admin/"):
                assert client.get(address).status_code == 200
        return len(queries)

    asked()
    before = asked()
    row = mails["uncertain"]
    Delivery.objects.bulk_create(
        Delivery(
            **{name: getattr(row, name) for name in COPIED} | {"sequence": 100 + number},
            state="failed", subject=row.subject, message_id=f"<more-{number}@example.org>",
        )
        for number in range(40)
    )  # fmt: skip
    Bounce.objects.bulk_create(
        Bounce(delivery=row, contact=row.contact, verdict="returned", status="5.7.1", sha256=f"more {number}")
        for number in range(40)
    )
    assert asked() == before


def test_outside_a_request_a_paper_keeps_its_name(paper, officer):
    row = Document.objects.get(pk=paper.pk)
    assert str(row) == f"{paper.symbol_id} · Zarnitsa accord"
    with read_by(lambda: officer):
        assert str(row) == NEUTRAL
