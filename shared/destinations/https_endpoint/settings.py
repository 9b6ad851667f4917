"""The settings of the destination ``https_endpoint``."""

import base64
import binascii
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from shared.destinations.http.addresses import Address
from shared.settings import SECRET, Settings

SECRET_BYTES = range(24, 65)
SECRET_PREFIX = "whsec_"  # noqa: S105 - how a secret starts


def _checked_secrets(given: str) -> str:
    for number, secret in enumerate(given.split(), start=1):
        try:
            key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
        except binascii.Error:
            key = b""
        if not secret.startswith(SECRET_PREFIX) or len(key) not in SECRET_BYTES:
            raise ValueError(f"number {number} is not whsec_ and 24 to 64 bytes in base64")
    return given


class HttpsEndpointSettings(Settings):
    """The destination ``https_endpoint``."""

    url: Address = Field(
        validation_alias="HTTPS_ENDPOINT_URL",
        description="https address that leads are posted to, with its whole query",
        json_schema_extra=SECRET,
    )
    secret: Annotated[str, AfterValidator(_checked_secrets)] = Field(
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
