"""What variables become in the app: the templates are computed, and the app reads the settings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from shared import bootstrap
from shared.domain.errors import SettingsError
from shared.settings import RouteSettings, load
from tests.docs.documents import CODE, sections
from tests.infra.app import ROOT, fields, read_needs
from tests.infra.bicep import Expression, read
from tests.infra.evaluation import UNIQUE, DeploymentError, Evaluation, app_settings
from tests.infra.parameter_file import parameters, read_parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TEXT = (ROOT / "infra/main.bicep").read_text("utf-8")
PARAMETERS = (ROOT / "infra/main.bicepparam").read_text("utf-8")

VAULT = f"kv-leads-{UNIQUE}"
REFERENCE = re.compile(r"@Microsoft\.KeyVault\(VaultName=([^;]+);SecretName=([^;]+)\)")

VARIABLES: Mapping[str, Mapping[str, str]] = {
    "dynamics": {
        "DYNAMICS_URL": "https://fabrikam.crm4.dynamics.com",
        "DYNAMICS_TENANT_ID": "fabrikam.example",
        "DYNAMICS_CLIENT_ID": "11111111-2222-3333-4444-555555555555",
    },
    "hubspot": {},
    "https_endpoint": {},
    "marketo": {"MARKETO_URL": "https://000-AAA-000.mktorest.com", "MARKETO_CLIENT_ID": "fabrikam"},
    "salesforce": {
        "SALESFORCE_URL": "https://fabrikam.my.salesforce.com",
        "SALESFORCE_CLIENT_ID": "3MVG9fabrikam",
    },
}
"""What a publisher must set for each destination."""

BY_IDENTITY = {
    "CRM": "dynamics",
    "DYNAMICS_CREDENTIAL": "managedidentity",
    "DYNAMICS_URL": "https://fabrikam.crm4.dynamics.com",
}

IN_THE_VAULT = {
    "DYNAMICS-CLIENT-SECRET": "opens-nothing",
    "HTTPS-ENDPOINT-BEARER": "opens-nothing",
    "HTTPS-ENDPOINT-SECRET": "whsec_b3BlbnMtbm90aGluZy1hdC1hbGwtYnV0LWxvbmc=",
    "HTTPS-ENDPOINT-URL": "https://flows.fabrikam.example/leads?sig=opens-nothing",
    "HUBSPOT-TOKEN": "opens-nothing",
    "LEAD-ID-KEY": "opens-nothing-and-is-32-letters-long",
    "MARKETO-CLIENT-SECRET": "opens-nothing",
    "SALESFORCE-CLIENT-SECRET": "opens-nothing",
}

type Run = Callable[[Mapping[str, Any]], None]


def deployed(variables: Mapping[str, str], text: str = TEXT) -> dict[str, Any]:
    """Return the app's settings as azd would deploy them with these variables."""
    return app_settings(text, parameters(PARAMETERS, variables))


def references(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return the settings that come from the vault, with the names that they have there."""
    found = {name: REFERENCE.fullmatch(str(value)) for name, value in settings.items()}
    return {name: match[2] for name, match in found.items() if match}


def resolved(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings as the app sees them once all its secrets are in the vault."""
    taken = references(settings)
    return dict(settings) | {name: IN_THE_VAULT[taken[name]] for name in taken}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give the app these settings, and none of this machine's."""

    def run(settings: Mapping[str, Any]) -> None:
        for name in fields():
            monkeypatch.delenv(name, raising=False)
        for name, value in settings.items():
            monkeypatch.setenv(name, str(value))

    return run


async def build(destination: str) -> None:
    """Build a destination from the settings that the app has; raise ``SettingsError``."""
    await bootstrap.ADAPTERS[destination]().close()


@pytest.mark.parametrize("destination", VARIABLES)
async def test_a_destination_has_all_it_needs_once_its_secrets_are_in_the_vault(
    destination: str, run: Run
) -> None:
    settings = deployed({"CRM": destination, **VARIABLES[destination]})

    run(resolved(settings))

    await build(destination)
    assert load(RouteSettings).destinations == (destination,)
    assert VARIABLES[destination].items() <= settings.items()


@pytest.mark.parametrize("destination", VARIABLES)
async def test_until_then_the_app_names_the_secrets_and_waits(destination: str, run: Run) -> None:
    settings = deployed({"CRM": destination, **VARIABLES[destination]})

    run(settings)

    with pytest.raises(SettingsError, match="is a Key Vault reference that Azure") as told:
        await build(destination)
    assert {fault.partition(":")[0] for fault in told.value.faults} == references(settings).keys()


@pytest.mark.parametrize("destination", VARIABLES)
async def test_a_destination_is_given_no_secret_that_it_can_do_without(
    destination: str, run: Run
) -> None:
    settings = resolved(deployed({"CRM": destination, **VARIABLES[destination]}))
    [secret] = references(deployed({"CRM": destination}))

    run({name: value for name, value in settings.items() if name != secret})

    with pytest.raises(SettingsError, match=secret):
        await build(destination)


async def test_dynamics_can_do_with_the_identity_of_the_app_and_no_secret(run: Run) -> None:
    settings = deployed(BY_IDENTITY)

    run(settings)

    await build("dynamics")
    assert references(settings) == {}
    assert settings["DYNAMICS_IDENTITY_CLIENT_ID"] == settings["AZURE_CLIENT_ID"]


def test_every_setting_that_is_not_secret_arrives_as_it_was_given() -> None:
    names = read_parameters(PARAMETERS).settings
    given = {name: f'{{"value": "of {name}"}}' for name in names}

    assert given.items() <= deployed(given).items()


def test_what_is_not_given_is_not_set() -> None:
    own = read_needs().settings - read_parameters(PARAMETERS).settings.keys()
    host = {name for name in deployed({}) if name.startswith(("AzureWebJobs", "APPLICATION"))}

    assert deployed({}).keys() - host - {"AZURE_CLIENT_ID"} < own
    assert references(deployed({})) == {}
    assert "" not in deployed({}).values()


def test_several_destinations_are_given_what_each_needs() -> None:
    settings = deployed({"CRM": "azure_table, salesforce ,hubspot"})

    assert references(settings).keys() == {"SALESFORCE_CLIENT_SECRET", "HUBSPOT_TOKEN"}


def test_other_secrets_are_taken_from_the_vault_when_they_are_named() -> None:
    named = "HTTPS_ENDPOINT_SECRET, LEAD_ID_KEY,HTTPS_ENDPOINT_URL"
    settings = deployed({"CRM": "https_endpoint", "VAULT_SECRETS": named})

    assert references(settings) == {
        "HTTPS_ENDPOINT_URL": "HTTPS-ENDPOINT-URL",
        "HTTPS_ENDPOINT_SECRET": "HTTPS-ENDPOINT-SECRET",
        "LEAD_ID_KEY": "LEAD-ID-KEY",
    }


async def test_a_destination_that_crm_names_no_more_can_finish_what_waits_for_it(run: Run) -> None:
    before = {"CRM": "salesforce", **VARIABLES["salesforce"]}
    after = {"CRM": "hubspot", "VAULT_SECRETS": "SALESFORCE_CLIENT_SECRET"}

    run(resolved(deployed(before | after)))

    await build("salesforce")
    await build("hubspot")


def test_every_secret_can_be_named_and_its_reference_leads_to_the_vault_of_the_template() -> None:
    secrets = read_needs().secrets - {"LeadStorage"}
    settings = deployed({"VAULT_SECRETS": ",".join(sorted(secrets))})
    vaults = {REFERENCE.sub(r"\1", settings[name]) for name in references(settings)}

    assert references(settings).keys() == secrets
    assert set(references(settings).values()) == IN_THE_VAULT.keys()
    assert vaults == {VAULT}
    assert read(TEXT).resources["vault"].body["name"] == Expression("vaultName")


def test_names_are_such_as_key_vault_allows() -> None:
    secrets = read(TEXT).variables["secretNames"].values()

    vault = Evaluation.of(TEXT, {}).named("vaultName")

    assert re.fullmatch("[a-z][a-z0-9-]{1,22}[a-z0-9]", vault)
    assert all(re.fullmatch("[A-Z-]{1,127}", name) for name in secrets)


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"CRM": "sales_force"}, "'sales_force' doesn't exist, available are: azure_table, dyn"),
        ({"CRM": "hubspot,"}, "property '' doesn't exist, available are: azure_table, dynamics"),
        ({"VAULT_SECRETS": "LEAD_ID_KYE"}, "'LEAD_ID_KYE' doesn't exist, available are: DYNAM"),
    ],
)
def test_a_name_that_is_none_fails_the_deployment(variables: Mapping[str, str], told: str) -> None:
    with pytest.raises(DeploymentError, match=told):
        deployed(variables)


def test_a_setting_that_is_there_twice_is_found() -> None:
    twice = TEXT.replace("name: 'TEST_LEADS'", "name: 'CRM'")

    with pytest.raises(DeploymentError, match="setting CRM is there twice"):
        deployed({}, twice)


def test_the_readme_tells_what_a_destination_must_have_and_every_secret() -> None:
    rows = sections("infra/README.md")["With a CRM"].named()
    named = {
        destination: [set(CODE.findall(cell)) for cell in rows[destination]] for destination in rows
    }

    assert rows.keys() == VARIABLES.keys()
    for destination, (_, variables, needed, _) in named.items():
        assert VARIABLES[destination].keys() <= variables
        assert set(references(deployed({"CRM": destination})).values()) <= needed
    secrets = set().union(*(needed | optional for _, _, needed, optional in named.values()))
    assert secrets - {"managedidentity"} == IN_THE_VAULT.keys() - {"LEAD-ID-KEY"}
