"""The main job's figures, as ratios within one run: feed of N meetings, and the ledger beside raw smtplib.

    SECRET_KEY=x LOCAL=1 python -m secretariat.localstack exec -- python -m benchmarks.main_job [--meetings 1000]

Makes its own tables in the database it is given; the SMTP sink is a process of its own on this machine.
"""

import argparse
import io
import os
import smtplib
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager

import django

from secretariat.localstack.processes import free_port


@contextmanager
def sink():
    """A real SMTP server in its own process."""
    port = free_port()
    code = (
        "import asyncio\n"
        "from aiosmtpd.smtp import SMTP\n"
        "class H:\n"
        "    async def handle_DATA(self, server, session, envelope): return '250 kept'\n"
        "async def main():\n"
        "    make = lambda: SMTP(H(), hostname='localhost')\n"
        f"    server = await asyncio.get_running_loop().create_server(make, '127.0.0.1', {port})\n"
        "    await server.serve_forever()\n"
        "asyncio.run(main())\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 10
        while True:
            try:
                smtplib.SMTP("127.0.0.1", port, timeout=1).quit()
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        yield port
    finally:
        process.kill()
        process.wait()


def timed(work, runs=5):
    """Median seconds of `work` after one run that is not counted."""
    work()
    found = []
    for _run in range(runs):
        begin = time.perf_counter()
        work()
        found.append(time.perf_counter() - begin)
    return statistics.median(found)


def feed(meetings):
    from django.core.management import call_command
    from django.test import Client

    call_command("fill_synthetic", meetings=meetings)
    client = Client(HTTP_HOST="localhost")
    for path in ("/api/v1/calendar.ics", "/api/v1/meetings/?limit=500"):
        answer = client.get(path)
        assert answer.status_code == 200, answer.content
        seconds = timed(lambda path=path: client.get(path))
        again = timed(lambda path=path, tag=answer["ETag"]: client.get(path, headers={"if-none-match": tag}))
        size = len(answer.content)
        print(f"{path:32} {size:>9,} bytes  {seconds:.4f} s  304: {again:.4f} s  ratio {again / seconds:.3f}")


def ledger(deliveries, port):
    from django.conf import settings
    from django.core.management import call_command

    from secretariat.reminders.message import render
    from secretariat.reminders.models import Delivery
    from secretariat.reminders.sending import send_due

    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.MAILBOX_DIR = "127.0.0.1", port, ""
    call_command("fill_synthetic", deliveries=deliveries)
    body = render(Delivery.objects.filter(state="pending").first()).body
    begin = time.perf_counter()
    sent = send_due()
    through = sent / (time.perf_counter() - begin)
    with smtplib.SMTP("127.0.0.1", port) as raw:
        begin = time.perf_counter()
        for _number in range(sent):
            raw.sendmail("a@example.org", ["b@example.org"], body)
        ceiling = sent / (time.perf_counter() - begin)
    print(
        f"ledger: {sent} sent, {through:.0f}/s; raw smtplib, bytes ready: {ceiling:.0f}/s; ratio {through / ceiling:.2f}"
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--meetings", type=int, default=1000)
    parser.add_argument("--deliveries", type=int, default=1000)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "secretariat.settings")
    os.environ.setdefault("STATIC_ROOT", tempfile.mkdtemp())
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("load_mechanism", stdout=io.StringIO(), stderr=io.StringIO())
    feed(options.meetings)
    with sink() as port:
        ledger(options.deliveries, port)


if __name__ == "__main__":
    main()
