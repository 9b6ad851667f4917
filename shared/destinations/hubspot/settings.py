"""The settings of the destination HubSpot."""

from collections.abc import Mapping

from pydantic import Field, ValidationInfo, field_validator

from shared.destinations.http.addresses import BaseAddress
from shared.destinations.http.countries import CountryFormat
from shared.destinations.http.own_fields import OwnField, OwnFields, without_ours
from shared.setting_types import TimeZone
from shared.settings import SECRET, Settings


class HubspotSettings(Settings):
    """The destination ``hubspot``."""

    url: BaseAddress = Field(
        "https://api.hubapi.com",
        validation_alias="HUBSPOT_URL",
        description="https address of HubSpot's API",
    )
    token: str = Field(
        validation_alias="HUBSPOT_TOKEN",
        pattern="^[!-~]+$",
        description="Service Key of the HubSpot account",
        json_schema_extra=SECRET,
    )
    version: str = Field(
        "2026-09",
        validation_alias="HUBSPOT_API_VERSION",
        pattern=r"^20\d\d-\d\d$",
        description="version of HubSpot's API, such as 2026-09",
    )
    id_property: str = Field(
        "marketplace_lead_id",
        validation_alias="HUBSPOT_ID_PROPERTY",
        pattern="^[a-z][a-z0-9_]*$",
        description="internal name of the contact property with unique values for our lead id",
    )
    owner: str = Field(
        "",
        validation_alias="HUBSPOT_OWNER",
        pattern="^[0-9]+$",
        description="owner of new contacts: the owner id, a number",
    )
    lead_status: str = Field(
        "",
        validation_alias="HUBSPOT_LEAD_STATUS",
        description="lead status of new contacts: internal name of an option, such as NEW",
    )
    lifecycle_stage: str = Field(
        "",
        validation_alias="HUBSPOT_LIFECYCLE_STAGE",
        description="lifecycle stage of new contacts: internal name, such as lead",
    )
    fields: OwnFields = Field(
        {},
        validation_alias="HUBSPOT_FIELDS",
        description='further properties of new contacts, in JSON: {"product": "{offer_title}"}',
    )
    country: CountryFormat = Field(
        "as_given",
        validation_alias="HUBSPOT_COUNTRY",
        description="how countries are written: as_given, iso (DE) or name (Germany)",
    )
    fill_empty_only: bool = Field(
        default=True,
        validation_alias="HUBSPOT_FILL_EMPTY_ONLY",
        description="true or false: whether a contact that was there before us keeps its values",
    )
    unsubscribe: bool = Field(
        default=True,
        validation_alias="HUBSPOT_UNSUBSCRIBE",
        description="true or false: whether do not contact opts the address out of all e-mail",
    )
    time_zone: TimeZone | None = Field(
        None,
        validation_alias="HUBSPOT_TIME_ZONE",
        description="time zone of the HubSpot account, such as Europe/Berlin",
    )

    @field_validator("fields")
    @classmethod
    def _ours_are_free(
        cls, fields: Mapping[str, OwnField], info: ValidationInfo
    ) -> Mapping[str, OwnField]:
        """Refuse the properties that we find contacts and interests by."""
        return without_ours(fields, ["email", "message", info.data.get("id_property", "")])
