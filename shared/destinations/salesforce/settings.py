"""The settings of the destination Salesforce."""

from collections.abc import Mapping

from pydantic import Field, ValidationInfo, field_validator

from shared.destinations.http.addresses import BaseAddress
from shared.destinations.http.countries import CountryFormat
from shared.destinations.http.own_fields import OwnField, OwnFields, without_ours
from shared.destinations.salesforce.fields import (
    COMPANY,
    COUNTRY_CODE,
    DESCRIPTION,
    DO_NOT_CONTACT,
    LAST_NAME,
    LENGTHS,
)
from shared.settings import SECRET, Settings

NOT_PROVIDED = "[not provided]"
SET_ONCE = ("Status", "LeadSource", "OwnerId")
OWNER = "^(005|00G)[a-zA-Z0-9]{12}([a-zA-Z0-9]{3})?$"
ASSIGNMENT = "^(TRUE|FALSE|01Q[a-zA-Z0-9]{12}([a-zA-Z0-9]{3})?)$"


class SalesforceSettings(Settings):
    """The destination ``salesforce``."""

    url: BaseAddress = Field(
        validation_alias="SALESFORCE_URL",
        description="address of My Domain: https://fabrikam.my.salesforce.com",
    )
    client_id: str = Field(
        validation_alias="SALESFORCE_CLIENT_ID",
        description="consumer key of the External Client App",
    )
    client_secret: str = Field(
        validation_alias="SALESFORCE_CLIENT_SECRET",
        description="consumer secret of the External Client App",
        json_schema_extra=SECRET,
    )
    api_version: str = Field(
        "v68.0",
        validation_alias="SALESFORCE_API_VERSION",
        pattern=r"^v[0-9]{2,3}\.0$",
        description="version of the REST API, such as v68.0",
    )
    id_field: str = Field(
        "Marketplace_Lead_Id__c",
        validation_alias="SALESFORCE_ID_FIELD",
        pattern="^[A-Za-z][A-Za-z0-9_]*__c$",
        description="API name of the unique external id field of Lead that holds our lead id",
    )
    owner: str = Field(
        "",
        validation_alias="SALESFORCE_OWNER",
        pattern=OWNER,
        description="owner of new leads: id of a user (005…) or a queue (00G…)",
    )
    assignment: str = Field(
        "",
        validation_alias="SALESFORCE_ASSIGNMENT",
        pattern=ASSIGNMENT,
        description="assignment rule for new leads: TRUE (the active one), FALSE, or an id (01Q…);"
        " without it FALSE for leads that get an owner from the settings, else TRUE",
    )
    status: str = Field(
        "",
        validation_alias="SALESFORCE_STATUS",
        description="Status of new leads; without it the org's default",
    )
    lead_source: str = Field(
        "",
        validation_alias="SALESFORCE_LEAD_SOURCE",
        description="LeadSource of new leads; without it the org's default",
    )
    company_placeholder: str = Field(
        NOT_PROVIDED,
        validation_alias="SALESFORCE_COMPANY_PLACEHOLDER",
        max_length=LENGTHS["LastName"],
        description="Company, and LastName if there is no e-mail either, where none was given;"
        " none: no Company then, as person accounts want it",
    )
    country_field: str = Field(
        "Country",
        validation_alias="SALESFORCE_COUNTRY_FIELD",
        pattern="^(Country|CountryCode)$",
        description="Country, or CountryCode where State and Country/Territory Picklists are on",
    )
    country: CountryFormat = Field(
        "as_given",
        validation_alias="SALESFORCE_COUNTRY",
        description="how countries are written: as_given, iso (always for CountryCode), or name",
    )
    fill_empty_only: bool = Field(
        default=True,
        validation_alias="SALESFORCE_FILL_EMPTY_ONLY",
        description="whether a lead that is found there, and not made by the app, keeps its values",
    )
    closed_task_status: str = Field(
        "Completed",
        validation_alias="SALESFORCE_CLOSED_TASK_STATUS",
        description="Status of tasks that are done",
    )
    own_fields: OwnFields = Field(
        default={},
        validation_alias="SALESFORCE_FIELDS",
        description='custom fields of new leads, as JSON: {"Offer__c": "{offer_title}"}',
    )

    @field_validator("own_fields")
    @classmethod
    def _ours_are_free(
        cls, fields: Mapping[str, OwnField], info: ValidationInfo
    ) -> Mapping[str, OwnField]:
        """Refuse what a lead is recognised by, and what holds the interest.

        Salesforce takes names in any case; those that are ours too are written as we do.
        """
        ours = {name.casefold(): name for name in (*LENGTHS, *DO_NOT_CONTACT, *SET_ONCE)}
        named = {ours.get(name.casefold(), name): field for name, field in fields.items()}
        if len({name.casefold() for name in named}) < len(fields):
            raise ValueError("a field is named twice, in upper and lower case")
        return without_ours(named, [info.data.get("id_field", ""), DESCRIPTION])

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
