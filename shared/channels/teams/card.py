"""A message as an Adaptive Card for Teams.

All texts are ``TextRun``s: Teams reads Markdown in a ``TextBlock``, and its programs differ in how
they read an escape, see https://github.com/microsoft/AdaptiveCards/issues/5590. Buttons can't open
``mailto:`` there (https://github.com/MicrosoftDocs/msteams-docs/issues/3677), so these are links in
a ``TextBlock`` of our own words.
"""

import re
from collections.abc import Iterator
from typing import Any

from shared.channels.links import answers, in_markup, is_page, pages
from shared.channels.texts import more, paragraph, words
from shared.domain.plain_text import plain
from shared.ports.channels import Item, ItemList, Message, Recipient, Text

VERSION = "1.4"
MOST_BUTTONS = 6
CONTENT_TYPE = "application/vnd.microsoft.card.adaptive"
NOT_IN_NAMES = re.compile(r"[^\w .'’-]|_")

type Element = dict[str, Any]


def body_of(message: Message, to: Recipient) -> dict[str, Any]:
    """Return what is posted to a flow: a message with the card as its attachment."""
    return {
        "type": "message",
        "attachments": [
            {"contentType": CONTENT_TYPE, "contentUrl": None, "content": card(message, to)}
        ],
    }


def card(message: Message, to: Recipient) -> dict[str, Any]:
    """Return the card, which mentions the recipient if Teams knows them."""
    name = " ".join(NOT_IN_NAMES.sub("", plain(to.name)).split()) if to.teams else ""
    at = f"<at>{name}</at>"
    mention = {"type": "mention", "text": at, "mentioned": {"id": to.teams, "name": name}}
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": VERSION,
        "body": [
            _line(_run(words(message.title), size="Large", weight="Bolder")),
            *([{"type": "TextBlock", "text": at, "wrap": True}] if name else []),
            *_body(message),
        ],
        "actions": [
            {"type": "Action.OpenUrl", "title": link.label, "url": link.url}
            for link in pages(message)[:MOST_BUTTONS]
        ],
        "msteams": {"width": "Full", "entities": [mention] if name else []},
    }


def _body(message: Message) -> Iterator[Element]:
    yield from (_line(_run(words(text))) for text in message.paragraphs if words(text).strip())
    for number, fact in enumerate(message.facts):
        label = _run(f"{fact.label}: ", weight="Bolder")
        yield _line(label, _run(words(fact.value)), spacing="Small" if number else "Medium")
    if message.quote:
        yield {
            "type": "Container",
            "style": "emphasis",
            "items": [*_quote(paragraph(message.quote))],
        }
    for each in message.lists:
        yield from _list(each)
    links = [f"[{link.label}]({in_markup(link.url)})" for link in answers(message)]
    if links:
        yield {"type": "TextBlock", "text": " · ".join(links), "wrap": True}


def _quote(text: str) -> Iterator[Element]:
    for line in text.splitlines():
        if line.strip():
            yield _line(_run(line), spacing="Small")


def _list(lines: ItemList) -> Iterator[Element]:
    if lines.heading:
        yield _line(_run(words(lines.heading), weight="Bolder"), spacing="Medium")
    for item in lines.items:
        yield _line(_run("• "), _item(item), spacing="Small")
    if lines.more:
        yield _line(_run(more(lines), isSubtle=True), spacing="Small")


def _item(item: Item) -> Element:
    text: Text = item.text
    if not is_page(item.url):
        return _run(words(text))
    return _run(words(text), selectAction={"type": "Action.OpenUrl", "url": item.url})


def _line(*runs: Element, spacing: str = "Default") -> Element:
    return {"type": "RichTextBlock", "spacing": spacing, "inlines": [*runs]}


def _run(text: str, **how: Any) -> Element:  # noqa: ANN401 - as the card has it
    return {"type": "TextRun", "text": text or " ", **how}
