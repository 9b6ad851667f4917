"""What the app needs and what is deployed must be the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.infra.deployed import IN_VAULT
from tests.infra.differences import difference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.infra.app import AppNeeds
    from tests.infra.deployed import Deployed

STORAGE = "Microsoft.Storage/storageAccounts"

LEFT_OUT = {
    "LeadStorage": "a connection string holds an account key, and the account takes none",
    "WEBSITE_HOSTNAME": "the platform sets it",
}
"""Settings that the app knows and the deployment does not set, and why."""

NAMED_BY_RULES = frozenset({"SALES_SLACK_URL", "SALES_HOOK_SECRET"})
"""Settings that the channels of a ``routing.toml`` name: no class of the app has them."""

IDENTITY = "[userAssignedIdentities.clientId]"
HOST_SETTINGS = {
    "AzureWebJobsStorage__credential": "managedidentity",
    "AzureWebJobsStorage__clientId": IDENTITY,
    "AZURE_CLIENT_ID": IDENTITY,
    "APPLICATIONINSIGHTS_CONNECTION_STRING": "[components.ConnectionString]",
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING": (
        "[format('ClientId={0};Authorization=AAD', userAssignedIdentities.clientId)]"
    ),
}
"""Settings that the host reads and the app's own code does not."""


def faults(everything: Deployed, needs: AppNeeds) -> list[str]:
    """Return what one side has and the other lacks, where every variable is set, as sentences."""
    return [
        *difference("queue", needs.queues, everything.names(f"{STORAGE}/queueServices/queues")),
        *_tables(everything, needs),
        *_settings(everything, needs),
        *_secrets(everything, needs),
        *difference("destination", needs.destinations, everything.settings["CRM"].split(",")),
        *_endpoint_output(everything, needs),
    ]


def _tables(everything: Deployed, needs: AppNeeds) -> Iterator[str]:
    prefix = everything.settings["TABLE_PREFIX"]
    wanted = {prefix + name for name in needs.own_tables} | {
        everything.settings[setting] for setting in needs.table_settings
    }
    found = everything.names(f"{STORAGE}/tableServices/tables")
    yield from difference("table", wanted, found)


def _settings(everything: Deployed, needs: AppNeeds) -> Iterator[str]:
    exact = HOST_SETTINGS | {"DYNAMICS_IDENTITY_CLIENT_ID": IDENTITY}
    exact["AzureWebJobsStorage__accountName"] = everything.names(STORAGE)[0]
    for connection in needs.queue_connections:
        exact |= {
            f"{connection}__queueServiceUri": "[storageAccounts.primaryEndpoints.queue]",
            f"{connection}__tableServiceUri": "[storageAccounts.primaryEndpoints.table]",
            f"{connection}__credential": "managedidentity",
            f"{connection}__clientId": IDENTITY,
        }
    given = everything.settings
    known = (needs.settings - LEFT_OUT.keys()) | exact.keys() | NAMED_BY_RULES
    yield from difference("setting", known, given)
    for name, value in exact.items():
        if given.get(name, value) != value:
            yield f"setting {name} is {given[name]}, should be {value}"


def _secrets(everything: Deployed, needs: AppNeeds) -> Iterator[str]:
    """Hold that a secret comes from the vault, and that nothing else does."""
    wanted = (needs.secrets - LEFT_OUT.keys()) | NAMED_BY_RULES
    yield from difference("secret", wanted, everything.secrets)
    [vault] = everything.names("Microsoft.KeyVault/vaults")
    for name, in_vault in everything.secrets.items():
        if in_vault != name.replace("_", "-"):
            yield f"secret {name} is {in_vault} in the vault"
        if IN_VAULT.sub(r"\1", everything.settings[name]) != vault:
            yield f"secret {name} is in another vault"


def _endpoint_output(everything: Deployed, needs: AppNeeds) -> Iterator[str]:
    endpoint = f"[format('https://{{0}}{needs.endpoint_path}', sites.defaultHostName)]"
    if everything.outputs.get("LEADS_ENDPOINT") != endpoint:
        yield f"output LEADS_ENDPOINT should be {endpoint}"
