"""The settings of the destination HubSpot."""

from zoneinfo import ZoneInfo

from pydantic import Field, ValidationInfo, field_validator

from shared.destinations.http.addresses import checked_url
from shared.destinations.http.own_fields import OwnFields
from shared.settings import SECRET, Settings, check_together, load


class HubspotAddress(Settings):
    """Where HubSpot's API is; apart, so that its faults are named beside those of the others."""

    url: str = Field(
        "https://api.hubapi.com",
        validation_alias="HUBSPOT_URL",
        description="https address of HubSpot's API",
    )


class HubspotSettings(HubspotAddress):
    """The destination ``hubspot``."""

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
    unsubscribe: bool = Field(
        default=True,
        validation_alias="HUBSPOT_UNSUBSCRIBE",
        description="true or false: whether do not contact opts the address out of all e-mail",
    )
    time_zone: ZoneInfo | None = Field(
        None,
        validation_alias="HUBSPOT_TIME_ZONE",
        description="time zone of the HubSpot account, such as Europe/Berlin",
    )

    @field_validator("fields")
    @classmethod
    def _without_ours(cls, fields: OwnFields, info: ValidationInfo) -> OwnFields:
        """Refuse the properties that we find contacts and interests by."""
        ours = ("email", "message", info.data.get("id_property"))
        for name in fields:
            if name in ours:
                raise ValueError(f"{name!r} is not yours to set: leads are recognised by it")
        return fields


def loaded() -> HubspotSettings:
    """Read the settings from the environment; raise ``SettingsError`` naming all wrong ones."""
    check_together(
        lambda: checked_url("HUBSPOT_URL", load(HubspotAddress).url),
        lambda: load(HubspotSettings),
    )
    return load(HubspotSettings)
