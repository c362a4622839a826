import mailbox
from email.message import EmailMessage

import pytest


@pytest.fixture
def box(settings, tmp_path):
    settings.MAILBOX_DIR = str(tmp_path / "mail")
    return mailbox.Maildir(settings.MAILBOX_DIR, factory=None)


def letter(subject: str, html: str) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"], mail["To"], mail["Date"] = subject, "kz@example.org", "Tue, 24 Nov 2026 03:00:00 +0000"
    mail.set_content("Срок близок.\n")
    mail.add_alternative(html, subtype="html")
    return mail


def test_a_mail_is_shown_as_text_and_its_html_cannot_act(desk, box):
    key = box.add(letter("Срок", "<p>ok</p><script>alert(1)</script>"))
    assert "Срок" in desk.get("/admin/mailbox/").content.decode()
    assert "Срок близок." in desk.get(f"/admin/mailbox/{key}/").content.decode()
    html = desk.get(f"/admin/mailbox/{key}/html/")
    assert html.headers["Content-Security-Policy"].count("sandbox") == 1
    assert "default-src 'none'" in html.headers["Content-Security-Policy"]
    assert html.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_a_key_that_the_mailbox_does_not_list_is_not_found(desk, box):
    box.add(letter("Срок", "<p>ok</p>"))
    assert desk.get("/admin/mailbox/..%2F..%2Fetc/").status_code == 404
    assert desk.get("/admin/mailbox/nothing/").status_code == 404


def test_where_a_real_mail_server_is_used_there_is_no_mailbox(desk, settings):
    settings.MAILBOX_DIR = ""
    assert desk.get("/admin/mailbox/").status_code == 404
