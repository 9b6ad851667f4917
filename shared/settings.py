"""The settings of each function, validated once, all faults named together.

A class per concern, so that a wrong CRM setting can't stop ingestion. Names are those of the
environment; ``LeadStorage`` and its ``__`` parts are what the triggers' ``connection`` uses, see
https://learn.microsoft.com/azure/azure-functions/functions-reference#configure-an-identity-based-connection
"""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.config import JsonDict
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.domain import ncrontab
from shared.domain.errors import SettingsError
from shared.setting_types import Duration, Names, TablePrefix, taken_tables

DEVELOPMENT_STORAGE = (
    "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
    "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
    "QueueEndpoint=http://127.0.0.1:10001/devstoreaccount1;"
    "TableEndpoint=http://127.0.0.1:10002/devstoreaccount1;"
)
"""What ``UseDevelopmentStorage=true`` stands for, with the key that Microsoft publishes, see
https://learn.microsoft.com/azure/storage/common/storage-use-azurite
"""

UNRESOLVED = "@Microsoft.KeyVault("
"""How a Key Vault reference that Azure could not resolve arrives."""

SECRET: JsonDict = {"secret": True}

ADDRESS = "address"
"""The type of a fault of an address, which may hold a secret: its value is not told."""


class Settings(BaseSettings):
    """The root; each adapter of a CRM has its own class beside it."""

    model_config = SettingsConfigDict(
        env_ignore_empty=True, extra="ignore", frozen=True, validate_default=False
    )

    @model_validator(mode="before")
    @classmethod
    def _without_white_space(cls, given: dict[str, object]) -> dict[str, object]:
        """Strip what a copied value brings along; nothing left is as if it were not set."""
        stripped = {
            name: value.strip() if isinstance(value, str) else value
            for name, value in given.items()
        }
        return {name: value for name, value in stripped.items() if value != ""}


def _readable_schedule(text: str) -> str:
    ncrontab.parse_schedule(text)
    return text


class StorageSettings(Settings):
    """Where leads are kept: by a connection string, or by service addresses and an identity."""

    connection_string: str = Field(
        "",
        validation_alias="LeadStorage",
        description="connection string of the storage account, or UseDevelopmentStorage=true",
        json_schema_extra=SECRET,
    )
    queue_service_uri: str = Field(
        "",
        validation_alias="LeadStorage__queueServiceUri",
        pattern="^https://",
        description="instead of it: https address of the account's queue service",
    )
    table_service_uri: str = Field(
        "",
        validation_alias="LeadStorage__tableServiceUri",
        pattern="^https://",
        description="instead of it: https address of the account's table service",
    )
    credential: Literal["", "managedidentity"] = Field(
        "",
        validation_alias="LeadStorage__credential",
        description="managedidentity: use the app's identity; empty: use your own login",
    )
    client_id: str | None = Field(
        None,
        validation_alias="LeadStorage__clientId",
        description="client id of a user-assigned identity",
    )
    table_prefix: TablePrefix = ""

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if not self.connection_string and not (self.queue_service_uri and self.table_service_uri):
            raise ValueError(
                "LeadStorage: should be a connection string (or UseDevelopmentStorage=true),"
                " or else LeadStorage__queueServiceUri and LeadStorage__tableServiceUri"
                " should both be set"
            )
        return self

    @property
    def account(self) -> str:
        """Return the connection string written out; "" where an identity is used."""
        pairs = (pair.strip().lower() for pair in self.connection_string.split(";"))
        return (
            DEVELOPMENT_STORAGE if "usedevelopmentstorage=true" in pairs else self.connection_string
        )


CRMS = ("dynamics", "hubspot", "https_endpoint", "marketo", "salesforce")
"""Destinations behind HTTP: each has a package in ``shared/destinations`` and a fake."""

DESTINATIONS = ("azure_table", *CRMS)


class LeadIdSettings(Settings):
    """What lead ids are made with."""

    lead_id_key: str = Field(
        "",
        validation_alias="LEAD_ID_KEY",
        min_length=32,
        description="secret that lead ids are made with, instead of the one kept beside the leads",
        json_schema_extra=SECRET,
    )


class DestinationSettings(Settings):
    """Where leads go."""

    destinations: Names = Field(
        ("azure_table",),
        validation_alias="CRM",
        description="destinations in use, of which rules may choose some, separated by commas: "
        + ", ".join(DESTINATIONS),
    )


class DueSettings(Settings):
    """When a lead without follow-up is flagged, where no rule says."""

    follow_up_within: Duration = Field(
        timedelta(hours=24),
        validation_alias="FOLLOW_UP_WITHIN",
        description="when a lead without follow-up is flagged: ISO 8601 duration such as PT24H",
    )


class MergeSettings(DueSettings):
    """How what a customer does is merged into their lead."""

    repeat_window: Duration = Field(
        timedelta(hours=24),
        validation_alias="REPEAT_WINDOW",
        description="how long the same push counts as a repeat: ISO 8601 duration such as PT24H",
    )


class RouteSettings(MergeSettings, DestinationSettings, LeadIdSettings):
    """All that routing needs; who needs less loads less, so that the rest may be wrong."""

    test_leads: Literal["deliver", "record"] = Field(
        "deliver",
        validation_alias="TEST_LEADS",
        description="what to do with Partner Center's test leads: deliver, or record only",
    )


class TimerSettings(Settings):
    """When the sweep runs. The host reads the setting by itself, and takes more than this."""

    schedule: Annotated[str, AfterValidator(_readable_schedule)] = Field(
        "",
        validation_alias="NURTURE_SCHEDULE",
        description="when the timer sweeps: six-field NCRONTAB, UTC",
    )


class AzureTableSettings(Settings):
    """The destination ``azure_table``."""

    own_prefix: TablePrefix = ""
    table: str = Field(
        "MarketplaceLeads",
        validation_alias="AZURE_TABLE_NAME",
        validate_default=True,  # TABLE_PREFIX can make it the name of a table of ours
        pattern="^[A-Za-z][A-Za-z0-9]{2,62}$",
        description="table of the storage account that gets one row per interest",
    )

    @field_validator("table")
    @classmethod
    def _none_of_ours(cls, table: str, info: ValidationInfo) -> str:
        taken = taken_tables(info.data.get("own_prefix", ""))
        if table.lower() in (name.lower() for name in taken):
            raise ValueError(f"may not be one of {', '.join(taken)}, in any case")
        return table


def load[S: Settings](cls: type[S]) -> S:
    """Read settings from the environment; raise ``SettingsError`` naming every wrong one."""
    try:
        settings = cls()
    except ValidationError as error:
        raise SettingsError([_fault(cls, fault) for fault in error.errors()]) from None
    unresolved = [
        f"{cls.model_fields[name].validation_alias}: should be a value, but is a Key Vault"
        " reference that Azure could not resolve: check the secret's address and the app's role"
        for name, value in settings
        if isinstance(value, str) and value.startswith(UNRESOLVED)
    ]
    if unresolved:
        raise SettingsError(unresolved)
    return settings


def _fault(cls: type[Settings], fault: ErrorDetails) -> str:
    """Return which setting is wrong, what it is (unless it is secret) and what it should be."""
    message = fault["msg"].removeprefix("Value error, ")
    if not fault["loc"]:
        return message
    key, *inside = map(str, fault["loc"])  # of a default, the name of the field
    field = next(f for k, f in cls.model_fields.items() if key in (k, f.validation_alias))
    name = field.validation_alias
    if fault["type"] == "missing" and not inside:  # its input is all the other settings
        return f"{name}: is not set; should be: {field.description}"
    hidden = field.json_schema_extra == SECRET or fault["type"] == ADDRESS
    value = "" if hidden else f" is {fault['input']!r};"
    where = f" {'.'.join(inside)}" if inside else ""
    return f"{name}:{where}{value} {message}; should be: {field.description}"
