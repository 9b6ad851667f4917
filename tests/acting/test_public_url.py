"""The address that links begin with: a setting, else the host name that the platform tells."""

import pytest
from pydantic import ValidationError

from shared.acting_settings import ActingSettings, PlatformSettings, address


def url(**given: str) -> str:
    return address(ActingSettings.model_validate(given), PlatformSettings.model_validate(given))


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, ""),
        ({"WEBSITE_HOSTNAME": "relay.azurewebsites.net"}, "https://relay.azurewebsites.net"),
        ({"WEBSITE_HOSTNAME": "localhost:7071"}, "http://localhost:7071"),
        ({"WEBSITE_HOSTNAME": "localhost.example.com"}, "https://localhost.example.com"),
        (
            {"PUBLIC_URL": "https://a.example.com/", "WEBSITE_HOSTNAME": "b.example.com"},
            "https://a.example.com",
        ),
        ({"PUBLIC_URL": " https://a.example.com/leads/ "}, "https://a.example.com/leads"),
        ({"PUBLIC_URL": "http://127.0.0.1:7071"}, "http://127.0.0.1:7071"),
    ],
)
def test_the_address_is_the_setting_or_else_the_host_name(
    settings: dict[str, str], expected: str
) -> None:
    assert url(**settings) == expected


@pytest.mark.parametrize(
    "wrong",
    [
        "leads.example.com",
        "ftp://leads.example.com",
        "https://",
        "https://leads.example.com/?a=b",
        "https://leads.example.com/#top",
        "https://user:pass@leads.example.com",
        "https://leads.example.com/a b",
    ],
)
def test_what_links_could_not_begin_with_is_named(wrong: str) -> None:
    with pytest.raises(ValidationError, match="PUBLIC_URL"):
        url(PUBLIC_URL=wrong)
