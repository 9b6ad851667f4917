"""The settings of the channel ``email``."""

from pydantic import Field

from shared.destinations.http.addresses import BaseAddress
from shared.settings import Settings

ADDRESS = r"^[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+$"


class EmailSettings(Settings):
    """The resource that sends, for all channels of this kind."""

    endpoint: BaseAddress = Field(
        validation_alias="EMAIL_ENDPOINT",
        description="https address of a resource of Azure Communication Services",
    )
    sender: str = Field(
        validation_alias="EMAIL_SENDER",
        pattern=ADDRESS,
        description="address that notices come from, at a domain that is linked to the resource",
    )
