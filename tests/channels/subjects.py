"""Each channel beside its fake, as the contract suite drives it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from local.fakes.channels import fake_channel
from local.fakes.channels.email import EmailServer
from local.fakes.channels.server import ChannelServer
from shared.channels import build_channel
from shared.channels.building import KINDS, Given
from shared.channels.email.adapter import EmailChannel
from shared.channels.pace import Pace
from shared.channels.slack import adapter as slack
from shared.channels.teams import adapter as teams
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


def channel_to(server: ChannelServer, pace: Pace | None = None, **settings: str) -> Channel:
    """Build a channel that sends to a fake, as fast as it is asked to if nothing else is said."""
    if isinstance(server, EmailServer):
        return email_channel(server)
    [kind] = [kind for kind in KINDS if kind == server.name]
    given = Given(REFS[kind], {**server.settings(), **settings})
    match kind:
        case ChannelKind.SLACK:
            return slack.create(given, pace or Pace(0))
        case ChannelKind.TEAMS:
            return teams.create(given, pace or Pace(0))
        case _:
            return build_channel(given.ref, given.environ)


def email_channel(
    server: EmailServer,
    fetch: Callable[[], Token] | None = None,
    address: str = "sales@fabrikam.example",
) -> EmailChannel:
    """Build a channel whose tokens the fake knows."""

    async def token() -> Token:
        return fetch() if fetch else Token(server.token, AT.replace(year=2100))

    return EmailChannel(
        server.url,
        sender=server.settings()["EMAIL_SENDER"],
        address=address,
        fetch=token,
        pace=Pace(0),
    )
