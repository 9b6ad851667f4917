"""What is special to e-mail: identity, requests that are the same, addresses and headers."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from local.fakes.channels.email import MANAGED_DOMAIN, EmailServer
from local.fakes.faults import Fault
from shared.channels import build_channel
from shared.destinations.http.tokens import Token
from shared.domain.errors import (
    ChannelRefusedError,
    ChannelSettingsError,
    ChannelUnavailableError,
)
from shared.domain.rules import ChannelKind, ChannelRef
from shared.ports.channels import Recipient
from tests.channels.examples import ANN, NEW_LEAD, OVERDUE, TEAM
from tests.channels.subjects import email_channel
from tests.notices.examples import AT

LATER = AT.replace(year=2100)


async def test_a_mail_says_that_a_program_sent_it_and_follows_nobody() -> None:
    async with EmailServer().running() as server:
        channel = email_channel(server)
        await channel.send(NEW_LEAD, ANN)
        await channel.close()
        mail = server.arrived[0].body

        assert mail["headers"]["Auto-Submitted"] == "auto-generated"
        assert mail["userEngagementTrackingDisabled"] is True
        assert mail["content"]["subject"] == "New lead: Jane Doe, Contoso"
        assert "> Please call me." in mail["content"]["plainText"]
        assert "<blockquote" in mail["content"]["html"]


async def test_a_mail_whose_answer_was_lost_is_not_sent_twice() -> None:
    async with EmailServer().running() as server:
        channel = email_channel(server)
        server.faults.append(Fault.CUT_AFTER)
        with pytest.raises(ChannelUnavailableError, match="no whole answer"):
            await channel.send(NEW_LEAD, ANN)
        await channel.send(NEW_LEAD, ANN)
        await channel.close()
        first, second = server.headers

        assert len(server.arrived) == 1
        for name in ("operation-id", "repeatability-request-id", "repeatability-first-sent"):
            assert first[name] == second[name]


async def test_another_message_or_recipient_is_another_mail() -> None:
    async with EmailServer().running() as server:
        channel = email_channel(server)
        await channel.send(NEW_LEAD, ANN)
        await channel.send(NEW_LEAD, TEAM)
        await channel.send(OVERDUE, ANN)
        await channel.close()

        assert len({headers["operation-id"] for headers in server.headers}) == 3
        assert [arrived.mentions for arrived in server.arrived] == [
            ("ann@fabrikam.example",),
            ("sales@fabrikam.example",),
            ("ann@fabrikam.example",),
        ]


async def test_a_token_that_is_refused_is_had_anew_once() -> None:
    def tokens() -> Iterator[Token]:
        yield Token("old", LATER)
        yield Token(server.token, LATER)

    async with EmailServer().running() as server:
        given = tokens()
        channel = email_channel(server, lambda: next(given))
        await channel.send(NEW_LEAD, ANN)
        await channel.close()

        assert len(server.calls) == 2


async def test_a_missing_role_says_what_to_do() -> None:
    async with EmailServer().running() as server:
        channel = email_channel(server, lambda: Token("never", LATER))
        with pytest.raises(ChannelRefusedError, match=r"401 Unauthorized: Denied .*the role"):
            await channel.send(NEW_LEAD, ANN)
        await channel.close()


async def test_a_domain_that_is_not_linked_says_so() -> None:
    async with EmailServer().running() as server:
        channel = email_channel(server)
        server.domain = "other.example"
        with pytest.raises(ChannelRefusedError, match=r"DomainNotLinked .*EMAIL_SENDER"):
            await channel.send(NEW_LEAD, ANN)
        await channel.close()


async def test_a_domain_that_azure_manages_takes_five_mails_a_minute() -> None:
    async with EmailServer(lambda: 0.0).running() as server:
        server.limit_to(MANAGED_DOMAIN)
        channel = email_channel(server)
        for number in range(5):
            await channel.send(NEW_LEAD, Recipient(name="X", email=f"x{number}@fabrikam.example"))
        with pytest.raises(ChannelUnavailableError, match="TooManyRequests") as raised:
            await channel.send(NEW_LEAD, ANN)
        await channel.close()

        assert raised.value.retry_after == timedelta(seconds=61)


async def test_a_recipient_without_an_address_is_a_fault_of_settings() -> None:
    async with EmailServer().running() as server:
        channel = email_channel(server, address="")
        with pytest.raises(ChannelSettingsError, match="EMEA has no e-mail address"):
            await channel.send(NEW_LEAD, TEAM)
        await channel.close()

    assert server.calls == []


async def test_each_missing_setting_is_named() -> None:
    ref = ChannelRef(name="mail", kind=ChannelKind.EMAIL, setting="EMAIL_ENDPOINT")
    channel = build_channel(ref, {"EMAIL_SENDER": "leads"})
    with pytest.raises(ChannelSettingsError, match="EMAIL_ENDPOINT: is not set"):
        await channel.send(NEW_LEAD, ANN)

    _, sender = channel.lacks()
    assert sender.startswith("EMAIL_SENDER: is 'leads'; should be the address")


@pytest.mark.parametrize("end", ["?api-version=2023-03-31", "#key"])
async def test_a_resource_at_an_address_with_a_query_is_a_fault_of_settings(end: str) -> None:
    ref = ChannelRef(name="mail", kind=ChannelKind.EMAIL, setting="EMAIL_ENDPOINT")
    given = {"EMAIL_ENDPOINT": f"https://fabrikam.example/{end}", "EMAIL_SENDER": "a@b.example"}

    assert build_channel(ref, given).lacks() == ["EMAIL_ENDPOINT: has a query or a fragment"]
