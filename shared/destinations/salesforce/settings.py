"""The settings of the destination Salesforce."""

from collections.abc import Mapping

from pydantic import Field, field_validator

from shared.destinations.http.addresses import BaseAddress
from shared.destinations.http.countries import CountryFormat
from shared.destinations.http.crm_settings import SharedRecordSettings, named
from shared.destinations.http.lead_statuses import OUTCOMES
from shared.destinations.http.own_fields import OwnField, OwnFields
from shared.destinations.salesforce.fields import (
    COMPANY,
    COUNTRY_CODE,
    DESCRIPTION,
    DO_NOT_CONTACT,
    LAST_NAME,
    LENGTHS,
)
from shared.settings import SECRET

NOT_PROVIDED = "[not provided]"
SET_ONCE = ("Status", "LeadSource", "OwnerId")
OWNER = "^(005|00G)[a-zA-Z0-9]{12}([a-zA-Z0-9]{3})?$"
ASSIGNMENT = "^(TRUE|FALSE|01Q[a-zA-Z0-9]{12}([a-zA-Z0-9]{3})?)$"


class SalesforceSettings(SharedRecordSettings):
    """The destination ``salesforce``."""

    model_config = named("SALESFORCE")
    ours = (DESCRIPTION,)
    naming_ours = ("id_field",)
    known_outcomes = OUTCOMES

    url: BaseAddress = Field(
        description="address of My Domain: https://fabrikam.my.salesforce.com",
    )
    client_id: str = Field(
        description="consumer key of the External Client App",
    )
    client_secret: str = Field(
        description="consumer secret of the External Client App",
        json_schema_extra=SECRET,
    )
    api_version: str = Field(
        "v68.0",
        pattern=r"^v[0-9]{2,3}\.0$",
        description="version of the REST API, such as v68.0",
    )
    id_field: str = Field(
        "Marketplace_Lead_Id__c",
        pattern="^[A-Za-z][A-Za-z0-9_]*__c$",
        description="API name of the unique external id field of Lead that holds our lead id",
    )
    owner: str = Field(
        "",
        pattern=OWNER,
        description="owner of new leads: id of a user (005…) or a queue (00G…)",
    )
    assignment: str = Field(
        "",
        pattern=ASSIGNMENT,
        description="assignment rule for new leads: TRUE (the active one), FALSE, or an id (01Q…);"
        " without it FALSE for leads that get an owner from the settings, else TRUE",
    )
    status: str = Field(
        "",
        description="Status of new leads; without it the org's default",
    )
    lead_source: str = Field(
        "",
        description="LeadSource of new leads; without it the org's default",
    )
    company_placeholder: str = Field(
        NOT_PROVIDED,
        max_length=LENGTHS["LastName"],
        description="Company, and LastName if there is no e-mail either, where none was given;"
        " none: no Company then, as person accounts want it",
    )
    country_field: str = Field(
        "Country",
        pattern="^(Country|CountryCode)$",
        description="Country, or CountryCode, which always gets ISO codes, where State and"
        " Country/Territory Picklists are on",
    )
    closed_task_status: str = Field(
        "Completed",
        description="Status of tasks that are done",
    )
    own_fields: OwnFields = Field(
        default={},
        description='custom fields of new leads, as JSON: {"Offer__c": "{offer_title}"}',
    )

    @field_validator("own_fields")
    @classmethod
    def _as_we_write_them(cls, fields: Mapping[str, OwnField]) -> Mapping[str, OwnField]:
        """Return names that we send too as we write them: Salesforce takes any case."""
        known = {name.casefold(): name for name in (*LENGTHS, *DO_NOT_CONTACT, *SET_ONCE)}
        return {known.get(name.casefold(), name): field for name, field in fields.items()}

    @property
    def country_format(self) -> CountryFormat:
        """Return how countries are written; a field of codes takes nothing else."""
        return "iso" if self.country_field == COUNTRY_CODE else self.country

    @property
    def placeholders(self) -> dict[str, str]:
        """Return what stands where nothing was given; a lead is never without a last name."""
        none = self.company_placeholder.lower() == "none"
        company = "" if none else self.company_placeholder
        return {LAST_NAME: company or NOT_PROVIDED, COMPANY: company}

    @property
    def set_once(self) -> dict[str, str]:
        """Return what is sales' own as soon as the lead is there."""
        first = dict(zip(SET_ONCE, (self.status, self.lead_source, self.owner), strict=True))
        return {name: value for name, value in first.items() if value}
