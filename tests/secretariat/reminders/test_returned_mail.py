"""What mail servers write when a mail comes back, in the formats that they write it: none is passed over.

Each stands as its server words it; names and addresses are invented. The standard's own form is in test_bounces.py.
"""

# ruff: noqa: E501  (a sample a line)

from base64 import b64encode

import pytest

from secretariat.reminders.bounces.recording import record_bounce
from secretariat.reminders.models import Bounce
from secretariat.reminders.plan.bounces import read_report
from tests.secretariat.reminders.test_bounces import bounce_address, contact, sent  # noqa: F401

HEAD = "Return-Path: <>\nTo: <{to}>\n"
COPY = "From: Secretariat <secretariat@example.org>\nTo: kz@example.org\nSubject: Policy paper on spam and quota\n"


def encoded(text, charset="utf-8"):
    return b64encode(text.encode(charset)).decode()


QMAIL = """From: MAILER-DAEMON@mx.example.kz
Subject: failure notice

Hi. This is the qmail-send program at mx.example.kz.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<kz@example.org>:
{said}

--- Below this line is a copy of the message.

"""
EXIM = """From: Mail Delivery System <Mailer-Daemon@mx.example.uz>
Subject: Mail delivery failed: returning message to sender
Auto-Submitted: auto-replied
X-Failed-Recipients: kz@example.org

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  kz@example.org
    {said}

------ This is a copy of the message, including all the headers. ------

"""
POSTFIX_MIXED = """From: MAILER-DAEMON@mx.example.tj (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.tj

Final-Recipient: rfc822; kz@example.org
{fields}

--b--
"""
EXCHANGE = """From: "Microsoft Outlook" <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@mfa.example.kg>
Subject: Undeliverable: Due 4 December
Content-Type: multipart/report; report-type=delivery-status; boundary="b"
MIME-Version: 1.0

--b
Content-Type: multipart/alternative; boundary="c"

--c
Content-Type: text/html; charset="utf-8"

<html><body><h1>Delivery has failed to these recipients or groups:</h1><p>kz@example.org</p></body></html>

--c--

--b
Content-Type: message/delivery-status

Reporting-MTA: dns;mail.mfa.example.kg

Final-recipient: rfc822;kz@example.org
Action: failed
Status: {status}
Diagnostic-code: smtp;{said}

--b--
"""
HTML = """From: Postmaster <postmaster@mail.example.cn>
Subject: =?utf-8?B?{subject}?=
MIME-Version: 1.0
Content-Type: text/html; charset="{charset}"
Content-Transfer-Encoding: base64

{text}
"""


def coremail(said, charset="gb18030"):
    """Coremail, which many Chinese offices run, returns a page and no status."""
    page = (
        "<html><head><style>.user{color:red}</style></head><body><p>抱歉，您的邮件被退回来了……</p>"
        f"<table><tr><td>收件人邮件地址</td><td>kz@example.org</td></tr><tr><td>退信原因</td><td>{said}</td></tr></table>"
        "</body></html>"
    )
    return HTML.format(subject=encoded("系统退信"), charset=charset, text=encoded(page, charset))


def person(said, **headers):
    extra = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items())
    return f"From: Aida <kz@example.org>\nSubject: Re: Due 4 December\n{extra}\n{said}\n"


KEPT_DAEMON = "Return-Path: <MAILER-DAEMON@mx.example.tj>\nTo: <{to}>\n"
SAMPLES = {
    "qmail, nobody": (QMAIL.format(said="Sorry, no mailbox here by that name. (#5.1.1)") + COPY, "gone", "5.1.1"),
    "qmail, of a server beyond": (
        QMAIL.format(said="192.0.2.7 does not like recipient.\nRemote host said: 550 unknown user\nGiving up on 192.0.2.7.")
        + COPY,
        "gone",
        "",
    ),
    "qmail, full": (QMAIL.format(said="The users mailfolder is over the allowed quota (size). (#5.2.2)") + COPY, "returned", "5.2.2"),
    "qmail, spam": (QMAIL.format(said="192.0.2.7 failed after I sent the message.\nRemote host said: 554 spam") + COPY, "returned", ""),
    "exim, nobody": (EXIM.format(said="Unrouteable address") + COPY, "gone", ""),
    "exim, of a server beyond": (
        EXIM.format(said="SMTP error from remote mail server after RCPT TO:<kz@example.org>:\n    550 5.1.1 User unknown") + COPY,
        "gone",
        "5.1.1",
    ),
    "exim, DMARC": (
        EXIM.format(said="SMTP error from remote mail server after end of data:\n    550 5.0.0 DMARC check failed") + COPY,
        "returned",
        "5.0.0",
    ),
    "a status part in a mixed mail": (POSTFIX_MIXED.format(fields="Action: failed\nStatus: 5.1.1"), "gone", "5.1.1"),
    "an action in words": (POSTFIX_MIXED.format(fields="Action: failed (Bad address)\nStatus: 5.1.1"), "gone", "5.1.1"),
    "a status without an action": (POSTFIX_MIXED.format(fields="Status: 5.7.26"), "returned", "5.7.26"),
    "delayed": (POSTFIX_MIXED.format(fields="Action: delayed\nStatus: 4.4.1"), "delayed", "4.4.1"),
    "Exchange, nobody": (EXCHANGE.format(status="5.1.10", said="550 5.1.10 RESOLVER.ADR.RecipientNotFound"), "gone", "5.1.10"),
    "Exchange, policy": (EXCHANGE.format(status="5.7.1", said="550 5.7.1 TRANSPORT.RULES.RejectMessage"), "returned", "5.7.1"),
    "Exchange, a loop": (EXCHANGE.format(status="5.4.14", said="554 5.4.14 Hop count exceeded"), "returned", "5.4.14"),
    "Coremail, nobody": (coremail("用户不存在 550 User not found: kz@example.org"), "gone", ""),
    "Coremail, in UTF-8": (coremail("该收件人不存在，邮件无法送达", "utf-8"), "gone", ""),
    "Coremail, frequency": (coremail("发信频率过高，550 5.7.1 connection frequency limited"), "returned", "5.7.1"),
    "Coremail, a charset of its own": (coremail("用户不存在").replace("gb18030", "x-gbk-own"), "unclear", ""),
    "a page in Russian": (
        HTML.format(
            subject=encoded("Письмо не доставлено"),
            charset="koi8-r",
            text=encoded("<p>Пользователь kz@example.org не найден</p><p>550 5.1.1</p>", "koi8-r"),
        ),
        "gone",
        "5.1.1",
    ),
    "a page that names a full mailbox": (
        HTML.format(subject="", charset="utf-8", text=encoded("<p>552 5.2.2 Ящик переполнен</p>")),
        "returned",
        "5.2.2",
    ),
    "who has left": (
        person("I have left the ministry. Please write to aida@example.kg; my address does not exist any more.", Auto_Submitted="auto-replied"),
        "unclear",
        "",
    ),
    "who answers": (person("Thank you, we shall send it tomorrow. User unknown to me."), "unclear", ""),
    "who is away": (person("I am away until Monday.", X_Autoreply="yes"), "unclear", ""),
    "a postmaster who says nothing that we know": (
        "From: postmaster@mx.example.tm\nSubject: Notice\n\nYour letter is with our registry.\n",
        "unclear",
        "",
    ),
    "nothing but headers": ("From: someone@example.tm\nSubject: ?\n\n", "unclear", ""),
}  # fmt: skip


def raw_of(sample, to, head=HEAD):
    return (head.format(to=to) + sample).encode("utf-8", "surrogateescape")


@pytest.mark.parametrize(("sample", "verdict", "status"), SAMPLES.values(), ids=SAMPLES)
@pytest.mark.parametrize("head", [HEAD, KEPT_DAEMON], ids=["from nobody", "from MAILER-DAEMON"])
def test_each_is_read_as_its_server_means_it(sample, verdict, status, head):
    report = read_report(raw_of(sample, "bounce+1@example.org", head))
    assert (report.verdict, report.status, report.addresses) == (verdict, status, ("bounce+1@example.org",))


@pytest.mark.django_db
def test_none_of_them_is_passed_over(sent):  # noqa: F811
    became = {name: record_bounce(raw_of(sample, sent.mail_from)) for name, (sample, *_as) in SAMPLES.items()}
    assert became == dict.fromkeys(SAMPLES, "recorded")
    assert Bounce.objects.count() == len(SAMPLES)
    assert contact().is_undeliverable


def test_the_words_of_who_has_left_are_kept_for_staff():
    report = read_report(raw_of(SAMPLES["who has left"][0], "x@example.org"))
    assert "Please write to aida@example.kg" in report.text


def test_a_page_is_read_as_people_see_it():
    report = read_report(raw_of(SAMPLES["Coremail, nobody"][0], "x@example.org"))
    assert report.text.splitlines()[0] == "抱歉，您的邮件被退回来了……"
    assert "color" not in report.text
