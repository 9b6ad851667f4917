"""Where values stand in a TOML file, for messages with line and column.

``tomllib`` does not say, so the text is read a second time, by a grammar that is not deployed.
"""

import tomllib
from collections.abc import Iterator

import tree_sitter
import tree_sitter_toml
from tree_sitter import Node

from shared.routing.faults import Loc, Locate, Position

KEYS = frozenset({"bare_key", "quoted_key", "dotted_key"})
HEADED = frozenset({"table", "table_array_element"})


def locator(text: str) -> Locate:
    """Return what finds a value, or the nearest table around it; None for the whole file."""
    text = text.removeprefix("\ufeff")
    places: dict[Loc, Position] = {}
    for loc, node in _named(_parser().parse(text.encode()).root_node, ()):
        places.setdefault(loc, _position(node, text))

    def locate(loc: Loc) -> Position | None:
        while loc and loc not in places:
            loc = loc[:-1]
        return places.get(loc)

    return locate


def _parser() -> tree_sitter.Parser:
    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_toml.language()))


def _named(node: Node, base: Loc) -> Iterator[tuple[Loc, Node]]:
    """Yield the ways to all values below a node, with where each begins."""
    counts: dict[Loc, int] = {}
    for child in node.named_children:
        if child.type in HEADED:
            yield from _headed(child, counts)
        elif child.type == "pair":
            yield from _pair(child, base)


def _headed(table: Node, counts: dict[Loc, int]) -> Iterator[tuple[Loc, Node]]:
    """Yield a table with a header; ``counts`` are the elements so far of arrays of tables."""
    header, *_ = table.named_children
    keys = list(_keys(header))
    loc: Loc = ()
    for number, (key, node) in enumerate(keys, start=1):
        loc = (*loc, key)
        if table.type == "table_array_element" and number == len(keys):
            counts[loc] = counts.get(loc, -1) + 1
        yield loc, node
        if loc in counts:
            loc = (*loc, counts[loc])
            yield loc, header
    yield from _named(table, loc)


def _pair(pair: Node, base: Loc) -> Iterator[tuple[Loc, Node]]:
    name, value, *_ = pair.named_children
    loc = base
    for key, node in _keys(name):
        loc = (*loc, key)
        yield loc, node
    yield from _value(value, loc)


def _value(value: Node, loc: Loc) -> Iterator[tuple[Loc, Node]]:
    if value.type == "inline_table":
        yield from _named(value, loc)
    elif value.type == "array":
        elements = (child for child in value.named_children if child.type != "comment")
        for number, element in enumerate(elements):
            yield (*loc, number), element
            yield from _value(element, (*loc, number))


def _keys(name: Node) -> Iterator[tuple[str, Node]]:
    """Yield the keys of a name, which may be ``a."b c".d``."""
    if name.type == "dotted_key":
        for part in name.named_children:
            yield from _keys(part)
    elif name.type in KEYS:
        written = (name.text or b"").decode()
        [key] = tomllib.loads(f"{written} = 0") if name.type == "quoted_key" else [written]
        yield key, name


def _position(node: Node, text: str) -> Position:
    row, column = node.start_point
    line = text.encode().split(b"\n")[row]
    return Position(row + 1, len(line[:column].decode()) + 1)
