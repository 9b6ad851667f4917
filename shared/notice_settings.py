"""The settings of notices: the channel that is used where ``routing.toml`` names none."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from shared.domain.plan import GRACE
from shared.domain.rules import ChannelKind, ChannelRef
from shared.setting_types import Duration
from shared.settings import SECRET, Settings

DEFAULT_CHANNEL = "default"
URL = "NOTICE_CHANNEL_URL"
ENDPOINT = "EMAIL_ENDPOINT"

SILENCE_AFTER = timedelta(days=14)


class DefaultChannelSettings(Settings):
    """How people are told where the rules name no channel; apart from how that is reached."""

    channel: Literal["", "email", "https_endpoint", "slack", "teams"] = Field(
        "",
        validation_alias="NOTICE_CHANNEL",
        description="how people are told where routing.toml names no channel: email,"
        " https_endpoint, slack or teams; empty: nobody is told",
    )
    to: str = Field(
        "",
        validation_alias="NOTICE_TO",
        description="mailbox that its e-mails go to",
    )


class DetailsSettings(Settings):
    """What people are told; apart, so that a wrong one stops no notice."""

    details: Literal["little", "full"] = Field(
        "little",
        validation_alias="NOTICE_DETAILS",
        description="what notices say of a customer: little (name, company, country, links to"
        " write and call), or full (what they wrote and their job title, too)",
    )


class NoticeSettings(DetailsSettings, DefaultChannelSettings):
    """All of this. Addresses are judged by their channel, which names their faults."""

    url: str = Field(
        "",
        validation_alias="NOTICE_CHANNEL_URL",
        description="address that its messages are posted to; not for email",
        json_schema_extra=SECRET,
    )
    secret: str = Field(
        "",
        validation_alias="NOTICE_CHANNEL_SECRET",
        description="whsec_… that messages to an https_endpoint are signed with; empty: not signed",
        json_schema_extra=SECRET,
    )
    endpoint: str = Field(
        "",
        validation_alias="EMAIL_ENDPOINT",
        description="https address of the resource of Azure Communication Services that sends"
        " e-mails",
    )
    sender: str = Field(
        "",
        validation_alias="EMAIL_SENDER",
        description="address that e-mails come from, at a domain that is linked to the resource",
    )


def _duration_or_none(value: object) -> object:
    return None if value == "0" else value


class SilenceSettings(Settings):
    """When it is suspicious that nothing comes; apart, so that a wrong one stops no notice."""

    silence_after: Annotated[Duration | None, BeforeValidator(_duration_or_none)] = Field(
        SILENCE_AFTER,
        validation_alias="SILENCE_AFTER",
        description="after how long without any push people are told: ISO 8601 duration such as"
        " P14D; 0: never",
    )


def default_channel(settings: DefaultChannelSettings) -> ChannelRef | None:
    """Return the channel that the settings name, None if they name none."""
    if not settings.channel:
        return None
    kind = ChannelKind(settings.channel)
    by_mail = kind is ChannelKind.EMAIL
    return ChannelRef(
        name=DEFAULT_CHANNEL,
        kind=kind,
        setting=ENDPOINT if by_mail else URL,
        to=settings.to if by_mail else "",
    )


class GraceSettings(Settings):
    """How long flags wait for a CRM that can't be asked; apart, for the same reason."""

    grace: Duration = Field(
        GRACE,
        validation_alias="FOLLOW_UP_GRACE",
        description="how long a flag or reminder waits for a CRM that can't be asked whether"
        " somebody has answered: ISO 8601 duration such as PT1H",
    )
