"""Keys that stand in addresses are kept out of the logs, whoever writes them.

Django logs the path of what it refused, and who has a private calendar's address or the link of a mail has its key.
"""

from __future__ import annotations

import logging
import re

# Also of an address that leads nowhere, by a slash too many or by capitals: its key is as good.
KEY = re.compile(
    r"""(/calendar/+)[^/\s?"'.]+|(/reply/+[a-z]+/+|/unsubscribe/+|/paper/+)[0-9A-Za-z._%-]+""", re.IGNORECASE
)


class Redacted(logging.Filter):
    """Lets every line pass, without the keys of private calendars and of the links in mails."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if KEY.search(text):
            record.msg, record.args = KEY.sub(r"\1\2…", text), ()
        return True
