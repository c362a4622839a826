"""A partner's copy of the calendar, kept by the rules that the guide tells: used to see that it ends equal."""

from __future__ import annotations

import json


class Copy:
    """What a reader holds after following the sync rule. get: (address, parameters) → (status, body)."""

    def __init__(self, get, limit=100):
        self.get, self.limit = get, limit
        self.items, self.sync_token, self.page_token = {}, None, None
        self.told = []

    def step(self):
        """One request, applied; whether more is to come at once."""
        question = {"limit": self.limit}
        if self.page_token:
            question["page_token"] = self.page_token
        elif self.sync_token:
            question["sync_token"] = self.sync_token
        status, page = self.get("/api/v1/sync/", question)
        assert status == 200, page
        for removal in page["removed"]:
            self.items.pop(removal["uid"], None)
        self.items |= {item["uid"]: item for item in page["items"]}
        self.told.append((len(page["items"]), [(each["uid"], each["reason"]) for each in page["removed"]]))
        self.page_token = page.get("page_token")
        self.sync_token = page.get("sync_token", self.sync_token)
        return page["has_more"]

    def follow(self):
        while self.step():
            pass
        return self


def through(client, **headers):
    """Asks over Django's test client."""

    def get(address, parameters):
        response = client.get(address, parameters, **headers)
        return response.status_code, json.loads(response.content)

    return get
