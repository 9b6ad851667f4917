"""Leads go to https addresses only, or to this machine."""

import pytest

from shared.destinations.http.addresses import checked_url
from shared.domain.errors import SettingsError


@pytest.mark.parametrize(
    "url",
    [
        "https://crm.example",
        "https://crm.example:8443/a?b=%2F&sig=c#d",
        "https://münchen.example/",
        "http://localhost:1",
        "http://127.0.0.1",
        "http://[::1]:8080/",
    ],
)
def test_an_address_that_may_be_called_is_returned_as_it_is(url: str) -> None:
    assert checked_url("CRM_URL", url) == url


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("", "is not set"),
        ("crm.example", "is '://'"),
        ("http://crm.example/s3cret", "is 'http://crm.example'"),
        ("ftp://crm.example", "is 'ftp://crm.example'"),
        ("https:///s3cret", "is 'https://'"),
        ("https://[::1", "is no address"),
        ("https://crm.example\n/s3cret", "is no address"),
        (f"https://{'a' * 64}.example/s3cret", "is no address"),
        ("https://crm.example:99999", "has a port that can't be"),
        ("https://s3cret@crm.example", "has a user or password in it"),
    ],
)
def test_an_address_that_may_not_be_called_is_told_without_what_may_be_secret(
    url: str, fault: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        checked_url("CRM_URL", url)

    assert caught.value.faults == (f"CRM_URL: {fault}; should be an https address",)
