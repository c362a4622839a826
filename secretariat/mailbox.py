"""The local mailbox of `make run`: a real SMTP server that keeps every accepted mail in a Maildir."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import uuid
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP


class Keeper:
    """Writes the mail to disk before it says 250: what we accepted survives a power cut."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for part in ("tmp", "new", "cur"):
            (folder / part).mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        name = uuid.uuid4().hex
        with (self.folder / "tmp" / name).open("wb") as file:
            file.write(envelope.original_content)
            file.flush()
            os.fsync(file.fileno())
        (self.folder / "tmp" / name).rename(self.folder / "new" / name)
        return f"250 2.0.0 kept as {name}"


async def serve(host: str, port: int, folder: Path) -> None:
    loop = asyncio.get_running_loop()
    keeper = Keeper(folder)
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
    options = parser.parse_args()
    asyncio.run(serve(options.host, options.port, options.maildir))
