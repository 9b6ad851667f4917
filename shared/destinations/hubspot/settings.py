"""The settings of the destination HubSpot."""

from pydantic import Field

from shared.destinations.http.addresses import BaseAddress
from shared.destinations.http.crm_settings import SharedRecordSettings, named
from shared.destinations.http.own_fields import OwnFields
from shared.destinations.hubspot.outcomes import OUTCOMES
from shared.setting_types import TimeZone
from shared.settings import SECRET


class HubspotSettings(SharedRecordSettings):
    """The destination ``hubspot``."""

    model_config = named("HUBSPOT")
    ours = ("email", "message")
    naming_ours = ("id_property",)
    known_outcomes = OUTCOMES

    url: BaseAddress = Field(
        "https://api.hubapi.com",
        description="https address of HubSpot's API",
    )
    token: str = Field(
        pattern="^[!-~]+$",
        description="Service Key of the HubSpot account",
        json_schema_extra=SECRET,
    )
    version: str = Field(
        "2026-09",
        validation_alias="HUBSPOT_API_VERSION",
        pattern="^20[0-9]{2}-[0-9]{2}$",
        description="version of HubSpot's API, such as 2026-09",
    )
    id_property: str = Field(
        "marketplace_lead_id",
        pattern="^[a-z][a-z0-9_]*$",
        description="internal name of the contact property with unique values for our lead id",
    )
    owner: str = Field(
        "",
        pattern="^[0-9]+$",
        description="owner of new contacts: the owner id, a number",
    )
    lead_status: str = Field(
        "",
        description="lead status of new contacts: internal name of an option, such as NEW",
    )
    lifecycle_stage: str = Field(
        "",
        description="lifecycle stage of new contacts: internal name, such as lead",
    )
    own_fields: OwnFields = Field(
        {},
        description='further properties of new contacts, in JSON: {"product": "{offer_title}"}',
    )
    unsubscribe: bool = Field(
        default=True,
        description="true or false: whether do not contact opts the address out of all e-mail",
    )
    time_zone: TimeZone | None = Field(
        None,
        description="time zone of the HubSpot account, such as Europe/Berlin",
    )
