"""The bytes of a mail, read back by Python's parser and by a reader of RFC 2047 written for this test."""

import base64
import email
import email.policy
import re
from email.utils import parseaddr, parsedate_to_datetime

import pytest

from meetings.models import Contact, Deadline
from secretariat.reminders.models import Delivery
from secretariat.reminders.sending import send_due

pytestmark = pytest.mark.django_db

LONG = {
    "en": "Draft annotated agenda — with the co-chairs' “non-paper” on rail corridors and customs transit",
    "zh": "中国—中亚交通部长会议议程草案（附注版）— 以及联合主席关于铁路走廊和海关过境的 “非文件” 说明以及附件",
    "ru": "Проект аннотированной повестки дня — с «неофициальным документом» сопредседателей о железных дорогах",
}
TO = {"en": "kg@example.org", "zh": "cn@example.org", "ru": "kz@example.org"}


def words_read(value):
    """An unstructured header as RFC 2047 §6.2 reads it: blanks between two encoded words are dropped."""
    value = re.sub(r"\r\n(?=[ \t])", "", value)
    value = re.sub(r"(\?=)[ \t]+(?==\?)", r"\1", value)

    def word(match):
        kind, text = match[1].lower(), match[2]
        assert len(match[0]) <= 75
        if kind == "b":
            return base64.b64decode(text, validate=True).decode()
        quoted = re.sub(r"=([0-9A-F]{2})", lambda hexes: chr(int(hexes[1], 16)), text.replace("_", " "))
        return quoted.encode("latin-1").decode()

    return re.sub(r"=\?utf-8\?([bqBQ])\?([^?\s]*)\?=", word, value)


def header_of(content, name):
    head = content.split(b"\r\n\r\n")[0].decode("ascii")
    return re.search(rf"(?:^|\r\n){name}: ?([^\r]*(?:\r\n[ \t][^\r]*)*)", head)[1]


def mails(sink):
    return {envelope.rcpt_tos[0]: envelope.original_content for envelope in sink.accepted}


@pytest.mark.parametrize("language", ["en", "zh", "ru"])
@pytest.mark.parametrize("is_long", [False, True])
def test_a_subject_reads_the_same_with_every_reader(meeting, sink, language, is_long):
    if is_long:
        Deadline.objects.update(titles=LONG)
    send_due()
    content, row = mails(sink)[TO[language]], Delivery.objects.get(recipient=TO[language], state="sent")
    raw = header_of(content, "Subject")
    assert words_read(raw) == row.subject
    assert str(email.message_from_bytes(content, policy=email.policy.default)["Subject"]) == row.subject
    assert (LONG[language] in row.subject, "  " in row.subject) == (is_long, False)
    assert max(len(line) for line in f"Subject: {raw}".split("\r\n")) <= 76


@pytest.mark.parametrize("language", ["en", "zh", "ru"])
def test_a_mail_is_plain_seven_bit_lines_and_says_who_when_and_in_which_language(meeting, sink, language):
    send_due()
    content, row = mails(sink)[TO[language]], Delivery.objects.get(recipient=TO[language], state="sent")
    assert content.isascii()
    assert not set(b"\r\n") & set(content.replace(b"\r\n", b""))
    assert max(len(line) for line in content.split(b"\r\n")) <= 76
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert (message["Content-Language"], message["Message-ID"]) == (language, row.message_id)
    assert parsedate_to_datetime(message["Date"]) == row.dated_at.replace(microsecond=0)
    assert message["To"].addresses[0].addr_spec == TO[language]
    parts = {part.get_content_type(): part for part in message.walk() if not part.is_multipart()}
    assert {kind: part["Content-Transfer-Encoding"] for kind, part in parts.items()} == {
        "text/plain": "quoted-printable",
        "text/html": "quoted-printable",
    }
    assert parts["text/plain"].get_content().splitlines() == row.text.splitlines()
    assert parts["text/html"].get_content().splitlines() == row.html.splitlines()


def test_a_line_that_a_mailbox_or_the_protocol_would_alter_arrives_as_it_was_written(meeting, sink):
    place = "the hall\nFrom the lobby turn left; the way is marked by flags of all the six states, in order\n.\n.x"
    Deadline.objects.update(titles={"en": place})
    send_due()
    content = mails(sink)["kg@example.org"]
    assert [line for line in content.split(b"\r\n") if line.startswith(b"From ")] == []
    assert max(len(line) for line in content.split(b"\r\n")) <= 76
    text = email.message_from_bytes(content, policy=email.policy.default).get_body(("plain",)).get_content()
    assert place in text.replace("\r\n", "\n")


@pytest.mark.parametrize(
    "name",
    [
        "MFA",
        'Protocol, Second (Asia) "Desk"',
        "Министерство иностранных дел Республики Казахстан — Department of Asian Cooperation, 2nd desk",
        "外交部 Desk",
        "A ministry of foreign affairs whose name is long enough to need a second line of its own",
        "=?utf-8?q?not_encoded?=",
    ],
)
def test_a_contacts_name_reads_as_it_was_written(meeting, sink, name):
    Contact.objects.filter(email="kz@example.org").update(name=name)
    send_due()
    content = mails(sink)["kz@example.org"]
    # Python 3.11's own parser keeps the blanks between two encoded words of a name (cpython #92081).
    shown, address = parseaddr(words_read(header_of(content, "To")).replace("\r\n", ""))
    if name.isascii() and len(name) < 60 and "=?" not in name:
        assert (shown, address) == (name, "kz@example.org")
    else:
        assert words_read(header_of(content, "To")) == f"{name} <kz@example.org>"
    assert max(len(line) for line in content.split(b"\r\n")) <= 76
