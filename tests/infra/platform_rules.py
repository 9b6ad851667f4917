"""What Flex Consumption takes, and what is safe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.infra.bicep import Expression, Resource, Template
from tests.infra.differences import difference, unlike

if TYPE_CHECKING:
    from collections.abc import Iterator

STORAGE = "Microsoft.Storage/storageAccounts"

UNSUPPORTED_SETTINGS = frozenset(
    {
        "ENABLE_ORYX_BUILD",
        "FUNCTIONS_EXTENSION_VERSION",
        "FUNCTIONS_WORKER_PROCESS_COUNT",
        "FUNCTIONS_WORKER_RUNTIME",
        "SCM_DO_BUILD_DURING_DEPLOYMENT",
        "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING",
        "WEBSITE_CONTENTSHARE",
        "WEBSITE_MAX_DYNAMIC_APPLICATION_SCALE_OUT",
        "WEBSITE_RUN_FROM_PACKAGE",
        "WEBSITE_TIME_ZONE",
    }
)
REFUSED_PROPERTIES = frozenset(
    {
        "alwaysOn",
        "ftpsState",
        "functionAppScaleLimit",
        "functionsRuntimeScaleMonitoringEnabled",
        "healthCheckPath",
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
        "windowsFxVersion",
    }
)
"""Of ``siteConfig``: those that new stamps refuse by name (error 51021, older ones ignore them),
and those of other plans. See https://github.com/Azure/terraform-azurerm-avm-res-web-site/pull/345
and its issue 360, and for both lists
https://learn.microsoft.com/azure/azure-functions/functions-app-settings#flex-consumption-plan-deprecations
"""

ROLES = {
    "storage": {
        "Storage Blob Data Owner": "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
        "Storage Queue Data Contributor": "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
        "Storage Table Data Contributor": "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
    },
    "vault": {"Key Vault Secrets User": "4633458b-17de-408a-b874-0445c86b69e6"},
    "insights": {"Monitoring Metrics Publisher": "3913510d-42f4-4e42-8a64-420c390055eb"},
}
"""By what they are given on, see
https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
"""

SAFE_STORAGE = {
    "allowBlobPublicAccess": False,
    "allowCrossTenantReplication": False,
    "allowSharedKeyAccess": False,
    "minimumTlsVersion": "TLS1_2",
    "supportsHttpsTrafficOnly": True,
}

SAFE_VAULT = {
    "enableRbacAuthorization": True,
    "enableSoftDelete": True,
    "softDeleteRetentionInDays": 90,
    "enablePurgeProtection": True,
}


def faults(template: Template) -> list[str]:
    """Return what Azure would refuse and what is unsafe, as sentences."""
    return [
        *_unsupported(template),
        *_storage(template),
        *_vault(template),
        *_insights(template),
        *_roles(template),
        *_site(template),
        *_params(template),
    ]


def _unsupported(template: Template) -> Iterator[str]:
    for name in sorted(template.app_settings.keys() & UNSUPPORTED_SETTINGS):
        yield f"setting {name} is not supported on Flex Consumption"
    for name in sorted(template.keys & REFUSED_PROPERTIES):
        yield f"property {name} is not supported on Flex Consumption"
    for resource in template.of("Microsoft.Web/sites/slots"):
        yield f"{resource.symbol}: Flex Consumption has no slots"


def _storage(template: Template) -> Iterator[str]:
    accounts = template.of(STORAGE)
    if len(accounts) != 1:
        yield f"{len(accounts)} storage accounts, should be one"
    for account in accounts:
        yield from unlike(account, account.body["properties"], SAFE_STORAGE)
    for container in template.of(f"{STORAGE}/blobServices/containers"):
        yield from unlike(container, container.body["properties"], {"publicAccess": "None"})


def _vault(template: Template) -> Iterator[str]:
    for vault in template.of("Microsoft.KeyVault/vaults"):
        yield from unlike(vault, vault.body["properties"], SAFE_VAULT)
    for secret in template.of("Microsoft.KeyVault/vaults/secrets"):
        yield f"{secret.symbol}: a secret must not come with the deployment"


def _roles(template: Template) -> Iterator[str]:
    assignments = template.of("Microsoft.Authorization/roleAssignments")
    for scope, wanted in ROLES.items():
        here = [each for each in assignments if each.body.get("scope") == Expression(scope)]
        found = {role for each in here for role in _role_ids(template, each)}
        yield from difference(f"role on {scope}", wanted.values(), found)
        for each in here:
            yield from _assignment(each, scope)
    for each in assignments:
        if str(each.body.get("scope")) not in ROLES:
            yield f"{each.symbol}: scope is {each.body.get('scope')}"
        if Expression(each.symbol) not in template.resources["app"].body["dependsOn"]:
            yield f"app: may start before {each.symbol} is given"


def _role_ids(template: Template, assignment: Resource) -> set[Any]:
    role = assignment.body["properties"]["roleDefinitionId"].source
    variable = role.removesuffix(")").rpartition(", ")[2]
    return set(template.evaluated(assignment.each_of) or [template.evaluated(Expression(variable))])


def _assignment(assignment: Resource, scope: str) -> Iterator[str]:
    # The name must be the same each time, or a second deployment fails on the first one's role.
    name = assignment.body["name"]
    if not name.source.startswith(f"guid({scope}.id, identity.id, "):
        yield f"{assignment.symbol}: name is {name}, should be made of scope, identity and role"
    wanted = {
        "principalId": Expression("identity.properties.principalId"),
        "principalType": "ServicePrincipal",
    }
    yield from unlike(assignment, assignment.body["properties"], wanted)


def _insights(template: Template) -> Iterator[str]:
    for insights in template.of("Microsoft.Insights/components"):
        yield from unlike(insights, insights.body["properties"], {"DisableLocalAuth": True})


def _site(template: Template) -> Iterator[str]:
    [plan] = template.of("Microsoft.Web/serverfarms")
    yield from unlike(plan, plan.body["sku"], {"name": "FC1", "tier": "FlexConsumption"})
    yield from unlike(plan, plan.body["properties"], {"reserved": True})
    [site] = template.of("Microsoft.Web/sites")
    properties = site.body["properties"]
    identity = Expression("identity.id")
    wanted = {"httpsOnly": True, "keyVaultReferenceIdentity": identity}
    yield from unlike(site, properties, wanted)
    yield from unlike(site, properties["siteConfig"], {"minTlsVersion": "1.2"})
    config = properties["functionAppConfig"]
    yield from unlike(site, config["runtime"], {"name": "python", "version": "3.13"})
    storage = config["deployment"]["storage"]
    by_identity = {"type": "UserAssignedIdentity", "userAssignedIdentityResourceId": identity}
    yield from unlike(site, storage["authentication"], by_identity)
    yield from _publishing(template)
    if "perInstanceConcurrency" not in str(config["scaleAndConcurrency"].get("triggers")):
        yield f"{site.symbol}: HTTP concurrency is not set"


def _publishing(template: Template) -> Iterator[str]:
    """Hold that code is sent with Entra tokens only, neither by FTP nor with a password."""
    policies = template.of("Microsoft.Web/sites/basicPublishingCredentialsPolicies")
    names = {policy.body["name"] for policy in policies}
    yield from difference("policy of publishing credentials", {"ftp", "scm"}, names)
    for policy in policies:
        yield from unlike(policy, policy.body["properties"], {"allow": False})


def _params(template: Template) -> Iterator[str]:
    limits = {"allowed", "minLength", "maxLength", "minValue"}
    for name, param in template.params.items():
        if "description" not in param.decorators:
            yield f"parameter {name} has no description"
        free = isinstance(param.default, bool | dict | Expression)
        if not free and not limits & param.decorators.keys():
            yield f"parameter {name} takes anything"
