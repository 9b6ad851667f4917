"""The snapshots are those of the sources, and hold what the app needs and Azure takes."""

import json
from dataclasses import replace

import pytest

from shared.setting_types import OWN_TABLES
from shared.settings import CRMS, Settings
from tests.infra import agreement, platform_rules
from tests.infra.agreement import HOST_SETTINGS, LEFT_OUT
from tests.infra.app import AppNeeds, own_tables, placeholders, read_needs, setting_classes
from tests.infra.deployed import SOURCES, Deployed, deployed, text_of

NEEDS = read_needs()
EVERYTHING = text_of("everything")

OPENS = "def opened(name):\n    return storage.table(load(Settings).table_prefix + name)\n"


def is_of_an_adapter(cls: type[Settings]) -> bool:
    return cls.__module__.startswith("shared.destinations.")


def faults(text: str, needs: AppNeeds = NEEDS) -> list[str]:
    everything = Deployed.of(text)
    return agreement.faults(everything, needs) + platform_rules.faults(everything)


def test_the_snapshots_are_those_of_the_sources() -> None:
    assert SOURCES.changed() == [], (
        "run `make bicep WRITE=1` with a Bicep compiler: infra/README.md"
    )


def test_every_installation_has_its_snapshot_and_every_destination_its_installation() -> None:
    there = {path.stem for path in SOURCES.snapshots.glob("*.json")} - {"made_from", "values"}

    assert there == SOURCES.installations.keys()
    assert {"defaults", "everything", *CRMS} <= there


@pytest.mark.parametrize("installation", SOURCES.installations)
def test_azure_takes_what_is_deployed(installation: str) -> None:
    assert platform_rules.faults(deployed(installation)) == []


@pytest.mark.parametrize("installation", SOURCES.installations)
def test_the_compiler_had_nothing_to_say_of_a_deployment(installation: str) -> None:
    assert json.loads(text_of(installation))["diagnostics"] == []


def test_the_app_is_given_what_it_needs() -> None:
    assert faults(EVERYTHING) == []


def test_everything_sets_every_variable_to_something_else_than_its_default() -> None:
    everything = deployed("everything").settings
    defaults = deployed("defaults").settings

    assert SOURCES.installations["everything"].keys() == set(SOURCES.variables)
    assert len(SOURCES.variables) == len(set(SOURCES.variables))
    settings = defaults.keys() & set(SOURCES.variables)
    assert [name for name in settings if everything[name] == defaults[name]] == []


def test_no_secret_is_a_variable() -> None:
    assert NEEDS.secrets.isdisjoint(SOURCES.variables)


def test_every_resource_that_can_be_tagged_carries_the_environment() -> None:
    placed = [each for each in deployed("everything").resources if "location" in each]

    assert len(placed) > 5
    assert [each["name"] for each in placed if each["tags"]["azd-env-name"] != "leads"] == []


def test_a_name_is_the_same_at_every_deployment() -> None:
    # Or a second one would make another storage account, and fail on the roles of the first.
    names = {
        tuple(sorted(each["id"] for each in deployed(installation).resources))
        for installation in SOURCES.installations
        if installation != "everything"
    }

    assert len(names) == 1


def test_every_setting_left_out_is_one_that_the_app_knows() -> None:
    assert LEFT_OUT.keys() <= NEEDS.settings
    assert not LEFT_OUT.keys() & HOST_SETTINGS.keys()


def test_the_app_is_read_as_it_is_written() -> None:
    assert {"leads", "leads-poison"} <= NEEDS.queues
    assert set(OWN_TABLES) == NEEDS.own_tables
    assert NEEDS.table_settings == {"AZURE_TABLE_NAME"}
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


@pytest.mark.parametrize(
    ("name", "more", "fault"),
    [
        ("queues", "retries", "queue retries is missing in the deployment"),
        ("own_tables", "Holidays", "table RelayHolidays is missing in the deployment"),
        ("settings", "SLACK_CHANNEL", "setting SLACK_CHANNEL is missing in the deployment"),
        ("secrets", "SLACK_TOKEN", "secret SLACK_TOKEN is missing in the deployment"),
        ("destinations", "pipedrive", "destination pipedrive is missing in the deployment"),
        ("queue_connections", "Crm", "setting Crm__queueServiceUri is missing in the deployment"),
    ],
)
def test_what_the_app_needs_more_is_missed(name: str, more: str, fault: str) -> None:
    needs: AppNeeds = replace(NEEDS, **{name: getattr(NEEDS, name) | {more}})

    assert fault in faults(EVERYTHING, needs)


def test_another_route_is_another_endpoint() -> None:
    [fault] = faults(EVERYTHING, replace(NEEDS, endpoint_path="/hooks/leads"))

    assert fault.startswith("output LEADS_ENDPOINT should be ")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('/default/leads-poison"', '/default/leads-dead"', "queue leads-poison is missing"),
        (
            '/default/leads-poison"',
            '/default/lead"',
            "queue lead is deployed, but nothing needs it",
        ),
        ('/default/RelayQuarantine"', '/default/Quarantine"', "table RelayQuarantine is missing"),
        ('/default/Contacts"', '/default/Rows"', "table Contacts is missing"),
        ('"LeadStorage__queueServiceUri', '"LeadStorage__queueUri', "__queueServiceUri is missing"),
        ("').primaryEndpoints.queue", "').primaryEndpoints.table", "LeadStorage__queueService"),
        ('"name": "TEST_LEADS"', '"name": "TEST"', "setting TEST_LEADS is missing"),
        ('"name": "TEST_LEADS"', '"name": "CRM"', "setting CRM is there twice"),
        ('"AZURE_CLIENT_ID"', '"FUNCTIONS_WORKER_RUNTIME"', "FUNCTIONS_WORKER_RUNTIME is not supp"),
        ('"http20Enabled": true', '"ftpsState": "Disabled"', "property ftpsState is not supported"),
        ('"http20Enabled": true', '"webSocketsEnabled": false', "webSocketsEnabled is not known"),
        ('"httpsOnly": true', '"httpsOnly": true, "clientCertEnabled": true', "clientCertEnabled"),
        ('"runtime": {', '"siteUpdateStrategy": {}, "runtime": {', "siteUpdateStrategy is not kn"),
        (
            '"allowSharedKeyAccess": false',
            '"allowSharedKeyAccess": true',
            "SharedKeyAccess is True",
        ),
        ('"allowSharedKeyAccess": false,', "", "storageAccounts: allowSharedKeyAccess is None"),
        ('"TLS1_2"', '"TLS1_0"', "storageAccounts: minimumTlsVersion is TLS1_0"),
        ('"publicAccess": "None"', '"publicAccess": "Blob"', "publicAccess is Blob"),
        ('"DisableLocalAuth": true', '"DisableLocalAuth": false', "DisableLocalAuth is False"),
        ("/b7e6dc6d-", "/00000000-", "role on Microsoft.Storage/storageAccounts b7e6dc6d"),
        ("/3913510d-", "/00000000-", "role on Microsoft.Insights/components 3913510d"),
        ('"name": "FC1"', '"name": "Y1"', "plan: name is Y1"),
        ('"httpsOnly": true', '"httpsOnly": false', "sites: httpsOnly is False"),
        ('"version": "3.13"', '"version": "3.12"', "app: version is 3.12"),
        ('"UserAssignedIdentity"', '"SystemAssignedIdentity"', "app: type is SystemAssigned"),
        ('"perInstanceConcurrency"', '"concurrency"', "HTTP concurrency is not"),
        ("/api/leads'", "/api/lead'", "output LEADS_ENDPOINT should be "),
        ('"name": "HUBSPOT_TOKEN"', '"name": "TOKEN"', "secret HUBSPOT_TOKEN is missing"),
        ("SecretName=LEAD-ID-KEY", "SecretName=LEAD-KEY", "LEAD_ID_KEY is LEAD-KEY in the vault"),
        (";SecretName=LEAD-ID-KEY", "0;SecretName=LEAD-ID-KEY", "LEAD_ID_KEY is in another vault"),
        ("azure_table,dynamics,", "azure_table,", "destination dynamics is missing"),
        ('"enableRbacAuthorization": true', '"enableRbacAuthorization": false', "enableRbacAuth"),
        ('"enablePurgeProtection": true', '"enablePurgeProtection": false', "enablePurgeProt"),
        ('/scm"', '/smc"', "policy of publishing credentials scm is missing"),
    ],
)
def test_a_fault_in_what_is_deployed_is_found(old: str, new: str, fault: str) -> None:
    assert old in EVERYTHING

    assert any(fault in found for found in faults(EVERYTHING.replace(old, new)))


@pytest.mark.parametrize(
    ("kind", "properties", "fault"),
    [
        ("Microsoft.KeyVault/vaults/secrets", {}, "more: a secret must not come with the deploy"),
        ("Microsoft.Web/sites/slots", {}, "more: Flex Consumption has no slots"),
        (platform_rules.STORAGE, {}, "2 storage accounts, should be one"),
        (platform_rules.STORAGE, {}, f"{platform_rules.STORAGE}: allowSharedKeyAccess is None"),
        (
            "Microsoft.Web/sites/basicPublishingCredentialsPolicies",
            {"allow": True},
            "basicPublishingCredentialsPolicies: allow is True, should be False",
        ),
        (
            platform_rules.ASSIGNMENT,
            {"roleDefinitionId": "/roleDefinitions/8e3af657"},
            "role on Microsoft.Web/sites 8e3af657 is deployed, but nothing needs it",
        ),
    ],
)
def test_a_resource_that_should_not_be_there_is_found(
    kind: str, properties: dict[str, object], fault: str
) -> None:
    there = deployed("everything")
    place = "/providers/Microsoft.Web/sites/app/providers/more"
    more = {"id": place, "type": kind, "name": "more", "properties": properties}

    found = platform_rules.faults(replace(there, resources=[*there.resources, more]))

    assert any(each.startswith(fault) or each.endswith(fault) for each in found)
