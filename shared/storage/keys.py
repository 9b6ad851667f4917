"""Row keys: fixed width, so that they sort as what they stand for."""

import re
from datetime import UTC, datetime, timedelta

UNSAFE = re.compile(r"[^\w@.+-]", re.ASCII)
"""What a part of a key may not have: ``|`` ends it, and storage refuses some characters."""

TIME = "%Y%m%dT%H%M%S%fZ"
END_OF_TIME = datetime(9999, 12, 31, tzinfo=UTC)
AFTER_PREFIX = "}"
"""Sorts after ``|``, so ``lead}`` ends the range of all keys that begin with ``lead|``."""


def safe_key(name: str) -> str:
    """Return a name as part of a key; other characters are ``=`` and their bytes in hex."""
    return UNSAFE.sub(lambda found: "".join(f"={b:02X}" for b in found[0].encode()), name)


def time_key(at: datetime) -> str:
    """Return a UTC time as part of a key: 20261121T093000000000Z."""
    return at.astimezone(UTC).strftime(TIME)


def key_time(key: str) -> datetime:
    """Return the time that ``time_key`` made a key of."""
    return datetime.strptime(key, TIME).replace(tzinfo=UTC)


def newest_first_key(at: datetime) -> str:
    """Return a key that sorts the later times first: 18 digits."""
    return f"{(END_OF_TIME - at) // timedelta(microseconds=1):018d}"


def newest_first_time(key: str) -> datetime:
    """Return the time that ``newest_first_key`` made a key of."""
    return END_OF_TIME - timedelta(microseconds=int(key))


def time_text(at: datetime | None) -> str:
    """Return a time as a column holds it: 2026-11-21T09:30:00.000000Z, "" for none.

    Text, since a merge can't clear a column of type DateTime.
    """
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if at else ""


def text_time(text: str) -> datetime | None:
    """Return the time that ``time_text`` wrote, None for none; raise ``ValueError``."""
    return known_time(text) if text else None


def known_time(text: str) -> datetime:
    """Return a time that ``time_text`` wrote; raise ``ValueError`` for one without a zone, too."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at
