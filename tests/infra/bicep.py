"""Reads Bicep with tree-sitter, for what is not to be seen in a snapshot: syntax only."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import tree_sitter
import tree_sitter_bicep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node


class BicepSyntaxError(Exception):
    """The file is not valid Bicep: correct it where the message says."""


@dataclass(frozen=True)
class Template:
    """One Bicep file, all expressions as they are written."""

    params: dict[str, str] = field(default_factory=dict)
    """The defaults, "" without one."""

    described: set[str] = field(default_factory=set)
    """The parameters with a description."""

    resources: dict[str, tuple[str, str]] = field(default_factory=dict)
    """The type with its version, and what the resource waits for."""

    keys: set[str] = field(default_factory=set)
    """The names of all properties."""


def read(text: str) -> Template:
    """Read a Bicep file; raise ``BicepSyntaxError``."""
    template, root = Template(), parse(text)
    decorators = ""
    for node in root.named_children:
        if node.type == "parameter_declaration":
            template.params[_name(node)] = _after(node, "=")
            if "@description(" in decorators:
                template.described.add(_name(node))
        elif node.type == "resource_declaration":
            template.resources[_name(node)] = (_type(node), _waits_for(node))
        decorators = _text(node) if node.type == "decorators" else ""
    template.keys.update(_text(pair.named_children[0]) for pair in _properties(root))
    return template


def parse(text: str) -> Node:
    """Parse a Bicep file; raise ``BicepSyntaxError`` naming the first line that is wrong."""
    root = _parser().parse(text.encode()).root_node
    for node in _descendants(root):
        if node.is_error or node.is_missing:
            line = node.start_point.row + 1
            raise BicepSyntaxError(f"line {line}: {text.splitlines()[line - 1].strip()}")
    return root


@cache
def _parser() -> tree_sitter.Parser:
    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_bicep.language()))


def _descendants(node: Node) -> Iterator[Node]:
    for child in node.children:
        yield child
        yield from _descendants(child)


def _properties(node: Node) -> Iterator[Node]:
    return (each for each in _descendants(node) if each.type == "object_property")


def _text(node: Node) -> str:
    return (node.text or b"").decode()


def _name(node: Node) -> str:
    return _text(next(child for child in node.named_children if child.type == "identifier"))


def _after(node: Node, sign: str) -> str:
    signs = [n for n, child in enumerate(node.children) if child.type == sign]
    return _text(node.children[signs[0] + 1]) if signs else ""


def _type(node: Node) -> str:
    return next(_text(each) for each in node.named_children if each.type == "string").strip("'")


def _waits_for(node: Node) -> str:
    pairs = [pair.named_children for pair in _properties(node)]
    return next((_text(pair[1]) for pair in pairs if _text(pair[0]) == "dependsOn"), "")
