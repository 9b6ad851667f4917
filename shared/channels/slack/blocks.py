"""A message as Slack's blocks.

Texts with a customer's words are ``plain_text``, in which nothing is markup: ``mrkdwn`` has no
escape for ``*``, ``_`` and ``~``. Slack refuses a message of which one part is too long.
"""

import re
from collections.abc import Iterator
from itertools import accumulate, batched
from typing import Any

from shared.channels.links import answers, in_markup, is_page, pages
from shared.channels.texts import more, paragraph, words
from shared.domain.plain_text import CUT, plain
from shared.ports.channels import Fact, Item, ItemList, Message, Recipient

MOST_BLOCKS = 50
MOST_FACTS = 5
"""Of a section with ten fields: a label and a value each."""

LONGEST_HEADER = 150
LONGEST_FIELD = 2_000
LONGEST_SECTION = 3_000
LONGEST_LABEL = 75
LONGEST_URL = 3_000
LONGEST_NOTIFICATION = 300
MEMBER = re.compile(r"[UW][A-Z0-9]{2,}")

type Block = dict[str, Any]


def body_of(message: Message, to: Recipient) -> dict[str, Any]:
    """Return what is posted; ``text`` is for notifications."""
    return {
        "text": _plain(words(message.title), LONGEST_NOTIFICATION)["text"],
        "mrkdwn": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": [*_blocks(message, to)],
    }


def _blocks(message: Message, to: Recipient) -> Iterator[Block]:
    yield {"type": "header", "text": _plain(words(message.title), LONGEST_HEADER)}
    if MEMBER.fullmatch(to.slack):
        yield _section(_markup(f"<@{to.slack}>"))
    for text in message.paragraphs:
        yield _section(_plain(words(text), LONGEST_SECTION))
    for facts in batched(message.facts, MOST_FACTS, strict=False):
        yield {"type": "section", "fields": [field for fact in facts for field in _fact(fact)]}
    if message.quote:
        yield _section(_plain(paragraph(message.quote), LONGEST_SECTION))
    for each in message.lists:
        yield from _list(each)
    yield from _links(message)


def _fact(fact: Fact) -> tuple[Block, Block]:
    return _markup(f"*{_escaped(plain(fact.label))}*"), _plain(words(fact.value), LONGEST_FIELD)


def _list(lines: ItemList) -> Iterator[Block]:
    if lines.heading:
        yield _section(_plain(words(lines.heading), LONGEST_SECTION))
    yield from map(_item, lines.items)
    if lines.more:
        yield {"type": "context", "elements": [_plain(more(lines), LONGEST_FIELD)]}


def _item(item: Item) -> Block:
    line = _section(_plain(f"• {words(item.text)}", LONGEST_SECTION))
    return {**line, "accessory": _button("Open", item.url)} if _fits(item.url) else line


def _links(message: Message) -> Iterator[Block]:
    buttons = [_button(link.label, link.url) for link in pages(message) if _fits(link.url)]
    if buttons:
        yield {"type": "actions", "elements": buttons}
    written = [f"<{in_markup(link.url)}|{_escaped(link.label)}>" for link in answers(message)]
    while len(" · ".join(written)) > LONGEST_SECTION:
        written.remove(max(written, key=len))
    if written:
        yield _section(_markup(" · ".join(written)))


def _fits(url: str) -> bool:
    return is_page(url) and len(url) <= LONGEST_URL


def _button(label: str, url: str) -> Block:
    return {"type": "button", "text": _plain(label, LONGEST_LABEL), "url": url}


def _section(text: Block) -> Block:
    return {"type": "section", "text": text}


def _markup(text: str) -> Block:
    return {"type": "mrkdwn", "text": text}


def _plain(text: str, longest: int) -> Block:
    """Return a text without markup: cut first, so that no escape is."""
    # No character gets shorter, so what comes after these is cut anyway.
    escaped = [_escaped(char) for char in (text.strip() or "–")[: longest + 1]]
    if sum(map(len, escaped)) > longest:
        ends = accumulate(map(len, escaped))
        escaped = [char for char, end in zip(escaped, ends, strict=True) if end < longest] + [CUT]
    return {"type": "plain_text", "text": "".join(escaped), "emoji": False}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
