"""Signatures of what is posted to an endpoint, by Standard Webhooks.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
from datetime import UTC, datetime

from standardwebhooks import Webhook

SECRET_BYTES = range(24, 65)
SECRET_PREFIX = "whsec_"  # noqa: S105 - how a secret starts


def checked_secrets(given: str) -> str:
    """Return secrets that can sign, separated by spaces; raise ``ValueError``."""
    for number, secret in enumerate(given.split(), start=1):
        try:
            key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
        except binascii.Error:
            key = b""
        if not secret.startswith(SECRET_PREFIX) or len(key) not in SECRET_BYTES:
            raise ValueError(f"number {number} is not whsec_ and 24 to 64 bytes in base64")
    return given


class Signer:
    """Signs posts by each of some secrets, so that one can replace another."""

    def __init__(self, secrets: str) -> None:
        """Take checked secrets; without any, posts get an id and a time, but no signature."""
        self._webhooks = [Webhook(secret) for secret in secrets.split()]

    def headers(self, webhook_id: str, body: bytes) -> dict[str, str]:
        """Return the headers of a post that is sent now."""
        now = datetime.now(UTC)
        signatures = [webhook.sign(webhook_id, now, body.decode()) for webhook in self._webhooks]
        return {
            "webhook-id": webhook_id,
            "webhook-timestamp": str(int(now.timestamp())),
            **({"webhook-signature": " ".join(signatures)} if signatures else {}),
        }
