"""What the machine gives: the time, and ids."""

import uuid
from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the time, aware, in UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """Return 32 hex digits that nobody else has."""
    return uuid.uuid4().hex
