"""What the app needs and what main.bicep gives must be the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.infra.bicep import Expression, Template
from tests.infra.differences import difference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.infra.app import AppNeeds
    from tests.infra.parameter_file import ParameterFile

STORAGE = "Microsoft.Storage/storageAccounts"

LEFT_OUT = {
    "LeadStorage": "a connection string holds an account key, and the account takes none",
}
"""Settings that the app knows and the deployment does not set, and why."""

IDENTITY = Expression("identity.properties.clientId")
HOST_SETTINGS = {
    "AzureWebJobsStorage__accountName": Expression("storage.name"),
    "AzureWebJobsStorage__credential": "managedidentity",
    "AzureWebJobsStorage__clientId": IDENTITY,
    "AZURE_CLIENT_ID": IDENTITY,
    "APPLICATIONINSIGHTS_CONNECTION_STRING": Expression("insights.properties.ConnectionString"),
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING": Expression(
        "'ClientId=${identity.properties.clientId};Authorization=AAD'"
    ),
}
"""Settings that the host reads and the app's own code does not."""


def faults(template: Template, file: ParameterFile, needs: AppNeeds) -> list[str]:
    """Return what one side has and the other lacks, as sentences."""
    return [
        *_queues(template, needs),
        *_tables(template, needs),
        *_settings(template, file, needs),
        *_secrets(template, file, needs),
        *_endpoint_output(template, needs),
    ]


def _queues(template: Template, needs: AppNeeds) -> Iterator[str]:
    found = _names(template, f"{STORAGE}/queueServices/queues", prefixed=False)
    yield from difference("queue", needs.queues, found)


def _tables(template: Template, needs: AppNeeds) -> Iterator[str]:
    kind = f"{STORAGE}/tableServices/tables"
    yield from difference("table", needs.own_tables, _names(template, kind, prefixed=True))
    yield from difference("table", needs.other_tables, _names(template, kind, prefixed=False))


def _names(template: Template, kind: str, *, prefixed: bool) -> set[str]:
    """Return the names of one type of resource, either with the prefix or without."""
    found: set[str] = set()
    for resource in template.of(kind):
        name = resource.body["name"]
        if str(name).startswith("'${tablePrefix}") == prefixed:
            found |= set(template.evaluated(resource.each_of) or [template.evaluated(name)])
    return found


def _settings(template: Template, file: ParameterFile, needs: AppNeeds) -> Iterator[str]:
    given = template.app_settings
    wanted = needs.settings - needs.secrets - LEFT_OUT.keys()
    connections: dict[str, Any] = {}
    for connection in needs.queue_connections:
        connections |= {
            f"{connection}__queueServiceUri": _endpoint("queue"),
            f"{connection}__tableServiceUri": _endpoint("table"),
            f"{connection}__credential": "managedidentity",
            f"{connection}__clientId": IDENTITY,
        }
    exact = HOST_SETTINGS | connections | {"DYNAMICS_IDENTITY_CLIENT_ID": IDENTITY}
    yield from difference("setting", wanted | exact.keys(), {*given, *file.settings})
    for name, value in exact.items():
        if given.get(name, value) != value:
            yield f"setting {name} is {given[name]}, should be {value}"


def _secrets(template: Template, file: ParameterFile, needs: AppNeeds) -> Iterator[str]:
    """Hold that a secret has a name in the vault and is in nothing else that is deployed."""
    names = template.variables["secretNames"]
    yield from difference("secret", needs.secrets - LEFT_OUT.keys(), names)
    for name, in_vault in names.items():
        if in_vault != name.replace("_", "-"):
            yield f"secret {name} is {in_vault} in the vault"
    elsewhere = {*template.app_settings, *file.settings, *file.variables}
    for name in sorted(needs.secrets & elsewhere):
        yield f"secret {name} is not only in the vault"
    needed = template.variables["neededSecrets"]
    yield from difference("destination", needs.destinations, needed)


def _endpoint(service: str) -> Expression:
    return Expression(f"storage.properties.primaryEndpoints.{service}")


def _endpoint_output(template: Template, needs: AppNeeds) -> Iterator[str]:
    endpoint = Expression(f"'https://${{app.properties.defaultHostName}}{needs.endpoint_path}'")
    if template.outputs.get("LEADS_ENDPOINT") != endpoint:
        yield f"output LEADS_ENDPOINT should be {endpoint}"
