"""Each channel beside its fake, as the contract suite drives it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from local.fakes.channels import fake_channel
from local.fakes.channels.email import EmailServer
from local.fakes.channels.server import ChannelServer
from local.fakes.channels.slack import SlackServer
from local.fakes.channels.teams import TeamsServer
from shared.channels import build_channel
from shared.channels.building import KINDS
from shared.channels.email.adapter import EmailChannel, send_url
from shared.channels.pace import Pace
from shared.channels.slack.adapter import SlackChannel
from shared.channels.teams.adapter import TeamsChannel
from shared.channels.webhook import Webhook
from shared.destinations.http.tokens import Token
from shared.domain.rules import ChannelKind, ChannelRef
from shared.ports.channels import Channel
from tests.notices.examples import AT

REFS = {kind: ChannelRef(name="sales", kind=kind, setting="NOTICE_CHANNEL_URL") for kind in KINDS}


@dataclass(frozen=True)
class Subject:
    """A channel, and the fake that it sends to."""

    channel: Channel
    server: ChannelServer


@asynccontextmanager
async def connected(kind: ChannelKind) -> AsyncIterator[Subject]:
    """Start a fake, and build the channel from its settings."""
    async with fake_channel(kind).running() as server:
        channel = channel_to(server)
        try:
            yield Subject(channel, server)
        finally:
            await channel.close()


def channel_to(server: ChannelServer) -> Channel:
    """Build a channel that sends to a fake."""
    if isinstance(server, EmailServer):
        return email_channel(server)
    url = server.settings()["NOTICE_CHANNEL_URL"]
    if isinstance(server, SlackServer):
        return SlackChannel("NOTICE_CHANNEL_URL", url, Pace(0))
    if isinstance(server, TeamsServer):
        return TeamsChannel("NOTICE_CHANNEL_URL", url, Pace(0))
    return build_channel(REFS[ChannelKind.HTTPS_ENDPOINT], server.settings())


def email_channel(
    server: EmailServer, fetch: Callable[[], Token] | None = None, address: str = ""
) -> EmailChannel:
    """Build a channel whose tokens the fake knows."""

    async def token() -> Token:
        return fetch() if fetch else Token(server.token, AT.replace(year=2100))

    sender = server.settings()["EMAIL_SENDER"]
    webhook = Webhook(send_url(server.url), Pace(0))
    return EmailChannel(webhook, sender, address or "sales@fabrikam.example", token)
