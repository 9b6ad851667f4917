"""Reads main.bicepparam: which variables of the environment it asks for, and what it then gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.infra.bicep import BicepSyntaxError, declared
from tests.infra.evaluation import Evaluation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.infra.evaluation import Function


@dataclass(frozen=True)
class Variable:
    """A variable of the environment, and what counts where it is not set."""

    name: str
    default: str


@dataclass(frozen=True)
class ParameterFile:
    """Parameters by name, and properties by name of the one that is an object."""

    single: Mapping[str, Variable]
    settings: Mapping[str, Variable]

    @property
    def variables(self) -> list[str]:
        """Return the names of all variables that are read."""
        return [each.name for each in (*self.single.values(), *self.settings.values())]


def read_parameters(text: str) -> ParameterFile:
    """Read a ``.bicepparam`` file, whose values all come from the environment."""
    asked = {"readEnvironmentVariable": Variable} | dict.fromkeys(("any", "bool", "int"), _same)
    values = {name: Evaluation.of(text, {}, asked).named(name) for name in declared(text)}
    settings = values.pop("destinationSettings", {})
    for name, value in (values | settings).items():
        if not isinstance(value, Variable):
            raise BicepSyntaxError(f"{name} is not read from the environment: {value}")
    return ParameterFile(values, settings)


def parameters(text: str, environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the parameters that a ``.bicepparam`` file gives in an environment."""
    answers: dict[str, Function] = {
        "readEnvironmentVariable": environment.get,
        "any": _same,
        "int": int,
        "bool": "true".__eq__,
    }
    return {name: Evaluation.of(text, {}, answers).named(name) for name in declared(text)}


def _same[T](value: T) -> T:
    return value
