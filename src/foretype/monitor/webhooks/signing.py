"""Signatures as Standard Webhooks has them: HMAC-SHA256 over id, time and body, and headers that carry them.

While a secret is being replaced both sign, so a receiver may change over at any moment of the overlap. It does not know
where secrets are kept.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence

PREFIX = "whsec_"
NUM_SECRET_BYTES = 32  # Standard Webhooks takes 24 to 64
TOLERANCE_S = 300  # receivers refuse what is older, or newer: a recorded request cannot be played again later


def make_secret(random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """A new secret, to be shown once.

    >>> make_secret(bytes)
    'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='
    """
    return PREFIX + base64.b64encode(random_bytes(NUM_SECRET_BYTES)).decode()


def signature(secret: str, message_id: str, at_s: int, body: bytes) -> str:
    """One signature, "v1," and base64.

    >>> signature(make_secret(bytes), "msg_1", 1700000000, b"{}")
    'v1,LzeNxZHo3O8fwpFJpLh/0B99ugILNFJw+/9lTgx0APs='
    """
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{at_s}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def signed_headers(keys: Sequence[str], message_id: str, at_s: int, body: bytes) -> dict[str, str]:
    """The three headers; one signature for each valid secret, the newest first."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": " ".join(signature(key, message_id, at_s, body) for key in keys),
    }
