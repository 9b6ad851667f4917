"""A message as an e-mail: plain text, and the same as HTML."""

from collections.abc import Iterator
from html import escape
from typing import Any

from shared.channels.links import answers, is_page, pages
from shared.channels.texts import clipped, more, paragraph, words
from shared.domain.plain_text import plain
from shared.ports.channels import Item, ItemList, Link, Message, Recipient

LONGEST_SUBJECT = 200
HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
"""Keep holiday notes and other programs from answering, see
https://www.rfc-editor.org/rfc/rfc3834#section-5
"""

HEAD = '<head><meta charset="utf-8"><meta name="format-detection" content="telephone=no"></head>'
BODY = '<body style="font-family:Segoe UI,Arial,sans-serif;font-size:14px;color:#222">'
CELL = '<td style="padding:2px 12px 2px 0;vertical-align:top">'
QUOTE = '<blockquote style="margin:12px 0;padding:6px 12px;border-left:3px solid #bbb">'


def mail(message: Message, to: Recipient, sender: str) -> dict[str, Any]:
    """Return what the service is given; links stay as they are, nobody is tracked."""
    name = clipped(plain(to.name).strip(), LONGEST_SUBJECT)
    return {
        "senderAddress": sender,
        "recipients": {"to": [{"address": to.email, "displayName": name}]},
        "content": {
            "subject": clipped(words(message.title).strip(), LONGEST_SUBJECT),
            "plainText": "\n".join(_text(message)),
            "html": "".join(_html(message)),
        },
        "headers": HEADERS,
        "userEngagementTrackingDisabled": True,
    }


def _text(message: Message) -> Iterator[str]:
    yield from (words(message.title), "")
    for text in message.paragraphs:
        yield from (words(text), "")
    yield from (f"{plain(fact.label)}: {words(fact.value)}" for fact in message.facts)
    if message.quote:
        yield from ("", *(f"> {line}" for line in paragraph(message.quote).splitlines()))
    for each in message.lists:
        yield from ("", words(each.heading))
        yield from (f"- {words(item.text)}{_opens(item)}" for item in each.items)
        yield from ([more(each)] if each.more else [])
    yield ""
    yield from (f"{link.label}: {link.url}" for link in _links(message))


def _opens(item: Item) -> str:
    return f" {item.url}" if is_page(item.url) else ""


def _html(message: Message) -> Iterator[str]:
    yield f"<!DOCTYPE html><html>{HEAD}{BODY}<h2>{escape(words(message.title))}</h2>"
    yield from (f"<p>{escape(words(text))}</p>" for text in message.paragraphs)
    rows = (
        f"<tr>{CELL}<b>{escape(plain(fact.label))}</b></td>"
        f"{CELL}{escape(words(fact.value))}</td></tr>"
        for fact in message.facts
    )
    yield f"<table>{''.join(rows)}</table>" if message.facts else ""
    if message.quote:
        lines = "<br>".join(escape(line) for line in paragraph(message.quote).splitlines())
        yield f"{QUOTE}{lines}</blockquote>"
    for each in message.lists:
        yield from _html_list(each)
    links = " &middot; ".join(_anchor(link.label, link.url) for link in _links(message))
    yield f"<p>{links}</p></body></html>"


def _html_list(lines: ItemList) -> Iterator[str]:
    if lines.heading:
        yield f"<p><b>{escape(words(lines.heading))}</b></p>"
    yield f"<ul>{''.join(f'<li>{_html_item(item)}</li>' for item in lines.items)}</ul>"
    if lines.more:
        yield f"<p>{more(lines)}</p>"


def _html_item(item: Item) -> str:
    shown = escape(words(item.text))
    return f"{shown} {_anchor('Open', item.url)}" if is_page(item.url) else shown


def _anchor(label: str, url: str) -> str:
    return f'<a href="{escape(url)}">{escape(label)}</a>'


def _links(message: Message) -> list[Link]:
    return [*pages(message), *answers(message)]
