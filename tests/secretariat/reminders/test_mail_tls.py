"""A stranger in place of the mail server or the mailbox gets neither a password nor a mail: by real servers with TLS."""

import asyncio
import imaplib
import ssl
import threading

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from django.conf import settings as configured
from django.utils import timezone

from secretariat.localstack.processes import free_port
from secretariat.reminders.bounces.mailboxes import collect_bounces
from secretariat.reminders.models import Bounce, Delivery, RelayOutage
from secretariat.reminders.sending import send_due
from tests.secretariat.reminders.conftest import Sink
from tests.secretariat.reminders.test_bounces import imap, notification, sent  # noqa: F401

HOST = "127.0.0.1"


@pytest.fixture(autouse=True)
def returned_to(settings):
    settings.BOUNCE_ADDRESS = "bounce@mail.example.org"


class Authority:
    """Signs for the host that is asked for; `file` is what MAIL_CA_FILE names."""

    def __init__(self, folder):
        self._ca, self.file = trustme.CA(), str(folder / "authority.pem")
        self._ca.cert_pem.write_to_path(self.file)

    def context(self, host=HOST):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert(host).configure_cert(context)
        return context


def self_signed(folder):
    """As a stranger makes it: by nobody but itself."""
    itself, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    itself.cert_pem.write_to_path(folder / "stranger.pem")
    itself.private_key_pem.write_to_path(folder / "stranger.key")
    context.load_cert_chain(folder / "stranger.pem", folder / "stranger.key")
    return context


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def relay(settings):
    """Starts a mail server that asks for a password, and TLS from the start or by STARTTLS; what it learned."""
    running = []

    def start(context, *, from_the_start):
        sink, passwords = Sink(), []

        def authenticated(server, session, envelope, mechanism, auth_data):
            passwords.append(auth_data.password)
            return AuthResult(success=True)

        kind = (
            {"ssl_context": context} if from_the_start else {"tls_context": context, "require_starttls": True}
        )
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.MAILBOX_DIR = HOST, free_port(), ""
        settings.EMAIL_USE_SSL, settings.EMAIL_USE_TLS = from_the_start, not from_the_start
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "secretariat", "a secret"
        controller = Controller(
            sink,
            hostname=HOST,
            port=settings.EMAIL_PORT,
            authenticator=authenticated,
            auth_require_tls=False,
            **kind,
        )
        controller.start()
        running.append(controller)
        return sink, passwords

    yield start
    for controller in running:
        controller.stop()


@pytest.mark.django_db
@pytest.mark.parametrize("from_the_start", [True, False], ids=["smtp+ssl", "smtp+tls"])
@pytest.mark.parametrize("whose", ["a stranger's", "another host's"])
def test_a_mail_server_that_does_not_prove_its_name_gets_nothing_and_all_waits(
    meeting, relay, authority, tmp_path, settings, from_the_start, whose
):
    settings.MAIL_CA_FILE = authority.file
    context = self_signed(tmp_path) if whose == "a stranger's" else authority.context("mail.example.org")
    sink, passwords = relay(context, from_the_start=from_the_start)
    assert send_due() == 0
    assert (sink.accepted, passwords) == ([], [])
    due = Delivery.objects.filter(planned_at__lte=timezone.now())
    assert set(due.values_list("state", "attempts")) == {("pending", 0)}
    assert "certificate verify failed" in RelayOutage.objects.get().said.lower()


@pytest.mark.django_db
@pytest.mark.parametrize("from_the_start", [True, False], ids=["smtp+ssl", "smtp+tls"])
def test_a_mail_server_whose_authority_is_named_gets_the_mails(
    meeting, relay, authority, settings, from_the_start
):
    settings.MAIL_CA_FILE = authority.file
    sink, passwords = relay(authority.context(), from_the_start=from_the_start)
    assert (send_due(), passwords) == (3, [b"a secret"])
    assert len(sink.accepted) == 3


@pytest.mark.django_db
def test_without_a_named_authority_those_of_the_machine_count(meeting, relay, authority):
    assert configured.MAIL_CA_FILE == ""
    sink, passwords = relay(authority.context(), from_the_start=False)
    assert (send_due(), sink.accepted, passwords) == (0, [], [])


# The mailbox


@pytest.fixture
def tunnel():
    """Starts TLS in front of a port; returns the port that speaks it, and what came through."""
    loop, heard = asyncio.new_event_loop(), bytearray()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def serve(context, inner):
        async def pump(reader, writer, note):
            try:
                while data := await reader.read(65536):
                    note(data)
                    writer.write(data)
                    await writer.drain()
            except (OSError, ssl.SSLError):
                pass
            finally:
                writer.close()

        async def connected(reader, writer):
            there, back = await asyncio.open_connection(HOST, inner)
            await asyncio.gather(pump(reader, back, heard.extend), pump(there, writer, lambda data: None))

        server = await asyncio.start_server(connected, HOST, 0, ssl=context)
        return server.sockets[0].getsockname()[1]

    def start(context, inner):
        return asyncio.run_coroutine_threadsafe(serve(context, inner), loop).result(30), heard

    yield start

    async def end():
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run_coroutine_threadsafe(end(), loop).result(30)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


def port_of(address):
    return int(address.rpartition(":")[2].split("/")[0])


@pytest.mark.django_db
def test_a_mailbox_that_does_not_prove_its_name_gets_no_password(
    sent,  # noqa: F811
    imap,  # noqa: F811
    tunnel,
    authority,
    tmp_path,
    settings,
):
    settings.MAIL_CA_FILE = authority.file
    for context in (self_signed(tmp_path), authority.context("imap.example.org")):
        port, heard = tunnel(context, port_of(imap))
        settings.BOUNCE_MAILBOX = f"imaps://demouser:demopass@{HOST}:{port}/INBOX"
        with pytest.raises(ssl.SSLCertVerificationError):
            collect_bounces()
        assert bytes(heard) == b""


@pytest.mark.django_db
def test_a_mailbox_whose_authority_is_named_is_read(sent, imap, tunnel, authority, settings):  # noqa: F811
    settings.MAIL_CA_FILE = authority.file
    port, heard = tunnel(authority.context(), port_of(imap))
    settings.BOUNCE_MAILBOX = f"imaps://demouser:demopass@{HOST}:{port}/INBOX"
    with imaplib.IMAP4(HOST, port_of(imap), timeout=5) as server:
        server.login("demouser", "demopass")
        server.append("INBOX", "", None, notification(sent))
    assert (collect_bounces(), Bounce.objects.count()) == (1, 1)
    assert b"demopass" in bytes(heard)
