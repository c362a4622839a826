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
from pathlib import Path

import django

from .sink import sink_process

ROUNDS = 5


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


def ledger(deliveries, answer_seconds, workers_each):
    """Mails a second to one sink: bare SMTP, Django's back-end, and the ledger with so many workers.

    answer_seconds: how long the server takes over each mail before it answers. None of the figures leaves out
    a commit: the ledger's are those of `manage.py send_due`.
    """
    from django.conf import settings
    from django.core.management import call_command

    from secretariat.reminders.models import Delivery

    with sink_process(seconds=answer_seconds) as (port, process):
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.MAILBOX_DIR = "127.0.0.1", port, ""
        call_command("fill_synthetic", deliveries=deliveries, stdout=io.StringIO())
        rows = due_rows(deliveries)
        measures = {
            "raw smtplib, bytes ready": lambda: raw(rows, port),
            "Django EmailBackend": lambda: through_django(rows, port),
        }
        for count in workers_each:
            name = f"ledger, {count} worker{'s' * (count > 1)}"
            measures[name] = lambda count=count: through_ledger(deliveries, port, count)
        answers = f"answers after {answer_seconds * 1000:.0f} ms" if answer_seconds else "answers at once"
        print(
            f"{deliveries} mails to one sink that {answers}, connection reused (Django {django.__version__})"
        )
        found = {name: [] for name in measures}
        for _round in range(ROUNDS):  # in turns, so that the machine's moods meet them alike
            for name, measure in measures.items():
                if name.startswith("ledger") and not due_rows(1):
                    call_command("fill_synthetic", deliveries=deliveries, stdout=io.StringIO())
                before = cpu_of(process.pid)
                seconds, own_cpu = measure()
                found[name].append((seconds, own_cpu, cpu_of(process.pid) - before))
        base = [seconds for seconds, _own, _sink in found["Django EmailBackend"]]
        for name, rounds in found.items():
            seconds, own_cpu, sink_cpu = (statistics.median(column) for column in zip(*rounds, strict=True))
            ratios = [before / row[0] for before, row in zip(base, rounds, strict=True)]
            print(
                f"{name:26} {deliveries / seconds:>6.0f}/s  CPU a mail {own_cpu / deliveries * 1000:.2f} ms, "
                f"of the sink {sink_cpu / deliveries * 1000:.2f} ms ({sink_cpu / seconds:.0%} of a core)  ratio to "
                f"EmailBackend {statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"
            )
    assert not Delivery.objects.filter(state__in=["uncertain", "failed", "deferred"]).exists()


def cpu_of(pid):
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def due_rows(limit):
    from django.utils import timezone

    from secretariat.reminders.letters import RELATED
    from secretariat.reminders.models import Delivery

    waiting = Delivery.objects.filter(state="pending", next_try_at__lte=timezone.now())
    return list(waiting.select_related("contact__ministry__state").prefetch_related(*RELATED)[:limit])


def raw(rows, port):
    """Seconds of the clock, and of our CPU."""
    from secretariat.reminders.message import render

    bodies = [render(row).body for row in rows]
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        begin, cpu = time.perf_counter(), time.process_time()
        for body in bodies:
            smtp.sendmail("a@example.org", ["b@example.org"], body)
        return time.perf_counter() - begin, time.process_time() - cpu


def through_django(rows, port):
    """The same texts and headers, written and sent one by one over one open connection; nothing is recorded."""
    from django.core.mail import EmailMultiAlternatives, get_connection

    from secretariat.reminders.message import write

    backend = get_connection("django.core.mail.backends.smtp.EmailBackend", host="127.0.0.1", port=port)
    backend.open()
    begin, cpu = time.perf_counter(), time.process_time()
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
    taken = time.perf_counter() - begin, time.process_time() - cpu
    backend.close()
    return taken


def through_ledger(deliveries, port, workers):
    """`manage.py send_due` in as many processes, each ready before the clock starts.

    Ready is what a worker is after its first mails, as the process is that measures the others: it has read the
    words of each language.
    """
    code = (
        "import sys, time, django\n"
        "django.setup()\n"
        "from secretariat.reminders.sending import send_due\n"
        "from secretariat.reminders.message import render\n"
        "from benchmarks.main_job import due_rows\n"
        "[render(row) for row in due_rows(100)]\n"
        "print('ready', flush=True)\n"
        "sys.stdin.readline()\n"
        "cpu = time.process_time()\n"
        "print(send_due(), time.process_time() - cpu, flush=True)\n"
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
    told = [process.stdout.readline().split() for process in processes]
    seconds = time.perf_counter() - begin
    for process in processes:
        process.communicate()
    assert sum(int(sent) for sent, _cpu in told) == deliveries, told
    return seconds, sum(float(cpu) for _sent, cpu in told)


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
    ledger(options.deliveries, 0, (1, 2))
    # As a real server answers. Then most of the time is waiting, and workers add up.
    ledger(options.deliveries // 2, 0.02, (1, 2, 4))


if __name__ == "__main__":
    main()
