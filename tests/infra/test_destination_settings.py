"""What an installation for each destination gets: the app reads the settings that are deployed."""

import re

import pytest

from shared.bootstrap import ADAPTERS
from shared.domain.errors import SettingsError
from shared.settings import CRMS, AzureTableSettings, RouteSettings, load
from tests.docs.documents import CODE, sections
from tests.infra.app import read_needs
from tests.infra.conftest import Run
from tests.infra.deployed import SOURCES, deployed
from tests.infra.vault import IN_THE_VAULT, resolved

NEEDS = read_needs()


async def build(destination: str) -> None:
    """Build a destination from the settings that the app has; raise ``SettingsError``."""
    await ADAPTERS[destination]().close()


@pytest.mark.parametrize("destination", CRMS)
async def test_a_destination_has_all_it_needs_once_its_secrets_are_in_the_vault(
    destination: str, run: Run
) -> None:
    run(resolved(deployed(destination)))

    await build(destination)
    assert load(RouteSettings).destinations == (destination,)


@pytest.mark.parametrize("destination", CRMS)
async def test_until_then_the_app_names_the_secrets_and_waits(destination: str, run: Run) -> None:
    run(deployed(destination).settings)

    with pytest.raises(SettingsError, match="is a Key Vault reference that Azure") as told:
        await build(destination)
    secrets = deployed(destination).secrets.keys()
    assert {fault.partition(":")[0] for fault in told.value.faults} == secrets


@pytest.mark.parametrize("destination", CRMS)
async def test_a_destination_is_given_no_secret_that_it_can_do_without(
    destination: str, run: Run
) -> None:
    settings = resolved(deployed(destination))
    [secret] = deployed(destination).secrets

    run({name: value for name, value in settings.items() if name != secret})

    with pytest.raises(SettingsError, match=secret):
        await build(destination)


async def test_dynamics_can_do_with_the_identity_of_the_app_and_no_secret(run: Run) -> None:
    installation = deployed("dynamics_by_identity")

    run(installation.settings)

    await build("dynamics")
    assert installation.secrets == {}
    assert (
        installation.settings["DYNAMICS_IDENTITY_CLIENT_ID"]
        == installation.settings["AZURE_CLIENT_ID"]
    )


def test_every_setting_that_is_not_secret_arrives_as_it_was_given() -> None:
    given = SOURCES.installations["everything"]
    arrived = deployed("everything").settings

    names = given.keys() & NEEDS.settings - {"CRM"}
    assert len(names) > 40
    assert {name: arrived[name] for name in names} == {name: given[name] for name in names}
    assert arrived["CRM"].split(",") == given["CRM"].split(", ")


def test_what_is_not_given_is_not_set() -> None:
    installation = deployed("defaults")
    settings_of_crms = tuple(name.upper() for name in CRMS)

    assert [name for name in installation.settings if name.startswith(settings_of_crms)] == []
    assert "TABLE_PREFIX" not in installation.settings
    assert "" not in installation.settings.values()
    assert installation.secrets == {}


def test_every_default_of_a_setting_is_the_apps_own(run: Run) -> None:
    run({})
    own = load(RouteSettings), load(AzureTableSettings)

    run(deployed("defaults").settings)

    assert (load(RouteSettings), load(AzureTableSettings)) == own


async def test_a_destination_that_crm_names_no_more_can_finish_what_waits_for_it(run: Run) -> None:
    run(resolved(deployed("another_crm")))

    await build("salesforce")
    await build("hubspot")


def test_a_default_channel_takes_its_address_from_the_vault_and_so_do_those_of_the_rules() -> None:
    assert deployed("notices").secrets == {
        "NOTICE_CHANNEL_URL": "NOTICE-CHANNEL-URL",
        "SALES_SLACK_URL": "SALES-SLACK-URL",
    }


def test_several_destinations_are_given_what_each_needs() -> None:
    needed = {secret for name in CRMS for secret in deployed(name).secrets}

    assert needed <= deployed("everything").secrets.keys()


def test_names_are_such_as_key_vault_allows() -> None:
    [vault] = deployed("everything").names("Microsoft.KeyVault/vaults")

    assert re.fullmatch("[a-z][a-z0-9-]{1,22}[a-z0-9]", vault)
    assert set(deployed("everything").secrets.values()) == IN_THE_VAULT.keys()
    assert all(re.fullmatch("[A-Z-]{1,127}", name) for name in IN_THE_VAULT)


def test_the_readme_tells_what_a_destination_must_have_and_every_secret() -> None:
    rows = sections("infra/README.md")["With a CRM"].named()
    named = {
        destination: [set(CODE.findall(cell)) for cell in rows[destination]] for destination in rows
    }

    assert rows.keys() == set(CRMS)
    for destination, (_, variables, needed, _) in named.items():
        assert SOURCES.installations[destination].keys() - {"CRM"} <= variables
        assert set(deployed(destination).secrets.values()) <= needed
    secrets = set().union(*(needed | optional for _, _, needed, optional in named.values()))
    of_channels = set(CODE.findall(sections("infra/README.md")["With a notice channel"].text))
    assert {"NOTICE-CHANNEL-URL", "NOTICE-CHANNEL-SECRET", "SALES-SLACK-URL"} <= of_channels
    assert secrets - {"managedidentity"} == {
        name
        for name in IN_THE_VAULT.keys() - {"LEAD-ID-KEY"}
        if not name.startswith(("NOTICE-", "SALES-"))
    }
