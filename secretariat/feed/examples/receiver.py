"""Receive webhooks of the calendar. Python 3.9 or later, nothing to install. Put it behind your own https."""

import base64
import hashlib
import hmac
import json
import os
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = os.environ["WEBHOOK_SECRET"]  # whsec_…
TOLERANCE = 5 * 60  # seconds
seen = {}  # webhook-id: when; a real receiver keeps them in its database


class Refused(Exception):
    pass


def verified(headers, body):
    """The message, if it is ours, whole and of these minutes. `body`: the very bytes, before anything parses them."""
    try:
        name, stamp = headers["webhook-id"], headers["webhook-timestamp"]
        signatures = headers["webhook-signature"].split()
        age = abs(time.time() - int(stamp))
    except (KeyError, ValueError, AttributeError, TypeError):
        raise Refused("a header is missing or wrong") from None
    key = base64.b64decode(SECRET[len("whsec_") :])
    content = f"{name}.{stamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    # Several signatures while the secret is replaced: one of them is enough. Compared in constant time.
    if not any(hmac.compare_digest(expected.encode(), each.encode()) for each in signatures):
        raise Refused("not signed with our secret")
    if age > TOLERANCE:
        raise Refused("too old: somebody may be sending it again, or a clock is wrong")
    return json.loads(body)


def is_new(name):
    """At least once: the same message comes again, with the same id, when your answer was lost."""
    now = time.time()
    for old in [key for key, at in seen.items() if now - at > 7 * 24 * 3600]:
        del seen[old]
    return seen.setdefault(name, now) == now


def changed(message):
    """Your part: wake up what syncs. Do not do the work here; the answer is waited for."""
    print(message["type"], message["data"].get("meeting", ""), flush=True)


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 65536))
        try:
            message = verified(self.headers, body)
        except Refused as refusal:
            return self.answer(401, {"error": str(refusal)})
        if message["type"] == "webhook.ping":  # shows that it is you: without this nothing is sent
            return self.answer(200, {"challenge": message["data"]["challenge"]})
        if is_new(self.headers["webhook-id"]):
            changed(message)
        return self.answer(200, {})

    def answer(self, status, data):
        text = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8400"))), Receiver).serve_forever()
