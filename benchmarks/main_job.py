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

import django

from .sink import sink


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
    """Mails a second to the same sink: bare SMTP, Django's back-end, and the ledger with one worker and two."""
    import django
    from django.conf import settings
    from django.core.management import call_command

    from secretariat.reminders.models import Delivery

    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.MAILBOX_DIR = "127.0.0.1", port, ""
    call_command("fill_synthetic", deliveries=deliveries)
    rows = due_rows()[:deliveries]
    rates = {"raw smtplib, bytes ready": raw(rows, port), "Django EmailBackend": through_django(rows, port)}
    for workers in (1, 2):
        if workers > 1:
            call_command("fill_synthetic", deliveries=deliveries)
        rates[f"ledger, {workers} worker{'s' * (workers > 1)}"] = through_ledger(deliveries, port, workers)
    assert not Delivery.objects.filter(state__in=["uncertain", "failed", "deferred"]).exists()
    base = rates["Django EmailBackend"]
    print(f"{deliveries} mails to one sink, connection reused (Django {django.__version__})")
    for name, rate in rates.items():
        print(f"{name:28} {rate:>8.0f}/s  ratio to EmailBackend {rate / base:.2f}")


def due_rows():
    from django.utils import timezone

    from secretariat.reminders.letters import RELATED
    from secretariat.reminders.models import Delivery

    waiting = Delivery.objects.filter(state="pending", next_try_at__lte=timezone.now())
    return list(waiting.select_related("contact__ministry__state").prefetch_related(*RELATED))


def raw(rows, port):
    from secretariat.reminders.message import render

    bodies = [render(row).body for row in rows]
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        begin = time.perf_counter()
        for body in bodies:
            smtp.sendmail("a@example.org", ["b@example.org"], body)
        return len(bodies) / (time.perf_counter() - begin)


def through_django(rows, port):
    """The same texts and headers, written and sent one by one over one open connection; nothing is recorded."""
    from django.core.mail import EmailMultiAlternatives, get_connection

    from secretariat.reminders.message import write

    backend = get_connection("django.core.mail.backends.smtp.EmailBackend", host="127.0.0.1", port=port)
    backend.open()
    begin = time.perf_counter()
    for row in rows:
        written = write(row)
        message = EmailMultiAlternatives(
            written.subject,
            written.text,
            "secretariat@example.org",
            [row.contact.email],
            connection=backend,
            headers={"Message-ID": row.message_id, "Content-Language": written.language},
        )
        message.attach_alternative(written.html, "text/html")
        assert message.send() == 1
    rate = len(rows) / (time.perf_counter() - begin)
    backend.close()
    return rate


def through_ledger(deliveries, port, workers):
    """`manage.py send_due` in as many processes, each ready before the clock starts."""
    code = (
        "import sys, django\n"
        "django.setup()\n"
        "from secretariat.reminders.sending import send_due\n"
        "from secretariat.reminders.models import Delivery\n"
        "Delivery.objects.exists()\n"
        "print('ready', flush=True)\n"
        "sys.stdin.readline()\n"
        "print(send_due(), flush=True)\n"
    )
    env = os.environ | {"EMAIL_URL": f"smtp://127.0.0.1:{port}", "MAILBOX_DIR": ""}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, text=True
        )
        for _worker in range(workers)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    begin = time.perf_counter()
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    sent = [int(process.stdout.readline()) for process in processes]
    rate = sum(sent) / (time.perf_counter() - begin)
    for process in processes:
        process.communicate()
    assert sum(sent) == deliveries, sent
    return rate


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
