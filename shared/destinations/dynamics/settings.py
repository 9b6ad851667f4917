"""The settings of the destination ``dynamics``."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from shared.destinations.dynamics.bindings import binding_fault, name_fault, open_bindings
from shared.destinations.dynamics.outcomes import OUTCOMES
from shared.destinations.dynamics.owner import owner_path
from shared.destinations.http.addresses import Address, BaseAddress
from shared.destinations.http.crm_settings import CrmSettings, named
from shared.destinations.http.own_fields import OwnField, OwnFields
from shared.setting_types import WholeNumber
from shared.settings import SECRET


class DynamicsSettings(CrmSettings):
    """Where the environment is, how the app is let in, and what new leads are given."""

    model_config = named("DYNAMICS")
    ours = ("leadid",)
    known_outcomes = OUTCOMES

    url: Address = Field(
        description="address of the environment, such as https://contoso.crm4.dynamics.com",
    )
    credential: Literal["secret", "managedidentity"] = Field(
        "secret",
        description="secret: of an app registration; managedidentity: the app's identity in Azure",
    )
    tenant_id: str = Field(
        "",
        validate_default=True,
        pattern=r"^[A-Za-z0-9.-]*$",
        description="tenant of the app registration: its id or a domain of it; none if"
        " DYNAMICS_CREDENTIAL is managedidentity",
    )
    client_id: str = Field(
        "",
        validate_default=True,
        description="client id of the app registration; none if DYNAMICS_CREDENTIAL is"
        " managedidentity",
    )
    client_secret: str = Field(
        "",
        validate_default=True,
        description="client secret of the app registration: its value, not its id; none if"
        " DYNAMICS_CREDENTIAL is managedidentity",
        json_schema_extra=SECRET,
    )
    authority: BaseAddress = Field(
        "https://login.microsoftonline.com",
        description="address of Microsoft Entra; another one in national clouds",
    )
    identity_client_id: str | None = Field(
        None,
        description="client id of a user-assigned identity",
    )
    owner: str = Field(
        "",
        pattern=r"^(systemuser|team):[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
        description="owner of new leads: systemuser: or team: and its id; without it, our own user",
    )
    lead_source_code: WholeNumber = Field(
        8,
        description="number of the choice Lead Source of new leads (8 is Web); 0 leaves it empty",
    )
    own_fields: OwnFields = Field(
        default={},
        description='columns set on new leads, as JSON: {"new_offer": "{offer_title}"}',
    )

    @field_validator("own_fields")
    @classmethod
    def _bound_by_us(cls, fields: Mapping[str, OwnField]) -> Mapping[str, OwnField]:
        """Refuse addresses that a customer may choose, under whatever name."""
        for name in fields:
            if fault := name_fault(name):
                raise ValueError(f"{name!r} {fault}")
        for name, address in open_bindings(fields).items():
            if fault := binding_fault(address):
                raise ValueError(f"{name!r} {fault}")
        return fields

    @field_validator("tenant_id", "client_id", "client_secret", mode="before")
    @classmethod
    def _needed_without_identity(cls, value: str, info: ValidationInfo) -> str:
        """Miss what an app registration has, unless the app's identity signs in."""
        if not value and info.data.get("credential") == "secret":
            raise PydanticCustomError("missing", "not set")
        return value

    @property
    def owner_path(self) -> str:
        """Return the address of the owner of new leads, "" without one."""
        return owner_path(self.owner)
