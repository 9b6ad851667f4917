"""JSON that a person wrote, in which nothing may have two names that are one."""

import json
from contextlib import suppress


def each_once(given: object) -> object:
    """Return a setting in JSON; raise ``ValueError`` if it names something twice, in any case.

    One of the two values would be lost, and nobody would know which.
    """
    if isinstance(given, str):
        with suppress(json.JSONDecodeError, RecursionError):  # who parses it tells
            json.loads(given, object_pairs_hook=_unlike)
    return given


def _unlike(pairs: list[tuple[str, object]]) -> dict[str, object]:
    seen: set[str] = set()
    for name, _ in pairs:
        same = name.strip().casefold()
        if same in seen:
            raise ValueError(f"{name!r} appears twice; upper and lower case count as the same")
        seen.add(same)
    return dict(pairs)
