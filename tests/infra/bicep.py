"""Reads Bicep with tree-sitter: syntax only; what Azure would compute stays an ``Expression``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import tree_sitter
import tree_sitter_bicep

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tree_sitter import Node

DECLARATIONS = frozenset({"parameter_declaration", "variable_declaration"})


class BicepSyntaxError(Exception):
    """The file is no Bicep: mend it where the message says."""


@dataclass(frozen=True)
class Expression:
    """What is computed at deployment, as its source."""

    source: str

    def __str__(self) -> str:
        return self.source


@dataclass(frozen=True)
class Param:
    """A parameter: its default, and the decorators above it by name."""

    default: Any
    decorators: Mapping[str, str]


@dataclass(frozen=True)
class Resource:
    """A resource declaration; ``each_of`` is what it is repeated for, if it is."""

    symbol: str
    type: str
    api_version: str
    body: Mapping[str, Any]
    each_of: Any = None


@dataclass(frozen=True)
class Template:
    """One Bicep file."""

    params: dict[str, Param] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    app_settings: dict[str, Any] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)

    def of(self, kind: str) -> list[Resource]:
        """Return the resources of one type."""
        return [each for each in self.resources.values() if each.type == kind]

    def evaluated(self, value: Any) -> Any:  # noqa: ANN401 - a Bicep value has any type
        """Return a value with a parameter or variable looked up, where it is no more than that."""
        if not isinstance(value, Expression):
            return value
        if value.source in self.params:
            return self.params[value.source].default
        return self.variables.get(value.source, value)


def read(text: str) -> Template:
    """Read a Bicep file; raise ``BicepSyntaxError``."""
    template = Template()
    decorators: dict[str, str] = {}
    for node in parse(text).named_children:
        if node.type == "decorators":
            decorators = dict(_decorator(child) for child in node.named_children)
        elif node.type == "parameter_declaration":
            template.params[_name(node)] = Param(_assigned(node), decorators)
        elif node.type == "variable_declaration":
            template.variables[_name(node)] = _assigned(node)
        elif node.type == "output_declaration":
            template.outputs[_name(node)] = _assigned(node)
        elif node.type == "resource_declaration":
            template.resources[_name(node)] = _resource(node)
        if node.type not in {"decorators", "comment"}:
            decorators = {}
    for node in _descendants(parse(text), "object_property"):
        key = text_of(node.named_children[0])
        template.keys.add(key)
        if key == "appSettings":
            template.app_settings.update(_settings(node))
    return template


def declared(text: str) -> dict[str, Node]:
    """Return what parameters and variables are set to, in either kind of file.

    The grammar wants a type after ``param``, which a ``.bicepparam`` file doesn't give: read as
    variables.
    """
    is_parameters = re.search(r"(?m)^using ", text)
    root = parse(re.sub(r"(?m)^param ", "var ", text) if is_parameters else text)
    nodes = [each for each in root.named_children if each.type in DECLARATIONS]
    found = {_name(each): _assigned_node(each) for each in nodes}
    return {name: node for name, node in found.items() if node is not None}


def property_nodes(text: str, key: str) -> list[Node]:
    """Return the values of all properties of a name."""
    pairs = _descendants(parse(text), "object_property")
    return [pair.named_children[1] for pair in pairs if text_of(pair.named_children[0]) == key]


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


def _descendants(node: Node, kind: str | None = None) -> Iterator[Node]:
    for child in node.children:
        if kind in {None, child.type}:
            yield child
        yield from _descendants(child, kind)


def text_of(node: Node) -> str:
    """Return a node as it is written."""
    return (node.text or b"").decode()


def _name(node: Node) -> str:
    return text_of(next(child for child in node.named_children if child.type == "identifier"))


def _assigned(node: Node) -> Any:  # noqa: ANN401 - a Bicep value has any type
    value = _assigned_node(node)
    return None if value is None else _value(value)


def _assigned_node(node: Node) -> Node | None:
    after = False
    for child in node.children:
        if after:
            return child
        after = child.type == "="
    return None


def _decorator(node: Node) -> tuple[str, str]:
    name, _, arguments = text_of(node).removeprefix("@").partition("(")
    return name, arguments.removesuffix(")")


def _resource(node: Node) -> Resource:
    symbol, declared, body = (child for child in node.named_children if child.type != "comment")
    each_of = None
    if body.type == "for_statement":
        each_of, body = (_value(body.named_children[1]), body.named_children[2])
    kind, _, api_version = str(_value(declared)).partition("@")
    return Resource(text_of(symbol), kind, api_version, _value(body), each_of)


def _settings(node: Node) -> Iterator[tuple[str, Any]]:
    for child in _descendants(node, "object"):
        pair = _value(child)
        if pair.keys() == {"name", "value"}:
            yield pair["name"], pair["value"]


def _value(node: Node) -> Any:  # noqa: ANN401 - as above
    inside = [child for child in node.named_children if child.type != "comment"]
    match node.type:
        case "string" if not any(child.type == "interpolation" for child in inside):
            return text_of(node)[1:-1].replace("\\'", "'")
        case "number":
            return int(text_of(node))
        case "boolean":
            return text_of(node) == "true"
        case "array":
            return [_value(child) for child in inside]
        case "object":
            return {
                text_of(pair.named_children[0]): _value(pair.named_children[1]) for pair in inside
            }
        case _:
            return Expression(text_of(node))
