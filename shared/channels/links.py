"""Which links a channel may show."""

import re

from shared.ports.channels import Link, Message

PAGE = re.compile(r"https?://[!-~]+")
OTHER = re.compile(r"(?:mailto|tel):[!-~]+")
MARKUP: dict[str, str | int | None] = {char: f"%{ord(char):02X}" for char in "\"'()<>[\\]`{|}"}
"""Characters that end a link in Markdown, in Slack's markup or in HTML."""


def is_page(url: str) -> bool:
    """Tell whether a browser can open it."""
    return bool(PAGE.fullmatch(url))


def pages(message: Message) -> list[Link]:
    """Return the links that a browser opens: buttons, where a channel has them."""
    return [link for link in message.links if is_page(link.url)]


def answers(message: Message) -> list[Link]:
    """Return the links that open an e-mail or a call."""
    return [link for link in message.links if OTHER.fullmatch(link.url)]


def in_markup(url: str) -> str:
    """Return an address without characters that mean something in markup."""
    return url.translate(str.maketrans(MARKUP))
