"""What VS Code and Core Tools are told fits the app; neither runs here."""

from __future__ import annotations

import json
import re
import runpy
from typing import Any

from shared.settings import AzureTableSettings, RouteSettings, StorageSettings, load
from tests.docs.documents import ROOT, read

EXAMPLE: dict[str, str] = json.loads(read("local.settings.example.json"))["Values"]


def editor(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(read(f".vscode/{name}.json"))
    return content


def bindings() -> list[dict[str, Any]]:
    app = runpy.run_path(str(ROOT / "function_app.py"))["app"]
    return [
        binding for each in app.get_functions() for binding in each.get_bindings_dict()["bindings"]
    ]


def test_the_example_has_all_that_core_tools_and_the_triggers_need() -> None:
    development = "UseDevelopmentStorage=true"
    connections = {each["connection"] for each in bindings() if each.get("connection")}
    placeholders = re.findall("%([^%]+)%", str(bindings()))

    assert EXAMPLE["FUNCTIONS_WORKER_RUNTIME"] == "python"
    assert EXAMPLE["AzureWebJobsStorage"] == development
    assert {EXAMPLE[name] for name in connections} == {development}
    assert placeholders
    assert all(EXAMPLE[name] for name in placeholders)


def test_the_app_takes_the_example_as_it_is(monkeypatch: Any) -> None:  # noqa: ANN401
    classes = (StorageSettings, RouteSettings, AzureTableSettings)
    for name in (str(f.validation_alias) for cls in classes for f in cls.model_fields.values()):
        monkeypatch.delenv(name, raising=False)
    for name, value in EXAMPLE.items():
        monkeypatch.setenv(name, value)

    for cls in classes:
        load(cls)
    assert ":10001/" in load(StorageSettings).account
    assert ":10002/" in load(StorageSettings).account


def test_azurite_listens_where_development_storage_is() -> None:
    [azurite] = [task for task in editor("tasks")["tasks"] if task["label"] == "azurite"]
    program, *flags = azurite["command"].split()

    assert json.loads(read("package.json"))["devDependencies"].keys() == {
        "adaptivecards",
        "azurite",
    }
    assert program == "node_modules/.bin/azurite"
    assert not any("Port" in flag for flag in flags)
    assert azurite["command"] in read("Makefile")


def test_tasks_and_launches_depend_on_tasks_that_exist() -> None:
    tasks = {task["label"]: task for task in editor("tasks")["tasks"]}
    wanted = {task["dependsOn"] for task in tasks.values() if "dependsOn" in task}
    launched = {each.get("preLaunchTask") for each in editor("launch")["configurations"]} - {None}

    assert launched == {"func: host start"}
    assert wanted | launched <= set(tasks)
    assert {task["command"] for task in tasks.values() if task["type"] == "func"} == {"host start"}


def test_the_container_has_the_versions_that_the_makefile_wants() -> None:
    container = json.loads(read(".devcontainer/devcontainer.json"))
    image = read(f".devcontainer/{container['build']['dockerfile']}")
    python = read(".python-version").strip()

    assert f"FROM python:{python}-" in image
    assert "FROM node:22-" in image
    assert "make --always-make setup" in container["postCreateCommand"]
    assert "azure-functions-core-tools@4" in container["postCreateCommand"]
    extensions = container["customizations"]["vscode"]["extensions"]
    assert extensions == editor("extensions")["recommendations"]
