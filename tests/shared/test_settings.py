"""Wrong settings are named together, each with what it is and should be; secrets are not shown."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from pydantic import Field

from shared.domain.errors import SettingsError
from shared.settings import (
    DEVELOPMENT_STORAGE,
    SECRET,
    AzureTableSettings,
    RouteSettings,
    Settings,
    StorageSettings,
    load,
)

ACCOUNT = "AccountName=fabrikam;AccountKey=c2VjcmV0;EndpointSuffix=core.windows.net"
QUEUE_URI = "https://fabrikam.queue.core.windows.net"
TABLE_URI = "https://fabrikam.table.core.windows.net"
REFERENCE = "@Microsoft.KeyVault(SecretUri=https://fabrikam.vault.azure.net/secrets/a)"
SECRETS = ("c2VjcmV0", "tooshort", "vault.azure.net/secrets")

CLASSES = (StorageSettings, RouteSettings, AzureTableSettings)

type SetEnv = Callable[..., None]


@pytest.fixture
def setenv(monkeypatch: pytest.MonkeyPatch) -> SetEnv:
    """Give the app these settings, and none of this machine's."""
    for cls in CLASSES:
        for field in cls.model_fields.values():
            monkeypatch.delenv(str(field.validation_alias), raising=False)

    def setenv(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return setenv


def faults(cls: type[StorageSettings | RouteSettings | AzureTableSettings]) -> tuple[str, ...]:
    with pytest.raises(SettingsError, match=r"^wrong settings:\n- ") as told:
        load(cls)
    assert not any(secret in str(told.value) for secret in SECRETS)
    assert told.value.__cause__ is None
    assert told.value.__suppress_context__ or told.value.__context__ is None
    return told.value.faults


def test_routing_has_defaults_for_everything(setenv: SetEnv) -> None:
    settings = load(RouteSettings)

    assert settings.destinations == ("azure_table",)
    assert settings.test_leads == "deliver"
    assert settings.repeat_window == timedelta(hours=24)
    assert settings.follow_up_within == timedelta(hours=24)
    assert settings.lead_id_key == ""
    assert load(AzureTableSettings).table == "MarketplaceLeads"


def test_settings_are_read_from_the_environment(setenv: SetEnv) -> None:
    setenv(
        CRM=" azure_table , hubspot,",
        TEST_LEADS="record",
        REPEAT_WINDOW="PT1H30M",
        FOLLOW_UP_WITHIN="P2D",
        LEAD_ID_KEY="0" * 32,
        AZURE_TABLE_NAME="Leads2",
    )

    settings = load(RouteSettings)

    assert settings.destinations == ("azure_table", "hubspot")
    assert settings.test_leads == "record"
    assert settings.repeat_window == timedelta(hours=1, minutes=30)
    assert settings.follow_up_within == timedelta(days=2)
    assert settings.lead_id_key == "0" * 32
    assert load(AzureTableSettings).table == "Leads2"


def test_an_empty_setting_is_as_if_it_were_not_there(setenv: SetEnv) -> None:
    setenv(CRM="", TEST_LEADS="", REPEAT_WINDOW="", LEAD_ID_KEY="", AZURE_TABLE_NAME="")
    setenv(LeadStorage=ACCOUNT, TABLE_PREFIX="", LeadStorage__queueServiceUri="")

    assert load(RouteSettings) == RouteSettings()
    assert load(RouteSettings).destinations == ("azure_table",)
    assert load(AzureTableSettings).table == "MarketplaceLeads"
    assert load(StorageSettings).table_prefix == ""


def test_white_space_around_a_value_is_no_part_of_it(setenv: SetEnv) -> None:
    setenv(CRM=" \t", REPEAT_WINDOW="PT24H\n", FOLLOW_UP_WITHIN=" P2D\r\n", TEST_LEADS="record ")
    setenv(LeadStorage=f"{ACCOUNT};\n", LeadStorage__queueServiceUri="\n", TABLE_PREFIX=" Relay1 ")

    settings = load(RouteSettings)

    assert settings.destinations == ("azure_table",)
    assert settings.test_leads == "record"
    assert settings.repeat_window == timedelta(hours=24)
    assert settings.follow_up_within == timedelta(days=2)
    assert load(StorageSettings).account == f"{ACCOUNT};"
    assert load(StorageSettings).queue_service_uri == ""
    assert load(StorageSettings).table_prefix == "Relay1"


@pytest.mark.parametrize("name", ["Leads", "leadindex", "Tables", "RelayLeads", "RELAYOUTBOX"])
def test_a_table_that_is_ours_or_reserved_is_refused(setenv: SetEnv, name: str) -> None:
    setenv(AZURE_TABLE_NAME=name, TABLE_PREFIX="Relay")

    [fault] = faults(AzureTableSettings)

    assert fault.startswith(f"AZURE_TABLE_NAME: is {name!r}; may not be one of tables, Leads, ")
    assert ", RelayLeads, RelayLeadIndex, RelayTeams, RelayQuarantine, RelayOutbox, in" in fault


def test_a_taken_table_is_named_beside_a_wrong_prefix(setenv: SetEnv) -> None:
    setenv(AZURE_TABLE_NAME="Leads", TABLE_PREFIX="1x")

    assert [f.partition(":")[0] for f in faults(AzureTableSettings)] == [
        "TABLE_PREFIX",
        "AZURE_TABLE_NAME",
    ]


def test_a_prefix_that_makes_a_table_of_ours_of_the_default_is_refused(setenv: SetEnv) -> None:
    setenv(TABLE_PREFIX="marketplace")

    with pytest.raises(SettingsError, match="AZURE_TABLE_NAME: is 'MarketplaceLeads'; may not be"):
        load(AzureTableSettings)


@pytest.mark.parametrize(
    ("cls", "name", "value", "told"),
    [
        (RouteSettings, "CRM", " , ", "azure_table"),
        (RouteSettings, "TEST_LEADS", "maybe", "'maybe'; Input should be 'deliver' or 'record'"),
        (RouteSettings, "REPEAT_WINDOW", "24h", "'24h'; not an ISO 8601 duration in weeks, or in"),
        (RouteSettings, "REPEAT_WINDOW", "86400", "'86400'; not an ISO 8601 duration"),
        (RouteSettings, "REPEAT_WINDOW", "P1M", "'P1M'; not an ISO 8601 duration"),
        (RouteSettings, "FOLLOW_UP_WITHIN", "P1Y2D", "(months and years have no fixed length)"),
        (RouteSettings, "REPEAT_WINDOW", "P", "'P'; "),
        (
            RouteSettings,
            "REPEAT_WINDOW",
            "PT0S",
            "'PT0S'; not between one second and 90 days",
        ),
        (RouteSettings, "FOLLOW_UP_WITHIN", "P91D", "'P91D'; not between one second"),
        (RouteSettings, "FOLLOW_UP_WITHIN", "-PT1H", "'-PT1H'; not an ISO 8601 duration"),
        (RouteSettings, "LEAD_ID_KEY", "tooshort", "should have at least 32 characters"),
        (AzureTableSettings, "AZURE_TABLE_NAME", "my-table", "'my-table'; String should match"),
        (AzureTableSettings, "AZURE_TABLE_NAME", "ab", "'ab'; String should match pattern"),
        (StorageSettings, "TABLE_PREFIX", "1st", "'1st'; String should match pattern"),
        (StorageSettings, "LeadStorage__queueServiceUri", "http://a", "'http://a'; String should"),
        (StorageSettings, "LeadStorage__credential", "password", "'password'; Input should be"),
    ],
)
def test_a_wrong_value_is_named_with_what_it_should_be(
    setenv: SetEnv,
    cls: type[StorageSettings | RouteSettings | AzureTableSettings],
    name: str,
    value: str,
    told: str,
) -> None:
    setenv(LeadStorage=ACCOUNT)
    setenv(**{name: value})

    [fault] = faults(cls)

    field = next(f for f in cls.model_fields.values() if f.validation_alias == name)
    assert fault.startswith(f"{name}:")
    assert told in fault
    assert fault.endswith(f"; should be: {field.description}")


def test_all_wrong_values_are_named_at_once(setenv: SetEnv) -> None:
    setenv(CRM=",", TEST_LEADS="maybe", REPEAT_WINDOW="24h", LEAD_ID_KEY="tooshort")

    assert [fault.partition(":")[0] for fault in faults(RouteSettings)] == [
        "LEAD_ID_KEY",
        "CRM",
        "REPEAT_WINDOW",
        "TEST_LEADS",
    ]


def test_storage_may_be_named_by_a_connection_string(setenv: SetEnv) -> None:
    setenv(LeadStorage=ACCOUNT, TABLE_PREFIX="Relay1")

    settings = load(StorageSettings)

    assert settings.account == ACCOUNT
    assert settings.table_prefix == "Relay1"


@pytest.mark.parametrize(
    "text",
    ["UseDevelopmentStorage=true", "usedevelopmentstorage=True;", " UseDevelopmentStorage=true ; "],
)
def test_development_storage_stands_for_azurite(setenv: SetEnv, text: str) -> None:
    setenv(LeadStorage=text)

    assert load(StorageSettings).account == DEVELOPMENT_STORAGE


def test_storage_may_be_named_by_addresses_and_an_identity(setenv: SetEnv) -> None:
    setenv(
        LeadStorage__queueServiceUri=QUEUE_URI,
        LeadStorage__tableServiceUri=TABLE_URI,
        LeadStorage__credential="managedidentity",
        LeadStorage__clientId="00000000-0000-0000-0000-000000000001",
    )

    settings = load(StorageSettings)

    assert settings.account == ""
    assert (settings.queue_service_uri, settings.table_service_uri) == (QUEUE_URI, TABLE_URI)
    assert settings.credential == "managedidentity"
    assert settings.client_id == "00000000-0000-0000-0000-000000000001"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"LeadStorage": ""},
        {"LeadStorage__queueServiceUri": QUEUE_URI},
        {"LeadStorage__tableServiceUri": TABLE_URI, "LeadStorage__credential": "managedidentity"},
    ],
)
def test_storage_that_is_not_or_half_named_is_told(setenv: SetEnv, given: dict[str, str]) -> None:
    setenv(**given)

    [fault] = faults(StorageSettings)

    assert fault == (
        "LeadStorage: should be a connection string (or UseDevelopmentStorage=true), or else"
        " LeadStorage__queueServiceUri and LeadStorage__tableServiceUri should both be set"
    )


@pytest.mark.parametrize(
    ("cls", "name"), [(StorageSettings, "LeadStorage"), (RouteSettings, "LEAD_ID_KEY")]
)
def test_a_reference_that_azure_could_not_resolve_is_refused(
    setenv: SetEnv, cls: type[StorageSettings | RouteSettings], name: str
) -> None:
    setenv(**{name: REFERENCE})

    [fault] = faults(cls)

    assert fault.startswith(f"{name}: should be a value, but is a Key Vault reference that Azure")


def test_a_secret_is_in_no_representation_of_its_settings_error(setenv: SetEnv) -> None:
    setenv(LeadStorage=ACCOUNT, TABLE_PREFIX="!")

    assert len(faults(StorageSettings)) == 1


class Crm(Settings):
    address: str = Field(validation_alias="SOME_ADDRESS", description="where it is")
    secret: str = Field(
        "", validation_alias="SOME_SECRET", description="a secret", json_schema_extra=SECRET
    )


def test_a_setting_that_is_missing_is_named_without_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SOME_SECRET", "do not show")
    with pytest.raises(SettingsError, match="SOME_ADDRESS: is not set") as raised:
        load(Crm)
    assert "do not show" not in str(raised.value)
