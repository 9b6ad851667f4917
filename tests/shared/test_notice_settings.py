"""The channel that settings name, and how it is built."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from shared.channels import ConfiguredChannels
from shared.domain.rules import ChannelKind, ChannelRef
from shared.notice_settings import (
    DefaultChannelSettings,
    NoticeSettings,
    SilenceSettings,
    default_channel,
)


def channel(**given: str) -> ChannelRef | None:
    return default_channel(DefaultChannelSettings.model_validate(given))


def test_without_a_setting_there_is_no_channel() -> None:
    assert channel() is None


@pytest.mark.parametrize("kind", ["teams", "slack", "https_endpoint"])
def test_a_channel_by_an_address_names_the_setting_that_holds_it(kind: str) -> None:
    assert channel(NOTICE_CHANNEL=kind, NOTICE_TO="x@fabrikam.example") == ChannelRef(
        name="default", kind=ChannelKind(kind), setting="NOTICE_CHANNEL_URL"
    )


def test_e_mails_go_to_the_mailbox_that_is_set() -> None:
    assert channel(NOTICE_CHANNEL="email", NOTICE_TO="sales@fabrikam.example") == ChannelRef(
        name="default",
        kind=ChannelKind.EMAIL,
        setting="EMAIL_ENDPOINT",
        to="sales@fabrikam.example",
    )


def test_an_unknown_kind_is_named() -> None:
    with pytest.raises(ValidationError, match="NOTICE_CHANNEL"):
        channel(NOTICE_CHANNEL="pigeon")


def test_a_wrong_setting_of_what_is_told_takes_no_channel_away() -> None:
    assert channel(NOTICE_CHANNEL="slack", NOTICE_DETAILS="all") is not None


def test_the_settings_that_a_channel_names_are_settings() -> None:
    known = {field.validation_alias for field in NoticeSettings.model_fields.values()}
    assert {"NOTICE_CHANNEL_URL", "NOTICE_CHANNEL_SECRET", "EMAIL_ENDPOINT", "EMAIL_SENDER"} < known


async def test_a_channel_is_built_once() -> None:
    channels = ConfiguredChannels({})
    ref = ChannelRef(name="sales", kind=ChannelKind.SLACK, setting="SALES")
    first = await channels.get(ref)

    assert await channels.get(ref) is first
    assert first.lacks() == ["SALES: is not set; should be the address that messages are posted to"]
    await channels.close()


@pytest.mark.parametrize(
    ("given", "after"),
    [({}, timedelta(days=14)), ({"SILENCE_AFTER": "P3D"}, timedelta(days=3)),
     ({"SILENCE_AFTER": "0"}, None), ({"SILENCE_AFTER": " 0 "}, None)],
)  # fmt: skip
def test_d3_silence_is_told_after_14_days_another_time_or_never(
    given: dict[str, str], after: timedelta | None
) -> None:
    assert SilenceSettings.model_validate(given).silence_after == after


def test_d3_a_wrong_time_of_silence_is_named() -> None:
    with pytest.raises(ValidationError, match="SILENCE_AFTER"):
        SilenceSettings.model_validate({"SILENCE_AFTER": "14"})
