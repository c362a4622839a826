"""The local mailbox of `make run`: a real SMTP server that keeps every accepted mail in a Maildir."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import time
import uuid
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP


class Keeper:
    """Writes the mail to disk before it says 250: what we accepted survives a power cut."""

    def __init__(self, folder: Path, returned: Path) -> None:
        self.folder, self.returned = folder, returned
        for part in ("tmp", "new", "cur"):
            (folder / part).mkdir(parents=True, exist_ok=True)
            (returned / part).mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        # A Maildir name begins with the second of delivery.
        name = f"{int(time.time())}.{uuid.uuid4().hex}.localhost"
        is_returned = all(address.startswith("bounce+") for address in envelope.rcpt_tos)
        folder = self.returned if is_returned else self.folder
        fresh = folder / "tmp" / name
        try:
            with fresh.open("wb") as file:
                file.write(envelope.original_content)
                file.flush()
                os.fsync(file.fileno())
            fresh.rename(folder / "new" / name)
            self._sync(folder / "new")
        except OSError as error:  # a full disk may be mended: the sender keeps the mail and tries again
            fresh.unlink(missing_ok=True)
            return f"452 4.3.1 not kept: {error.strerror}"
        return f"250 2.0.0 kept as {name}"

    def _sync(self, folder: Path) -> None:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


async def serve(host: str, port: int, folder: Path, returned: Path) -> None:
    loop = asyncio.get_running_loop()
    keeper = Keeper(folder, returned)
    server = await loop.create_server(
        lambda: SMTP(keeper, enable_SMTPUTF8=True, hostname="localhost"), host, port
    )
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with server:
        await stop.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="secretariat.mailbox")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--maildir", type=Path, required=True)
    parser.add_argument("--returned", type=Path, required=True, help="Maildir of what comes back")
    options = parser.parse_args()
    try:
        asyncio.run(serve(options.host, options.port, options.maildir, options.returned))
    except OSError as error:
        sys.exit(f"mailbox: {error}")
