"""JSON of others, with texts that can be kept anywhere. Pure."""

from typing import Any

from shared.domain.plain_text import readable


def readable_json(found: Any) -> Any:  # noqa: ANN401 - as JSON is
    """Return a value as JSON was read into, its texts and names ``readable``, however deep.

    It is changed in place.
    """
    whole = [found]
    waiting: list[Any] = [whole]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            _rename(part)
        for at, value in part.items() if isinstance(part, dict) else enumerate(part):
            if isinstance(value, str):
                part[at] = readable(value)
            elif isinstance(value, dict | list):
                waiting.append(value)
    return whole[0]


def _rename(part: dict[str, Any]) -> None:
    if not all(map(str.isprintable, part)):
        values = {readable(name): value for name, value in part.items()}
        part.clear()
        part.update(values)
