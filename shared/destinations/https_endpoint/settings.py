"""The settings of the destination ``https_endpoint``."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from shared.destinations.http.addresses import Address
from shared.destinations.http.signing import checked_secrets
from shared.settings import SECRET, Settings


class HttpsEndpointSettings(Settings):
    """The destination ``https_endpoint``."""

    url: Address = Field(
        validation_alias="HTTPS_ENDPOINT_URL",
        description="https address that leads are posted to, with its whole query",
        json_schema_extra=SECRET,
    )
    secret: Annotated[str, AfterValidator(checked_secrets)] = Field(
        "",
        validation_alias="HTTPS_ENDPOINT_SECRET",
        description="whsec_… that posts are signed with, several separated by spaces while one"
        " replaces another; empty: posts are not signed",
        json_schema_extra=SECRET,
    )
    body: Literal["lead", "marketplace"] = Field(
        "lead",
        validation_alias="HTTPS_ENDPOINT_BODY",
        description="what is posted: lead (docs/lead.schema.json), or marketplace (Microsoft's own"
        " body, one post per interest)",
    )
    bearer: str = Field(
        "",
        validation_alias="HTTPS_ENDPOINT_BEARER",
        pattern="^[!-~]+$",
        description="token that is sent as Authorization: Bearer, as it is",
        json_schema_extra=SECRET,
    )
