import pytest

from secretariat.feed.models import Webhook
from secretariat.feed.webhooks.acts import activate, make_webhook
from secretariat.feed.webhooks.sending import send_due

from ..factories import system
from .receivers import Receiver


@pytest.fixture(autouse=True)
def _as_here(settings):
    settings.WEBHOOK_TO_LOOPBACK, settings.WEBHOOK_SETTLE_SECONDS, settings.WEBHOOK_TIMEOUT = True, 0, 2
    settings.BASE_URL = "https://calendar.example.org"


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def hook(receiver):
    """A webhook of a partner system that has proved itself; `hook.given` is its secret."""
    return active(receiver.url)


def active(url, **values):
    row = Webhook(system=system(**values), url=url)
    given = make_webhook(row, actor=None)
    activate(row)
    row.refresh_from_db()
    row.given = given
    return row


def sent():
    """All that is due goes out, as at a tick."""
    return send_due()
