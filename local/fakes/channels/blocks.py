"""What Slack makes of blocks: the text, what can be clicked, and which text is markup.

One that is too long, or malformed, has the whole message refused.
"""

import re
from collections.abc import Iterator
from typing import Any, NoReturn

MOST_BLOCKS = 50
MOST_FIELDS = 10
MOST_ELEMENTS = 25
LONGEST = {"header": 150, "section": 3_000, "field": 2_000, "context": 2_000, "button": 75}
LONGEST_URL = 3_000
LONGEST_IN_ALL = 13_000
LINK = re.compile(r"<((?:https?|mailto|tel):[^>|]*)(?:\|[^>]*)?>")
BARE = re.compile(r"(?<![<|])https?://[^\s>|]+")


class BlocksError(Exception):
    """Blocks that Slack refuses; ``word`` is its answer."""

    def __init__(self, word: str, why: str) -> None:
        """Take Slack's word, and what is wrong."""
        super().__init__(why)
        self.word = word


def read_blocks(blocks: Any) -> tuple[str, tuple[str, ...], str]:  # noqa: ANN401 - JSON
    """Return the text, the links, and the part of the text that is read as markup."""
    if not isinstance(blocks, list) or len(blocks) > MOST_BLOCKS:
        _refuse(f"more than {MOST_BLOCKS} blocks")
    found = [part for block in blocks for part in _parts(block)]
    if sum(len(text) for text, _, _ in found) > LONGEST_IN_ALL:
        raise BlocksError("msg_blocks_too_long", f"more than {LONGEST_IN_ALL} characters")
    marked_up = "\n".join(text for text, _, markup in found if markup)
    urls = [url for _, url, _ in found if url]
    links = (*LINK.findall(marked_up), *BARE.findall(marked_up), *urls)
    shown = [LINK.sub(_label, text) if markup else text for text, _, markup in found]
    return "\n".join(shown), links, marked_up


def _label(link: re.Match[str]) -> str:
    return link[0].strip("<>").rpartition("|")[2]


def _parts(block: dict[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """Yield each text of a block with what it opens, and whether it is markup."""
    match block.get("type"):
        case "header":
            yield _text(block["text"], "header", only="plain_text")
        case "section":
            yield from _section(block)
        case "context":
            yield from (_text(each, "context") for each in block["elements"])
        case "actions":
            if not 0 < len(block["elements"]) <= MOST_ELEMENTS:
                _refuse("actions without an element, or too many")
            yield from map(_button, block["elements"])
        case "divider":
            pass
        case other:
            _refuse(f"a block of type {other}")


def _section(block: dict[str, Any]) -> Iterator[tuple[str, str, bool]]:
    fields = block.get("fields", [])
    if len(fields) > MOST_FIELDS or not ("text" in block or fields):
        _refuse("a section without text, or with too many fields")
    if "text" in block:
        yield _text(block["text"], "section")
    yield from (_text(each, "field") for each in fields)
    if "accessory" in block:
        yield _button(block["accessory"])


def _button(element: dict[str, Any]) -> tuple[str, str, bool]:
    if element.get("type") != "button":
        _refuse(f"an element of type {element.get('type')}")
    text, _, _ = _text(element["text"], "button", only="plain_text")
    url = element.get("url", "")
    if not url.startswith(("https://", "http://")) or len(url) > LONGEST_URL:
        _refuse("a button with an address that is not one, or too long")
    return text, url, False


def _text(given: dict[str, Any], place: str, only: str = "") -> tuple[str, str, bool]:
    kind, text = given.get("type"), given.get("text")
    if kind not in {"plain_text", "mrkdwn"} or (only and kind != only):
        _refuse(f"a text of type {kind} in a {place}")
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST[place]:
        _refuse(f"an empty text in a {place}, or one of more than {LONGEST[place]} characters")
    if kind == "mrkdwn" and "emoji" in given:
        _refuse("emoji, which only plain_text has")
    return text, "", kind == "mrkdwn"


def _refuse(why: str) -> NoReturn:
    raise BlocksError("invalid_blocks", why)
