"""Keep a copy of the calendar up to date. Python 3.9 or later, nothing to install. Run it every few minutes."""

import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request

BASE = "https://calendar.example.org/api/v1/"
TOKEN = os.environ.get("CALENDAR_TOKEN")  # without one: the public calendar
FILE = "calendar.json"


def get(parameters):
    """One page. Waits when the service asks for it: 429 is too many requests, 503 a pause."""
    headers = {"Accept": "application/json", "Authorization": f"Bearer {TOKEN}"} if TOKEN else {}
    address = f"{BASE}sync/?{urllib.parse.urlencode(parameters)}"
    while True:
        try:
            with urllib.request.urlopen(
                urllib.request.Request(address, headers=headers), timeout=60
            ) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code not in (429, 503):
                raise
            time.sleep(int(error.headers.get("Retry-After", "60")))


def save(copy):
    """Written beside and put in place at once: whoever reads the file never sees half of it."""
    with open(f"{FILE}.new", "w", encoding="utf-8") as file:
        json.dump(copy, file, ensure_ascii=False)
    os.replace(f"{FILE}.new", FILE)


def begins_anew(error):
    """Whether the token is no longer good: too old, or another reader's, as when you were given a key of your own."""
    try:
        return "resync" in json.load(error)
    except ValueError:  # no answer of the service
        return False


def follow(copy, keep=save):
    """Bring a copy up to date. It is kept after every page, so a crash in the middle loses nothing."""
    while True:
        token = {name: copy[name] for name in ("page_token", "sync_token") if copy.get(name)}
        page = get({"limit": 500, **token})
        for removal in page["removed"]:
            copy["meetings"].pop(removal["uid"], None)
        for meeting in page["items"]:
            copy["meetings"][meeting["uid"]] = meeting
        copy["page_token"] = page.get("page_token")
        copy["sync_token"] = page.get("sync_token", copy.get("sync_token"))
        keep(copy)
        if not page["has_more"]:
            return copy


def sync():
    try:
        with open(FILE, encoding="utf-8") as file:
            copy = json.load(file)
    except FileNotFoundError:
        copy = {"meetings": {}}
    try:
        return follow(copy)
    except urllib.error.HTTPError as error:
        if not begins_anew(error):
            raise
        # The old copy stays in place until the new one is whole.
        time.sleep(int(error.headers.get("Retry-After", "0")))
        copy = follow({"meetings": {}}, keep=lambda _copy: None)
        save(copy)
        return copy


if __name__ == "__main__":
    print(len(sync()["meetings"]), "meetings")
