"""main.bicep and the app, side by side; then main.bicep with one fault at a time."""

from dataclasses import replace
from pathlib import Path

import pytest

from shared.setting_types import OWN_TABLES
from shared.settings import CRMS, AzureTableSettings, RouteSettings, Settings, load
from tests.infra import agreement, platform_rules
from tests.infra.agreement import HOST_SETTINGS, LEFT_OUT
from tests.infra.app import (
    ROOT,
    AppNeeds,
    own_tables,
    placeholders,
    read_needs,
    setting_classes,
)
from tests.infra.bicep import BicepSyntaxError, Expression, read
from tests.infra.parameter_file import read_parameters

TEXT = (ROOT / "infra/main.bicep").read_text("utf-8")
PARAMETERS = (ROOT / "infra/main.bicepparam").read_text("utf-8")
NEEDS = read_needs()

OPENS = "def opened(name):\n    return storage.table(load(Settings).table_prefix + name)\n"


def is_of_an_adapter(cls: type[Settings]) -> bool:
    return cls.__module__.startswith("shared.destinations.")


def faults(text: str, needs: AppNeeds, parameters: str = PARAMETERS) -> list[str]:
    template = read(text)
    told = agreement.faults(template, read_parameters(parameters), needs)
    return told + platform_rules.faults(template)


def test_main_bicep_gives_the_app_what_it_needs_and_azure_what_it_takes() -> None:
    assert faults(TEXT, NEEDS) == []


def test_an_empty_prefix_is_no_setting() -> None:
    assert "empty(tablePrefix) ? [] : [{ name: 'TABLE_PREFIX', value: tablePrefix }]" in TEXT


def test_every_resource_that_can_be_tagged_carries_the_environment() -> None:
    template = read(TEXT)
    placed = [each.body for each in template.resources.values() if "location" in each.body]

    assert template.variables["tags"] == {"'azd-env-name'": Expression("environmentName")}
    assert placed
    assert all("tags" in str(body.get("tags")) for body in placed)


def test_every_setting_left_out_is_one_that_the_app_knows() -> None:
    assert LEFT_OUT.keys() <= NEEDS.settings
    assert not LEFT_OUT.keys() & HOST_SETTINGS.keys()


def test_the_app_is_read_as_it_is_written() -> None:
    assert {"leads", "leads-poison"} <= NEEDS.queues
    assert set(OWN_TABLES) == NEEDS.own_tables
    assert NEEDS.other_tables == {"MarketplaceLeads"}
    assert {"LeadStorage__queueServiceUri", "CRM", "TABLE_PREFIX"} <= NEEDS.settings
    assert "NURTURE_SCHEDULE" in NEEDS.settings
    assert {"azure_table", "salesforce", "https_endpoint"} <= NEEDS.destinations
    assert NEEDS.queue_connections == {"LeadStorage"}
    assert NEEDS.endpoint_path == "/api/leads"


def test_the_settings_of_every_adapter_are_read() -> None:
    modules = {cls.__module__.split(".")[2] for cls in setting_classes() if is_of_an_adapter(cls)}

    assert modules == set(CRMS)
    assert {"HUBSPOT_TOKEN", "HTTPS_ENDPOINT_URL", "LEAD_ID_KEY"} <= NEEDS.secrets
    assert NEEDS.secrets < NEEDS.settings


def test_a_table_or_a_placeholder_that_is_added_to_the_code_is_seen() -> None:
    assert own_tables(f'{OPENS}opened("Leads")\nStore(opened("More"))') == {"Leads", "More"}
    assert placeholders([{"schedule": "%WHEN%"}, {"queueName": "a-%B%"}]) == {"WHEN", "B"}


def test_a_table_whose_name_is_not_in_the_code_is_refused() -> None:
    with pytest.raises(ValueError, match="malformed node"):
        own_tables(f"{OPENS}opened(name)")
    with pytest.raises(ValueError, match="not enough values"):
        own_tables('opened("Leads")')


def test_every_default_of_a_setting_is_the_apps_own(monkeypatch: pytest.MonkeyPatch) -> None:
    template = read(TEXT)
    own = load(RouteSettings), load(AzureTableSettings)
    for name, value in template.app_settings.items():
        if isinstance(value, Expression) and value.source in template.params:
            monkeypatch.setenv(name, template.params[value.source].default)

    assert (load(RouteSettings), load(AzureTableSettings)) == own


def test_the_schedule_has_six_fields() -> None:
    assert len(read(TEXT).params["nurtureSchedule"].default.split()) == 6


@pytest.mark.parametrize(
    ("name", "more", "fault"),
    [
        ("queues", "retries", "queue retries is missing in main.bicep"),
        ("own_tables", "Holidays", "table Holidays is missing in main.bicep"),
        ("other_tables", "Deals", "table Deals is missing in main.bicep"),
        ("settings", "SLACK_CHANNEL", "setting SLACK_CHANNEL is missing in main.bicep"),
        ("secrets", "SLACK_TOKEN", "secret SLACK_TOKEN is missing in main.bicep"),
        ("destinations", "pipedrive", "destination pipedrive is missing in main.bicep"),
        ("queue_connections", "Crm", "setting Crm__queueServiceUri is missing in main.bicep"),
    ],
)
def test_what_the_app_needs_more_is_missed(name: str, more: str, fault: str) -> None:
    needs: AppNeeds = replace(NEEDS, **{name: getattr(NEEDS, name) | {more}})

    assert fault in faults(TEXT, needs)


def test_another_route_is_another_endpoint() -> None:
    [fault] = faults(TEXT, replace(NEEDS, endpoint_path="/hooks/leads"))

    assert fault.startswith("output LEADS_ENDPOINT should be ")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("['leads', 'leads-poison']", "['leads']", "queue leads-poison is missing"),
        ("['leads', ", "['lead', 'leads', ", "queue lead is in main.bicep, but nothing needs it"),
        ("'Quarantine', ", "", "table Quarantine is missing"),
        ("'${tablePrefix}${name}'", "name", "table Leads is missing"),
        ("name: azureTableName", "name: 'Rows'", "table MarketplaceLeads is missing"),
        ("__queueServiceUri'", "__queueUri'", "setting LeadStorage__queueServiceUri is missing"),
        ("primaryEndpoints.queue", "primaryEndpoints.table", "setting LeadStorage__queueService"),
        ("name: 'CRM'", "name: 'CRMS'", "setting CRM is missing"),
        ("name: 'TABLE_PREFIX'", "name: 'PREFIX'", "setting TABLE_PREFIX is missing"),
        ("AZURE_CLIENT_ID'", "FUNCTIONS_WORKER_RUNTIME'", "FUNCTIONS_WORKER_RUNTIME is not supp"),
        ("http20Enabled: true", "ftpsState: 'Disabled'", "property ftpsState is not supported"),
        ("allowSharedKeyAccess: false", "allowSharedKeyAccess: true", "allowSharedKeyAccess is T"),
        ("    allowSharedKeyAccess: false\n", "", "storage: allowSharedKeyAccess is None"),
        ("'TLS1_2'", "'TLS1_0'", "storage: minimumTlsVersion is TLS1_0"),
        ("publicAccess: 'None'", "publicAccess: 'Blob'", "publicAccess is Blob"),
        ("DisableLocalAuth: true", "DisableLocalAuth: false", "insights: DisableLocalAuth is F"),
        ("b7e6dc6d", "00000000", "role on storage b7e6dc6d"),
        ("3913510d", "00000000", "role on insights 3913510d"),
        ("guid(storage.id, ", "guid(newGuid(), ", "storageRoles: name is "),
        ("  scope: insights\n", "  scope: storage\n", "role on insights 3913510d"),
        ("  scope: insights\n", "", "metricsRole: scope is None"),
        ("name: 'FC1'", "name: 'Y1'", "plan: name is Y1"),
        ("httpsOnly: true", "httpsOnly: false", "app: httpsOnly is False"),
        (
            "'ftp'\n  properties: { allow: false }",
            "'ftp'\n  properties: { allow: true }",
            "allow is T",
        ),
        (
            "name: 'scm'",
            "name: 'smc'",
            "policy of publishing credentials smc is in main.bicep, but nothing needs it",
        ),
        ("version: '3.13'", "version: '3.12'", "app: version is 3.12"),
        ("type: 'UserAssignedIdentity'", "type: 'SystemAssignedIdentity'", "app: type is System"),
        ("{ http: { perInstanceConcurrency: httpConcurrency } }", "{}", "HTTP concurrency is not"),
        ("/api/leads'", "/api/lead'", "output LEADS_ENDPOINT should be "),
        ("name: 'DYNAMICS_CREDENTIAL'", "name: 'CREDENTIAL'", "DYNAMICS_CREDENTIAL is missing"),
        ("  HUBSPOT_TOKEN: 'HUBSPOT-TOKEN'\n", "", "secret HUBSPOT_TOKEN is missing"),
        (": 'LEAD-ID-KEY'", ": 'LEAD-KEY'", "secret LEAD_ID_KEY is LEAD-KEY in the vault"),
        ("name: 'TEST_LEADS'", "name: 'LEAD_ID_KEY'", "LEAD_ID_KEY is not only in the vault"),
        ("  salesforce: [", "  sales: [", "destination salesforce is missing"),
        ("enableRbacAuthorization: true", "enableRbacAuthorization: false", "vault: enableRbacA"),
        ("enablePurgeProtection: true", "enablePurgeProtection: false", "vault: enablePurgeP"),
        ("  scope: vault\n", "  scope: storage\n", "role on vault 4633458b"),
        (", secretsRole]", "]", "app: may start before secretsRole is given"),
        ("@description('Memory of one instance in MB.')\n", "", "instanceMemoryMB has no descr"),
        ("@allowed(['deliver', 'record'])\n", "", "parameter testLeads takes anything"),
    ],
)
def test_a_fault_in_main_bicep_is_found(old: str, new: str, fault: str) -> None:
    assert TEXT.count(old) == 1

    assert any(fault in found for found in faults(TEXT.replace(old, new), NEEDS))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("  MARKETO_URL: ", "  MARKETO_UR: ", "setting MARKETO_URL is missing in main.bicep"),
        ("  MARKETO_URL: ", "  MARKETO_CLIENT_SECRET: ", "MARKETO_CLIENT_SECRET is not only in"),
        ("('MARKETO_URL'", "('HUBSPOT_TOKEN'", "secret HUBSPOT_TOKEN is not only in the vault"),
    ],
)
def test_a_fault_in_the_parameter_file_is_found(old: str, new: str, fault: str) -> None:
    assert PARAMETERS.count(old) == 1

    assert any(fault in found for found in faults(TEXT, NEEDS, PARAMETERS.replace(old, new)))


def test_a_secret_in_the_template_is_found() -> None:
    secret = "\nresource token 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = { parent: vault }\n"

    assert faults(TEXT + secret, NEEDS) == ["token: a secret must not come with the deployment"]


def test_a_second_storage_account_is_found() -> None:
    second = (
        "\nresource other 'Microsoft.Storage/storageAccounts@2025-01-01' = { properties: {} }\n"
    )

    found = faults(TEXT + second, NEEDS)

    assert "2 storage accounts, should be one" in found
    assert "other: allowSharedKeyAccess is None, should be False" in found


def test_a_slot_is_found() -> None:
    slot = "\nresource staging 'Microsoft.Web/sites/slots@2025-03-01' = { parent: app }\n"

    assert faults(TEXT + slot, NEEDS) == ["staging: Flex Consumption has no slots"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("targetScope = 'resourceGroup'", "targetScope 'resourceGroup'"),
        ("properties: { publicAccess: 'None' }", "properties: { publicAccess: 'None'"),
        ("param tablePrefix string = ''", "param tablePrefix string ="),
    ],
)
def test_what_is_no_bicep_is_refused(old: str, new: str, tmp_path: Path) -> None:
    path = tmp_path / "main.bicep"
    path.write_text(TEXT.replace(old, new), "utf-8")

    with pytest.raises(BicepSyntaxError, match=r"line \d+: "):
        faults(path.read_text("utf-8"), NEEDS)
