"""What the app itself says that it needs: read from its settings, bindings and host.json."""

from __future__ import annotations

import ast
import inspect
import json
import pkgutil
import re
import runpy
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared import bootstrap, destinations
from shared.bootstrap import stores
from shared.settings import SECRET, AzureTableSettings, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    from pydantic.fields import FieldInfo

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class AppNeeds:
    """Names that the deployment must provide."""

    queues: frozenset[str]
    own_tables: frozenset[str]
    table_settings: frozenset[str]
    settings: frozenset[str]
    secrets: frozenset[str]
    destinations: frozenset[str]
    queue_connections: frozenset[str]
    endpoint_path: str


def read_needs() -> AppNeeds:
    """Read what the app needs from its code."""
    bindings = _bindings()
    queue_triggers = [binding for binding in bindings if binding["type"] == "queueTrigger"]
    return AppNeeds(
        queues=own_queues() | {trigger["queueName"] for trigger in queue_triggers},
        own_tables=own_tables(_source_of(bootstrap)),
        table_settings=frozenset({str(AzureTableSettings.model_fields["table"].validation_alias)}),
        settings=frozenset(fields()) | placeholders(bindings),
        secrets=secrets(fields()),
        destinations=frozenset(bootstrap.ADAPTERS),
        queue_connections=frozenset(trigger["connection"] for trigger in queue_triggers),
        endpoint_path=_endpoint_path(bindings),
    )


@cache
def setting_classes() -> tuple[type[Settings], ...]:
    """Return the classes that the app loads its settings with, those of all adapters too."""
    for name in ("acting_settings", "notice_settings"):
        import_module(f"shared.{name}")
    for module in pkgutil.walk_packages(destinations.__path__, f"{destinations.__name__}."):
        import_module(module.name)
    ours = [cls for cls in _below(Settings) if cls.__module__.startswith("shared.")]
    bases = {base for cls in ours for base in cls.__bases__}
    return tuple(cls for cls in ours if cls not in bases)


def _below(cls: type[Settings]) -> Iterator[type[Settings]]:
    for each in cls.__subclasses__():
        yield each
        yield from _below(each)


def fields() -> dict[str, FieldInfo]:
    """Return the settings by the environment variables that they are read from."""
    return {
        str(each.validation_alias): each
        for cls in setting_classes()
        for each in cls.model_fields.values()
    }


def secrets(settings: Mapping[str, FieldInfo]) -> frozenset[str]:
    """Return the settings that are marked as secret."""
    return frozenset(name for name, each in settings.items() if each.json_schema_extra == SECRET)


def placeholders(bindings: list[dict[str, Any]]) -> frozenset[str]:
    """Return the settings that bindings name as ``%NAME%``."""
    return frozenset(re.findall("%([^%]+)%", " ".join(map(str, bindings))))


def own_queues() -> frozenset[str]:
    """Return the queues that the composition root names."""
    return frozenset(value for name, value in vars(stores).items() if name.endswith("QUEUE"))


def _source_of(package: ModuleType) -> str:
    """Return the source of all modules of a package."""
    modules = pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
    return "\n".join(inspect.getsource(import_module(module.name)) for module in modules)


def own_tables(source: str) -> frozenset[str]:
    """Return the tables that a module opens by the function that adds the prefix to a name."""
    nodes = list(ast.walk(ast.parse(source)))
    [opens] = [
        node.name
        for node in nodes
        if isinstance(node, ast.FunctionDef) and ".table_prefix" in ast.unparse(node)
    ]
    calls = [node for node in nodes if isinstance(node, ast.Call) and _called(node) == opens]
    return frozenset(ast.literal_eval(call.args[0]) for call in calls)


def host_json() -> dict[str, Any]:
    """Return host.json."""
    content: dict[str, Any] = json.loads((ROOT / "host.json").read_text("utf-8"))
    return content


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _bindings() -> list[dict[str, Any]]:
    """Return the bindings of a new app: one gives its functions only once."""
    app = runpy.run_path(str(ROOT / "function_app.py"))["app"]
    return [
        binding for each in app.get_functions() for binding in each.get_bindings_dict()["bindings"]
    ]


def _endpoint_path(bindings: list[dict[str, Any]]) -> str:
    """Return the path that leads are pushed to; the other routes are below it, or for people."""
    routes = [binding["route"] for binding in bindings if binding["type"] == "httpTrigger"]
    [route] = [each for each in routes if f"{each}/{{lead_id}}" in routes]
    return f"/{host_json()['extensions']['http']['routePrefix']}/{route}"
