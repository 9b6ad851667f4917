"""The settings of the destination Marketo."""

from collections.abc import Mapping

from pydantic import Field, ValidationInfo, field_validator

from shared.destinations.http.addresses import BaseAddress
from shared.destinations.http.countries import CountryFormat
from shared.destinations.http.own_fields import OwnField, OwnFields, without_ours
from shared.setting_types import Names
from shared.settings import SECRET, Settings

API_NAME = "^[A-Za-z][A-Za-z0-9_]*$"


class MarketoSettings(Settings):
    """The destination ``marketo``."""

    url: BaseAddress = Field(
        validation_alias="MARKETO_URL",
        description="address of the instance's REST API: https://000-AAA-000.mktorest.com",
    )
    client_id: str = Field(
        validation_alias="MARKETO_CLIENT_ID", description="client id of the LaunchPoint service"
    )
    client_secret: str = Field(
        validation_alias="MARKETO_CLIENT_SECRET",
        description="client secret of the LaunchPoint service",
        json_schema_extra=SECRET,
    )
    id_field: str = Field(
        "",
        validation_alias="MARKETO_ID_FIELD",
        pattern=API_NAME,
        description="API name of a custom field of type String that gets our lead id; without it,"
        " leads without e-mail are parked",
    )
    interest_field: str = Field(
        "",
        validation_alias="MARKETO_INTEREST_FIELD",
        pattern=API_NAME,
        description="API name of a custom field of type Text Area that gets what the customer did,"
        " newest first",
    )
    partition: str = Field(
        "",
        validation_alias="MARKETO_PARTITION",
        description="name of the lead partition that new persons get; without it the default one",
    )
    country: CountryFormat = Field(
        "as_given",
        validation_alias="MARKETO_COUNTRY",
        description="how countries are written: as_given, iso (DE), or name (Germany)",
    )
    fill_empty_only: bool = Field(
        default=True,
        validation_alias="MARKETO_FILL_EMPTY_ONLY",
        description="whether a person who was in Marketo before keeps what is there, and gets only"
        " what is missing",
    )
    source: str = Field(
        "Microsoft marketplace",
        validation_alias="MARKETO_SOURCE",
        description="leadSource of new persons",
    )
    status: str = Field(
        "", validation_alias="MARKETO_STATUS", description="leadStatus of new persons"
    )
    open_statuses: Names = Field(
        ("New", "Open", "Open - Not Contacted"),
        validation_alias="MARKETO_OPEN_STATUSES",
        description="leadStatus that tells no follow-up, as workflows or a CRM sync set it,"
        " separated by commas",
    )
    own_fields: OwnFields = Field(
        default={},
        validation_alias="MARKETO_FIELDS",
        description='custom fields of new persons, as JSON: {"offer": "{offer_title}"}',
    )

    @field_validator("own_fields")
    @classmethod
    def _ours_are_free(
        cls, fields: Mapping[str, OwnField], info: ValidationInfo
    ) -> Mapping[str, OwnField]:
        """Refuse what a person is recognised by: another value would be another person."""
        ours = [info.data.get(name, "") for name in ("id_field", "interest_field")]
        return without_ours(fields, ["email", *ours])
