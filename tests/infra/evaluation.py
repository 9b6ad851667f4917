"""Computes what Azure would of a Bicep file; what only Azure knows stays an ``Expression``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.infra.bicep import Expression, declared, property_nodes, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

type Function = Callable[..., Any]
type Local = Mapping[str, Any]

UNIQUE = "abcdefghijklm"
"""What ``uniqueString`` gives here: 13 letters, as Azure's."""


class DeploymentError(Exception):
    """Azure would refuse the deployment: the message says why."""


def _joined(*lists: Sequence[Any]) -> list[Any]:
    return [each for some in lists for each in some]


def _union(*lists: Sequence[Any]) -> list[Any]:
    return list(dict.fromkeys(_joined(*lists)))


def _items(of: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": of[key]} for key in sorted(of)]


FUNCTIONS: Mapping[str, Function] = {
    "concat": _joined,
    "empty": lambda value: not value,
    "flatten": lambda lists: _joined(*lists),
    "items": _items,
    "replace": str.replace,
    "split": str.split,
    "union": _union,
    "uniqueString": lambda *_: UNIQUE,
}
"""https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions"""


@dataclass(frozen=True)
class Evaluation:
    """The names that a file declares, with the parameters that it is given."""

    declared: Mapping[str, Node]
    given: Mapping[str, Any] = field(default_factory=dict)
    functions: Mapping[str, Function] = field(default_factory=lambda: FUNCTIONS)

    @classmethod
    def of(
        cls, text: str, given: Mapping[str, Any], functions: Mapping[str, Function] = FUNCTIONS
    ) -> Evaluation:
        """Read a file of either kind."""
        return cls(declared(text), given, functions)

    def named(self, name: str) -> Any:  # noqa: ANN401 - a Bicep value has any type
        """Return the value of a parameter or variable."""
        return self.given[name] if name in self.given else self.value(self.declared[name], {})

    def value(self, node: Node, local: Local) -> Any:  # noqa: ANN401 - as above
        """Return the value of an expression; ``local`` are the variables of loops around it."""
        kinds: dict[str, Callable[[Node, Local], Any]] = {
            "string": self._string,
            "array": lambda node, local: [self.value(part, local) for part in _parts(node)],
            "object": lambda node, local: dict(self._pair(part, local) for part in _parts(node)),
            "identifier": self._identifier,
            "ternary_expression": self._choice,
            "binary_expression": self._equality,
            "call_expression": self._call,
            "subscript_expression": self._item,
            "member_expression": self._member,
            "for_statement": self._loop,
        }
        return kinds.get(node.type, _unknown)(node, local)

    def _string(self, node: Node, local: Local) -> str:
        # The grammar counts blanks as part of what follows them: text is what is between.
        source, start, text, at = text_of(node).encode(), node.start_byte, "", 1
        for part in node.named_children:
            if part.type == "interpolation":
                opening = part.start_byte - start + text_of(part).index("${")
                text += source[at:opening].decode()
                text += str(self.value(part.named_children[0], local))
                at = part.end_byte - start
        return (text + source[at:-1].decode()).replace("\\'", "'")

    def _pair(self, node: Node, local: Local) -> tuple[str, Any]:
        key, value = _parts(node)
        return text_of(key).strip("'"), self.value(value, local)

    def _identifier(self, node: Node, local: Local) -> Any:  # noqa: ANN401 - as above
        name = text_of(node)
        if name in local:
            return local[name]
        known = name in self.given or name in self.declared
        return self.named(name) if known else Expression(name)

    def _choice(self, node: Node, local: Local) -> Any:  # noqa: ANN401 - as above
        condition, yes, no = _parts(node)
        return self.value(yes if self.value(condition, local) else no, local)

    def _equality(self, node: Node, local: Local) -> Any:  # noqa: ANN401 - as above
        left, right = (self.value(part, local) for part in _parts(node))
        return left == right if text_of(node.children[1]) == "==" else _unknown(node, local)

    def _call(self, node: Node, local: Local) -> Any:  # noqa: ANN401 - as above
        name, arguments = _parts(node)
        if text_of(name) not in self.functions:
            return _unknown(node, local)
        return self.functions[text_of(name)](
            *(self.value(each, local) for each in _parts(arguments))
        )

    def _item(self, node: Node, local: Local) -> Any:  # noqa: ANN401 - as above
        of, name = (self.value(part, local) for part in _parts(node))
        return _property(of, name, node)

    def _member(self, node: Node, local: Local) -> Any:  # noqa: ANN401 - as above
        of, name = _parts(node)
        return _property(self.value(of, local), text_of(name), node)

    def _loop(self, node: Node, local: Local) -> list[Any]:
        name, each_of, body = _parts(node)
        some: Iterable[Any] = self.value(each_of, local)
        return [self.value(body, {**local, text_of(name): each}) for each in some]


def _parts(node: Node) -> list[Node]:
    return [child for child in node.named_children if child.type != "comment"]


def _unknown(node: Node, local: Local) -> Expression:
    return Expression(text_of(node))


def _property(of: Any, name: Any, node: Node) -> Any:  # noqa: ANN401 - as above
    if isinstance(of, Expression):
        return Expression(text_of(node))
    if name not in of:
        known = ", ".join(of)
        raise DeploymentError(f"property {name!r} doesn't exist, available are: {known}")
    return of[name]


def app_settings(text: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the app's settings as deployed with these parameters; raise ``DeploymentError``."""
    [node] = property_nodes(text, "appSettings")
    found: dict[str, Any] = {}
    for setting in Evaluation.of(text, given).value(node, {}):
        if setting["name"] in found:
            raise DeploymentError(f"setting {setting['name']} is there twice")
        found[setting["name"]] = setting["value"]
    return found
