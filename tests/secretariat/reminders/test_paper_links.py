"""A mail about silence leads to the paper: whom its link lets read it, and until when; and it says how to object."""

import logging
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from meetings.models import Contact, Document
from meetings.saving import save_party
from meetings.silence.acts import open_silence, withdraw_silence
from secretariat.redaction import Redacted
from secretariat.reminders.message import write
from secretariat.reminders.models import Delivery
from secretariat.reminders.replies import papers
from secretariat.reminders.replies.links import paper_link, without_links
from tests.factories import ContactFactory, MinistryFactory, ResponsibilityFactory, StateFactory
from tests.meetings.conftest import draft, issued, track  # noqa: F401
from tests.meetings.papers.files import text
from tests.meetings.silence.test_silences import FRIDAY

pytestmark = pytest.mark.django_db
LANGUAGES = {"KG": "ru", "CN": "zh", "TM": "en"}


@pytest.fixture
def readers(track):  # noqa: F811
    """A contact in three of the six states."""
    for code, language in LANGUAGES.items():
        ministry = MinistryFactory(state=StateFactory(code=code))
        ResponsibilityFactory(track=track, ministry=ministry)
        ContactFactory(ministry=ministry, email=f"{code.lower()}@example.org", language=language)


@pytest.fixture
def put_to_all(issued, readers):  # noqa: F811
    def put(**values):
        return open_silence(issued(**values).pk, closing=FRIDAY, actor=None, reason="Agreed.")

    return put


def mail_to(code):
    return Delivery.objects.get(contact__email=f"{code.lower()}@example.org", kind="opened")


def path_of(row):
    return paper_link(row.uid).removeprefix(settings.BASE_URL)


def taken(client, row, language="ru", seal=None):
    path = path_of(row)
    page = client.get(path)
    return client.post(path, {"seal": seal or page.context["seal"], "language": language})


@pytest.mark.parametrize(
    ("code", "to_read", "how"),
    [
        (
            "TM",
            "Read the paper",
            "To object: reply to this mail before Friday, 16 May 2031, 18:00 (Almaty, UTC+5), and name the passage; "
            "if nobody does, the text is adopted\n",
        ),
        (
            "KG",
            "Прочитать документ",
            "Как возразить: ответьте на это письмо до закрытия срока (пятница, 16 мая 2031 г., 18:00 (Алматы, UTC+5)) "
            "и укажите место в тексте; если никто не возразит, текст будет принят\n",
        ),
        (
            "CN",
            "阅读文件",
            "如有异议: 请在2031年5月16日星期五 18:00（阿拉木图，UTC+5）前回复本邮件并指明有关段落；"
            "如无任何一方提出异议，文本即获通过\n",
        ),
    ],
)
def test_a_mail_about_silence_leads_to_the_paper_and_says_how_to_object(put_to_all, code, to_read, how):
    put_to_all()
    row = mail_to(code)
    written = write(row)
    assert f"{to_read}:\n{paper_link(row.uid)}\n" in written.text
    assert f'href="{paper_link(row.uid)}"' in written.html
    assert how in written.text.replace("\u202f", " ")


def test_the_page_offers_the_readers_language_first_and_the_button_hands_the_text_over(put_to_all, client):
    put_to_all()
    page = client.get(path_of(mail_to("KG")))
    assert (page.status_code, page["Content-Language"], page["Cache-Control"]) == (200, "ru", "no-store")
    assert [name for name, _text in page.context["versions"]] == ["Русский", "中文"]
    answer = taken(client, mail_to("KG"))
    assert b"".join(answer.streaming_content) == text("ru").read()
    assert answer["Content-Disposition"].startswith("attachment;")
    assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == ("nosniff", "no-store")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize(("seal", "language"), [("of another page", "ru"), (None, "tk"), (None, "../ru")])
def test_nothing_is_handed_over_without_the_pages_own_button(put_to_all, client, seal, language):
    put_to_all()
    answer = taken(client, mail_to("KG"), language, seal)
    assert (answer.status_code, answer.streaming) == (400, False)


def test_a_link_for_one_mail_is_none_for_another_or_for_another_purpose(put_to_all, client):
    put_to_all()
    path = path_of(mail_to("KG"))
    for other in (
        path[:-1],
        path.replace("/paper/", "/unsubscribe/"),
        path.replace("/paper/", "/reply/received/"),
    ):
        assert client.get(other).status_code == 404


def barred(client, code="KG"):
    page = client.get(path_of(mail_to(code)))
    return page.status_code, page.context.get("barred")


def test_who_has_left_reads_it_no_longer(put_to_all, client):
    put_to_all()
    contact = mail_to("KG").contact
    contact.valid_until = contact.day_at(timezone.now()) - timedelta(days=1)
    save_party(contact)
    assert barred(client) == (403, "left")
    assert barred(client, "CN") == (200, None)


def test_who_moved_to_a_ministry_of_a_state_that_was_not_asked_reads_it_no_longer(issued, readers, client):  # noqa: F811
    document = issued()
    asked = ["CN", "KG", "TJ"]
    open_silence(document.pk, closing=FRIDAY, actor=None, reason="Agreed.", parties=asked)
    contact = mail_to("KG").contact
    contact.ministry = Contact.objects.get(email="tm@example.org").ministry
    save_party(contact)
    assert barred(client) == (403, "left")


def test_the_link_ends_a_month_after_silence_closed(put_to_all, client, monkeypatch):
    procedure = put_to_all()
    row = mail_to("KG")
    row = papers.mail_about_paper(row.uid)
    monkeypatch.setattr(papers, "answers_for", lambda *_args: True)  # in 2031
    assert papers.bar_of_paper(row, procedure.closing_at + timedelta(days=30)) == ""
    assert papers.bar_of_paper(row, procedure.closing_at + timedelta(days=30, seconds=1)) == "expired"


def test_the_month_counts_from_where_silence_ended_early(put_to_all, client, monkeypatch):
    procedure = put_to_all()
    withdraw_silence(procedure.pk, actor=None, reason="Wrong text.")
    row = papers.mail_about_paper(mail_to("KG").uid)
    monkeypatch.setattr(papers, "answers_for", lambda *_args: True)
    assert papers.bar_of_paper(row, row.silence.ended_at + timedelta(days=30)) == ""
    assert papers.bar_of_paper(row, row.silence.ended_at + timedelta(days=30, seconds=1)) == "expired"


TO_OBJECT = "To object, reply to the mail"
OVER = "Silence on this paper has ended."


def test_the_page_asks_for_objections_while_they_are_in_time_and_no_longer(put_to_all, client):
    procedure = put_to_all()
    path = path_of(mail_to("TM"))

    def said():
        page = client.get(path)
        return [label for label, _text in page.context["facts"]], TO_OBJECT in page.text, OVER in page.text

    assert said() == (["Paper", "Silence closes"], True, False)
    withdraw_silence(procedure.pk, actor=None, reason="Wrong text.")
    assert said() == (["Paper", "Outcome of silence", "Silence ended"], False, True)
    assert dict(client.get(path).context["facts"])["Outcome of silence"] == "withdrawn"


def test_what_is_past_its_closing_and_not_yet_closed_takes_no_objection(put_to_all):
    closing = put_to_all().closing_at
    row = papers.mail_about_paper(mail_to("KG").uid)
    assert papers.is_silent(row, closing - timedelta(seconds=1))
    assert not papers.is_silent(row, closing)


def test_a_restricted_paper_is_linked_nowhere_and_read_by_no_link(put_to_all, client):
    put_to_all(distribution=Document.Distribution.RESTRICTED)
    written = write(mail_to("TM"))
    assert "/paper/" not in written.text + written.html
    assert "The text: its distribution is restricted: please ask the secretariat for it" in written.text
    assert barred(client, "TM") == (403, "restricted")


def test_a_file_that_is_gone_is_said_and_not_half_sent(put_to_all, client, caplog):
    procedure = put_to_all()
    for version in procedure.document.versions.all():
        version.file.storage.delete(version.file.name)
    with caplog.at_level(logging.ERROR):
        answer = taken(client, mail_to("KG"))
    assert (answer.status_code, answer.context["trouble"]) == (500, "gone")


def test_the_key_stands_in_no_log_and_in_nothing_that_staff_read(put_to_all):
    put_to_all()
    row = mail_to("KG")
    link = paper_link(row.uid)
    assert without_links(f"see {link} .") == f"see {settings.BASE_URL}/paper/… ."
    for begin in ("/paper/", "/paper//", "/PAPER/"):
        path = path_of(row).replace("/paper/", begin)
        record = logging.LogRecord("x", logging.WARNING, "", 1, "Not Found: %s", (path,), None)
        Redacted().filter(record)
        assert record.getMessage() == f"Not Found: {begin}…"
