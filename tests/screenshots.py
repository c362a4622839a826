"""Pictures of the desk's main pages, made by hand in a real browser: wide and narrow, light and dark.

    python -m tests.screenshots --base http://127.0.0.1:8000 --user admin --out docs/img [--all]

The password is read from DESK_PASSWORD. The pages are looked at as they are: load the example first.
What the console says (a refused script or style above all) and what does not fit the width is printed
and makes the exit code 1.
"""

import argparse
import os
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PAGES = {
    "today": "/admin/",
    "meetings": "/admin/meetings/meeting/",
    "agendas": "/admin/meetings/agenda/",
    "dues": "/admin/meetings/due/",
    "deliveries": "/admin/reminders/delivery/",
    "special-days": "/admin/meetings/calendarday/",
    "year": "/admin/meetings/calendarday/year/",
    "library": "/admin/meetings/calendarday/library/",
    "contacts": "/admin/meetings/contact/",
    "delegations": "/admin/meetings/delegation/",
    "new-meeting": "/admin/meetings/meeting/add/",
    "new-special-day": "/admin/meetings/calendarday/add/",
    "tracks": "/admin/meetings/track/",
    "mailbox": "/admin/mailbox/",
    "papers": "/admin/meetings/document/",
    "new-paper": "/admin/meetings/document/add/",
    "silence": "/admin/meetings/silenceprocedure/",
    "outcomes": "/admin/meetings/outcome/",
}
# From the list's first row on: its change page, and pages that hang on it.
FIRST_ROWS = {
    "rotation": ("/admin/rotation/mechanism/", ""),
    "due": ("/admin/meetings/due/?status__exact=open", ""),
    "template": ("/admin/meetings/deadlinetemplate/", ""),
    "contact": ("/admin/meetings/contact/", ""),
    "outcome": ("/admin/meetings/outcome/?stage__exact=adopted", ""),
    "delivery": ("/admin/reminders/delivery/", ""),
    "mail": ("/admin/mailbox/", ""),
    "meeting": ("/admin/meetings/meeting/?time=upcoming&precision__exact=day", ""),
    "agenda": ("/admin/meetings/agenda/", ""),
    "compared": ("/admin/meetings/agenda/", "../compare/"),
    "delegation": ("/admin/meetings/delegation/", ""),
    "committee": ("/admin/meetings/committee/", ""),
    "history": ("/admin/meetings/meeting/?time=upcoming&precision__exact=day", "../history/"),
    "move": ("/admin/meetings/meeting/?time=upcoming&precision__exact=day", "../move/"),
    "cancel": ("/admin/meetings/meeting/?time=upcoming&precision__exact=day", "../cancel/"),
}
README = {"today", "meeting", "dues", "rotation", "move"}


def main() -> int:
    options = _options()
    complaints: list[str] = []
    options.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for width, scheme in [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]:
            if not options.all and (width, scheme) not in {(1280, "light"), (390, "dark")}:
                continue
            page = browser.new_page(viewport={"width": width, "height": 1100}, color_scheme=scheme)
            page.on(
                "console",
                lambda message, page=page, complaints=complaints: complaints.append(
                    f"{page.url}: {message.text}"
                ),
            )
            page.on(
                "pageerror",
                lambda error, page=page, complaints=complaints: complaints.append(f"{page.url}: {error}"),
            )
            _log_in(page, options)
            for name, address in _addresses(page, options).items():
                if options.all or name in README:
                    complaints += _picture(page, options, address, f"{name}-{width}-{scheme}")
            page.close()
    print("\n".join(dict.fromkeys(complaints)) or "no complaint")  # noqa: T201
    return 1 if complaints else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", default="http://127.0.0.1:8000")
    parser.add_argument("--user", default="admin")
    parser.add_argument("--out", type=Path, default=Path("docs/img"))
    parser.add_argument("--all", action="store_true", help="every page at both widths in both schemes")
    return parser.parse_args()


def _log_in(page: Page, options: argparse.Namespace) -> None:
    page.goto(f"{options.base}/admin/login/")
    page.fill("#id_username", options.user)
    page.fill("#id_password", os.environ["DESK_PASSWORD"])
    page.click("#login-form [type=submit]")


def _addresses(page: Page, options: argparse.Namespace) -> dict[str, str]:
    found = {name: options.base + path for name, path in PAGES.items()}
    for name, (path, then) in FIRST_ROWS.items():
        page.goto(options.base + path)
        link = page.query_selector("#result_list tbody tr th a, .mails a")
        if link:
            address = page.evaluate(
                "([href, then]) => new URL(then || href, href).href", [link.evaluate("a => a.href"), then]
            )
            found[name] = address
    return found


def _picture(page: Page, options: argparse.Namespace, address: str, name: str) -> list[str]:
    response = page.goto(address)
    if "move-" in name:
        page.fill("#id_reason", "The host asked for a later week.")
        page.fill("#id_first_on", "2027-03-16")
        page.fill("#id_last_on", "2027-03-17")
        page.click("[name=preview]")
    page.screenshot(path=options.out / f"{name}.png", full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{name}: {wide} px too wide"] * (wide > 0) + [f"{name}: {response.status}"] * (
        response.status != 200
    )


if __name__ == "__main__":
    sys.exit(main())
