"""A notice as JSON, version 1: what ``docs/notice.schema.json`` describes.

Receivers are programs of others. Fields may be added to version 1; what is there keeps its name and
its meaning, or ``schemaVersion`` rises.
"""

from typing import Literal

from pydantic import Field

from shared.channels.links import answers, is_page, pages
from shared.destinations.http.json_parts import JsonPart
from shared.domain.plain_text import plain
from shared.ports.channels import ItemList, Message, MessageKind, Recipient, Said, Text


class TextJson(JsonPart):
    """A piece of a text; those of one text belong in one line."""

    text: str
    customers: bool = Field(description="the customer's own words: escape them where you show them")


class FactJson(JsonPart):
    """A label and its value."""

    label: str
    value: tuple[TextJson, ...]


class LinkJson(JsonPart):
    """Something to click: https, mailto or tel."""

    label: str
    url: str


class ItemJson(JsonPart):
    """One line of a list."""

    text: tuple[TextJson, ...]
    url: str = Field(description='"" if there is nothing to open')


class ListJson(JsonPart):
    """Lines below a heading."""

    heading: tuple[TextJson, ...]
    items: tuple[ItemJson, ...]
    more: int = Field(description="how many lines are left out")


class RecipientJson(JsonPart):
    """Who is told; "" is "not known"."""

    name: str
    email: str
    teams: str
    slack: str


class NoticeJson(JsonPart):
    """What somebody is told."""

    schema_version: Literal[1] = 1
    id: str = Field(description="the same however often it is sent, as webhook-id is")
    kind: MessageKind
    recipient: RecipientJson
    title: tuple[TextJson, ...]
    paragraphs: tuple[tuple[TextJson, ...], ...]
    facts: tuple[FactJson, ...]
    quote: str = Field(description='what the customer wrote; "" without NOTICE_DETAILS=full')
    lists: tuple[ListJson, ...]
    links: tuple[LinkJson, ...]


def notice_json(message: Message, to: Recipient) -> NoticeJson:
    """Return a message and its recipient as JSON has them."""
    return NoticeJson(
        id=message.id,
        kind=message.kind,
        recipient=RecipientJson(
            name=plain(to.name), email=to.email, teams=to.teams, slack=to.slack
        ),
        title=_text(message.title),
        paragraphs=tuple(_text(text) for text in message.paragraphs),
        facts=tuple(FactJson(label=fact.label, value=_text(fact.value)) for fact in message.facts),
        quote="\n".join(map(plain, message.quote.text.splitlines())) if message.quote else "",
        lists=tuple(_list(each) for each in message.lists),
        links=tuple(
            LinkJson(label=link.label, url=link.url)
            for link in (*pages(message), *answers(message))
        ),
    )


def _list(lines: ItemList) -> ListJson:
    items = tuple(
        ItemJson(text=_text(item.text), url=item.url if is_page(item.url) else "")
        for item in lines.items
    )
    return ListJson(heading=_text(lines.heading), items=items, more=lines.more)


def _text(text: Text) -> tuple[TextJson, ...]:
    """Return the pieces of a text; the customer's as given, without unseen characters."""
    return tuple(
        TextJson(text=plain(part.text), customers=True)
        if isinstance(part, Said)
        else TextJson(text=plain(part), customers=False)
        for part in text
    )
