"""TLS to the mail server and to the mailbox: who answers proves its name, or nothing is said to it."""

from __future__ import annotations

import ssl

from django.conf import settings


def mail_tls() -> ssl.SSLContext:
    """Certificate and name are verified, and there is no setting that leaves it out.

    By the machine's own list of authorities, or by those of MAIL_CA_FILE alone.
    """
    return ssl.create_default_context(cafile=settings.MAIL_CA_FILE or None)
