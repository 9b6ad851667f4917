"""What Teams makes of an Adaptive Card: the text, what can be clicked and who is mentioned.

Markdown is read in ``TextBlock`` and in facts, not in a ``TextRun``; ``{{DATE(…)}}`` in each. See
https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format and
https://adaptivecards.io/explorer/
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

NEWEST_VERSION = (1, 5)
MOST_ACTIONS = 6
"""Buttons that Teams shows below a card."""

OPENED = {"http", "https"}
"""What ``Action.OpenUrl`` opens in Teams; the desktop app does nothing for ``mailto:``, see
https://github.com/MicrosoftDocs/msteams-docs/issues/3677
"""

LINK = re.compile(r"(?<!\\)\[([^\]]*)\]\(([^)\s]+)\)")
MENTION = re.compile(r"<at>(.*?)</at>")
FUNCTION = re.compile(r"\{\{(?:DATE|TIME)\([^)]*\)\}\}")


class CardError(Exception):
    """A card that Teams does not show."""


def read_card(card: Any) -> tuple[str, tuple[str, ...], tuple[str, ...]]:  # noqa: ANN401 - JSON
    """Return the text, the links and the mentions of a card; raise ``CardError``."""
    if not isinstance(card, dict) or card.get("type") != "AdaptiveCard":
        raise CardError("not an Adaptive Card")
    version = tuple(map(int, str(card.get("version")).split(".")))
    if version > NEWEST_VERSION:
        raise CardError(f"version {card['version']}: Teams shows 1.5 at most")
    lines, links = [], list[str]()
    for line, clickable in _elements(card.get("body", [])):
        lines.append(line)
        links += clickable
    actions = card.get("actions", [])
    if len(actions) > MOST_ACTIONS:
        raise CardError(f"{len(actions)} actions, and may have {MOST_ACTIONS}")
    for action in actions:
        lines.append(f"[{action['title']}]")
        links.append(_opened(action))
    text = "\n".join(lines)
    return text, tuple(links), _mentioned(card, text)


def _elements(body: list[dict[str, Any]]) -> Iterator[tuple[str, list[str]]]:
    for element in body:
        match element.get("type"):
            case "TextBlock":
                text = _formatted(element["text"])
                yield LINK.sub(r"\1", text), [url for _, url in LINK.findall(text)]
            case "RichTextBlock":
                yield _runs(element["inlines"])
            case "Container":
                yield from _elements(element["items"])
            case other:
                raise CardError(f"an element of type {other}")


def _runs(inlines: list[dict[str, Any]]) -> tuple[str, list[str]]:
    if not inlines or any(run.get("type") != "TextRun" or not run.get("text") for run in inlines):
        raise CardError("a RichTextBlock without texts")
    actions = [run["selectAction"] for run in inlines if "selectAction" in run]
    return "".join(_formatted(run["text"]) for run in inlines), [*map(_opened, actions)]


def _formatted(text: str) -> str:
    return FUNCTION.sub("(a date)", text)


def _opened(action: dict[str, Any]) -> str:
    if action.get("type") != "Action.OpenUrl":
        raise CardError(f"an action of type {action.get('type')}")
    url = str(action["url"])
    if urlsplit(url).scheme not in OPENED:
        raise CardError("a button that opens nothing")
    return url


def _mentioned(card: dict[str, Any], text: str) -> tuple[str, ...]:
    """Return the ids of whom a card mentions; each needs an entity, and its text in the card."""
    entities = card.get("msteams", {}).get("entities", [])
    for entity in entities:
        if entity["text"] not in text or MENTION.fullmatch(entity["text"]) is None:
            raise CardError("a mention whose text is not in the card")
    return tuple(entity["mentioned"]["id"] for entity in entities)
