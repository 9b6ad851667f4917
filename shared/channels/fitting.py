"""Messages cut to what a channel takes, least important things first."""

from collections.abc import Callable
from dataclasses import replace

from shared.domain.plain_text import CUT
from shared.ports.channels import ItemList, Message, Said, Text

SHORTEST = 60
"""Characters: a text this short is not cut any more."""

LONGEST_QUOTE = 4_000
LONGEST_TEXT = 1_000
MOST_ITEMS = 30
"""More is not read in a message, whatever the channel takes."""


def fitted(message: Message, fits: Callable[[Message], bool]) -> Message:
    """Return the message, or as much of it as fits.

    Lists lose lines, which are counted, then what the customer wrote gets shorter, then other
    texts. What is left in the end is a short title.
    """
    message = _readable(message)
    while not fits(message):
        smaller = _smaller(message)
        if smaller == message:
            break
        message = smaller
    return message


def cut_text(text: Text, longest: int) -> Text:
    """Return at most so many characters of a text, each part as whose it is."""
    kept: list[str | Said] = []
    left = longest - len(CUT)
    if _length(text) <= longest:
        return text
    for part in text:
        given = part.text if isinstance(part, Said) else part
        kept.append(Said(given[:left]) if isinstance(part, Said) else given[:left])
        left -= len(given)
        if left <= 0:
            break
    return (*kept, CUT)


def _readable(message: Message) -> Message:
    """Return a message that nobody minds reading."""
    lists = message.lists
    while any(len(each.items) > MOST_ITEMS for each in lists):
        lists = _one_less(lists)
    quote = message.quote and _cut_quote(message.quote, LONGEST_QUOTE)
    return _shorter(replace(message, quote=quote, lists=lists), LONGEST_TEXT)


def _cut_quote(quote: Said, longest: int) -> Said:
    """Return at most so many characters of what a customer wrote, and the mark of the cut."""
    return quote if len(quote.text) <= longest else Said(quote.text[:longest].rstrip(CUT) + CUT)


def _smaller(message: Message) -> Message:
    if any(each.items for each in message.lists):
        return replace(message, lists=_one_less(message.lists))
    if message.quote and len(message.quote.text) > SHORTEST:
        return replace(message, quote=_cut_quote(message.quote, len(message.quote.text) // 2))
    longest = max((_length(text) for text in _texts(message)), default=0)
    if longest > SHORTEST:
        return _shorter(message, max(longest // 2, SHORTEST))
    if message.quote:
        return replace(message, quote=None)
    if message.links:
        return replace(message, links=message.links[:-1])
    return replace(message, paragraphs=(), facts=(), lists=())


def _one_less(lists: tuple[ItemList, ...]) -> tuple[ItemList, ...]:
    """Return the lists, the longest without its last line."""
    longest = max(lists, key=lambda each: len(each.items))
    return tuple(
        replace(each, items=each.items[:-1], more=each.more + 1) if each is longest else each
        for each in lists
    )


def _texts(message: Message) -> list[Text]:
    facts = [fact.value for fact in message.facts]
    return [message.title, *message.paragraphs, *facts, *(each.heading for each in message.lists)]


def _shorter(message: Message, longest: int) -> Message:
    return replace(
        message,
        title=cut_text(message.title, longest),
        paragraphs=tuple(cut_text(text, longest) for text in message.paragraphs),
        facts=tuple(replace(each, value=cut_text(each.value, longest)) for each in message.facts),
        lists=tuple(_shorter_list(each, longest) for each in message.lists),
    )


def _shorter_list(lines: ItemList, longest: int) -> ItemList:
    items = tuple(replace(each, text=cut_text(each.text, longest)) for each in lines.items)
    return replace(lines, heading=cut_text(lines.heading, longest), items=items)


def _length(text: Text) -> int:
    return sum(len(part.text) if isinstance(part, Said) else len(part) for part in text)
