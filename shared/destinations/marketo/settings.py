"""The settings of the destination Marketo."""

from pydantic import Field

from shared.destinations.http.addresses import BaseAddress
from shared.destinations.http.crm_settings import SharedRecordSettings, named
from shared.destinations.http.lead_statuses import OUTCOMES
from shared.destinations.http.own_fields import OwnFields
from shared.setting_types import Names
from shared.settings import SECRET

API_NAME = "^[A-Za-z][A-Za-z0-9_]*$"


class MarketoSettings(SharedRecordSettings):
    """The destination ``marketo``."""

    model_config = named("MARKETO")
    ours = ("email",)
    naming_ours = ("id_field", "interest_field")
    known_outcomes = OUTCOMES

    url: BaseAddress = Field(
        description="address of the instance's REST API: https://000-AAA-000.mktorest.com",
    )
    client_id: str = Field(description="client id of the LaunchPoint service")
    client_secret: str = Field(
        description="client secret of the LaunchPoint service",
        json_schema_extra=SECRET,
    )
    id_field: str = Field(
        "",
        pattern=API_NAME,
        description="API name of a custom field of type String that gets our lead id; without it,"
        " leads without e-mail are parked",
    )
    interest_field: str = Field(
        "",
        pattern=API_NAME,
        description="API name of a custom field of type Text Area that gets what the customer did,"
        " newest first",
    )
    partition: str = Field(
        "",
        description="name of the lead partition that new persons get; without it the default one",
    )
    source: str = Field(
        "Microsoft marketplace",
        description="leadSource of new persons",
    )
    status: str = Field("", description="leadStatus of new persons")
    open_statuses: Names = Field(
        ("New", "Open", "Open - Not Contacted"),
        description="leadStatus that tells no follow-up, as workflows or a CRM sync set it,"
        " separated by commas",
    )
    own_fields: OwnFields = Field(
        default={},
        description='custom fields of new persons, as JSON: {"offer": "{offer_title}"}',
    )
