import base64
import json
import os
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PUBLIC_KEY = os.environ["WEBHOOK_PUBLIC_KEY"]  # whpk_…
TOLERANCE = 5 * 60  # seconds


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
    if age > TOLERANCE:
        raise Refused("too old: somebody may be sending it again, or a clock is wrong")
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(PUBLIC_KEY[len("whpk_") :]))
    content = f"{name}.{stamp}.".encode() + body
    # Several signatures while the key pair is replaced: one of them is enough.
    for signature in signatures:
        version, _comma, text = signature.partition(",")
        try:
            if version == "v1a":
                key.verify(base64.b64decode(text), content)
                return json.loads(body)
        except (InvalidSignature, ValueError):
            continue
    raise Refused("not signed with this key")
