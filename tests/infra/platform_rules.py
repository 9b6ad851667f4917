"""What Flex Consumption takes, and what is safe."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from tests.infra.deployed import keys
from tests.infra.differences import difference, unlike

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.infra.deployed import Deployed

STORAGE = "Microsoft.Storage/storageAccounts"
VAULT = "Microsoft.KeyVault/vaults"
INSIGHTS = "Microsoft.Insights/components"
ASSIGNMENT = "Microsoft.Authorization/roleAssignments"

UNSUPPORTED_SETTINGS = frozenset(
    {
        "ENABLE_ORYX_BUILD",
        "FUNCTIONS_EXTENSION_VERSION",
        "FUNCTIONS_MAX_HTTP_CONCURRENCY",
        "FUNCTIONS_WORKER_DYNAMIC_CONCURRENCY_ENABLED",
        "FUNCTIONS_WORKER_PROCESS_COUNT",
        "FUNCTIONS_WORKER_RUNTIME",
        "FUNCTIONS_WORKER_RUNTIME_VERSION",
        "SCM_DO_BUILD_DURING_DEPLOYMENT",
        "TZ",
        "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING",
        "WEBSITE_CONTENTOVERVNET",
        "WEBSITE_CONTENTSHARE",
        "WEBSITE_DNS_SERVER",
        "WEBSITE_MAX_DYNAMIC_APPLICATION_SCALE_OUT",
        "WEBSITE_NODE_DEFAULT_VERSION",
        "WEBSITE_RUN_FROM_PACKAGE",
        "WEBSITE_SKIP_CONTENTSHARE_VALIDATION",
        "WEBSITE_TIME_ZONE",
        "WEBSITE_VNET_ROUTE_ALL",
    }
)
REFUSED_PROPERTIES = frozenset(
    {
        "alwaysOn",
        "containerSize",
        "ftpsState",
        "functionAppScaleLimit",
        "functionsRuntimeScaleMonitoringEnabled",
        "healthCheckPath",
        "isReserved",
        "isXenon",
        "javaVersion",
        "linuxFxVersion",
        "minimumElasticInstanceCount",
        "netFrameworkVersion",
        "nodeVersion",
        "numberOfWorkers",
        "phpVersion",
        "powerShellVersion",
        "preWarmedInstanceCount",
        "pythonVersion",
        "use32BitWorkerProcess",
        "vnetBackupRestoreEnabled",
        "vnetContentShareEnabled",
        "vnetImagePullEnabled",
        "vnetRouteAllEnabled",
        "windowsFxVersion",
    }
)
"""Of ``siteConfig``: those that new stamps refuse by name (error 51021, older ones ignore them),
and those of other plans. See https://github.com/Azure/terraform-azurerm-avm-res-web-site/pull/345
and its issue 360, and for both lists
https://learn.microsoft.com/azure/azure-functions/functions-app-settings#flex-consumption-plan-deprecations
"""

KNOWN_PROPERTIES = {
    "": {
        "functionAppConfig",
        "httpsOnly",
        "keyVaultReferenceIdentity",
        "serverFarmId",
        "siteConfig",
    },
    "functionAppConfig": {"deployment", "runtime", "scaleAndConcurrency"},
    "siteConfig": {"appSettings", "http20Enabled", "minTlsVersion"},
}
"""All that is sent, by where it is. Whatever else is added is looked up first: the lists of what is
refused grow. These are in Microsoft's quickstart for the plan, or in Terraform's provider:
``ExpandSiteConfigFunctionFlexConsumptionApp`` of hashicorp/terraform-provider-azurerm.
"""

ROLES = {
    STORAGE: {
        "Storage Blob Data Owner": "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
        "Storage Queue Data Contributor": "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
        "Storage Table Data Contributor": "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
    },
    VAULT: {"Key Vault Secrets User": "4633458b-17de-408a-b874-0445c86b69e6"},
    INSIGHTS: {"Monitoring Metrics Publisher": "3913510d-42f4-4e42-8a64-420c390055eb"},
}
"""By the type of what they are given on, see
https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
"""

PROPERTIES: Mapping[str, Mapping[str, Any]] = {
    STORAGE: {
        "allowBlobPublicAccess": False,
        "allowCrossTenantReplication": False,
        "allowSharedKeyAccess": False,
        "minimumTlsVersion": "TLS1_2",
        "supportsHttpsTrafficOnly": True,
    },
    f"{STORAGE}/blobServices/containers": {"publicAccess": "None"},
    VAULT: {
        "enableRbacAuthorization": True,
        "enableSoftDelete": True,
        "softDeleteRetentionInDays": 90,
        "enablePurgeProtection": True,
    },
    INSIGHTS: {"DisableLocalAuth": True},
    ASSIGNMENT: {
        "principalId": "[userAssignedIdentities.principalId]",
        "principalType": "ServicePrincipal",
    },
    "Microsoft.Web/serverfarms": {"reserved": True},
    "Microsoft.Web/sites": {"httpsOnly": True},
    "Microsoft.Web/sites/basicPublishingCredentialsPolicies": {"allow": False},
}
"""What resources of a type must have; others of the type, too."""


def faults(deployed: Deployed) -> list[str]:
    """Return what Azure would refuse and what is unsafe, as sentences."""
    return [
        *_unsupported(deployed),
        *_properties(deployed),
        *_vault(deployed),
        *_roles(deployed),
        *_site(deployed),
    ]


def _unsupported(deployed: Deployed) -> Iterator[str]:
    settings = Counter(each["name"] for each in deployed.app["siteConfig"]["appSettings"])
    for name in sorted(settings & Counter(UNSUPPORTED_SETTINGS)):
        yield f"setting {name} is not supported on Flex Consumption"
    for name in sorted(name for name, times in settings.items() if times > 1):
        yield f"setting {name} is there twice"
    for name in sorted(REFUSED_PROPERTIES.intersection(keys(deployed.app))):
        yield f"property {name} is not supported on Flex Consumption"
    for place, known in KNOWN_PROPERTIES.items():
        for name in sorted((deployed.app[place] if place else deployed.app).keys() - known):
            yield f"property {name} is not known to be supported on Flex Consumption"
    for slot in deployed.all("Microsoft.Web/sites/slots"):
        yield f"{slot['name']}: Flex Consumption has no slots"


def _properties(deployed: Deployed) -> Iterator[str]:
    for kind, wanted in PROPERTIES.items():
        for resource in deployed.all(kind):
            yield from unlike(kind, resource["properties"], wanted)
    if len(deployed.all(STORAGE)) != 1:
        yield f"{len(deployed.all(STORAGE))} storage accounts, should be one"


def _vault(deployed: Deployed) -> Iterator[str]:
    for secret in deployed.all(f"{VAULT}/secrets"):
        yield f"{secret['name']}: a secret must not come with the deployment"


def _roles(deployed: Deployed) -> Iterator[str]:
    given: dict[str, set[str]] = {kind: set() for kind in ROLES}
    for each in deployed.all(ASSIGNMENT):
        scope = each["id"].split("/providers/")[-2].rpartition("/")[0]
        given.setdefault(scope, set()).add(
            each["properties"]["roleDefinitionId"].rpartition("/")[2]
        )
    for scope, found in given.items():
        yield from difference(f"role on {scope}", ROLES.get(scope, {}).values(), found)


def _site(deployed: Deployed) -> Iterator[str]:
    [plan] = deployed.all("Microsoft.Web/serverfarms")
    yield from unlike("plan", plan["sku"], {"name": "FC1", "tier": "FlexConsumption"})
    policies = deployed.names("Microsoft.Web/sites/basicPublishingCredentialsPolicies")
    yield from difference("policy of publishing credentials", {"ftp", "scm"}, policies)
    config = deployed.app["functionAppConfig"]
    [identity] = deployed.all("Microsoft.ManagedIdentity/userAssignedIdentities")
    storage = config["deployment"]["storage"]
    scale = config["scaleAndConcurrency"]
    yield from unlike("app", deployed.app, {"keyVaultReferenceIdentity": identity["id"]})
    yield from unlike("app", deployed.app["siteConfig"], {"minTlsVersion": "1.2"})
    yield from unlike("app", config["runtime"], {"name": "python", "version": "3.13"})
    by_identity = {
        "type": "UserAssignedIdentity",
        "userAssignedIdentityResourceId": identity["id"],
    }
    yield from unlike("app", storage["authentication"], by_identity)
    if "perInstanceConcurrency" not in scale.get("triggers", {}).get("http", {}):
        yield "app: HTTP concurrency is not set"
