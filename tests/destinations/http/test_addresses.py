"""Leads go to https addresses only, or to this machine."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field
from pydantic_core import PydanticCustomError

from shared.destinations.http.addresses import Address, BaseAddress, checked_base
from shared.domain.errors import SettingsError
from shared.settings import Settings, load


class Where(Settings):
    """A destination at an address."""

    url: Address = Field(validation_alias="CRM_URL", description="an https address")


class Base(Settings):
    """A destination at an address that paths are added to."""

    url: BaseAddress = Field(validation_alias="CRM_URL", description="an https address")


@pytest.mark.parametrize(
    "url",
    [
        "https://crm.example",
        "https://CRM_1.example.:443",
        "https://192.0.2.1",
        "https://[2001:db8::1]:8443",
        "https://crm.example:8443/a?b=%2F&sig=c#d",
        "https://münchen.example/",
        "http://localhost:1",
        "http://127.0.0.1",
        "http://[::1]:8080/",
    ],
)
def test_an_address_that_may_be_called_is_returned_as_it_is(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_URL", f" {url}\n")

    assert load(Where).url == url


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("", "is not set"),
        ("crm.example", " is '://', which is not https"),
        ("http://crm.example/s3cret", " is 'http://crm.example', which is not https"),
        ("ftp://crm.example", " is 'ftp://crm.example', which is not https"),
        ("https:///s3cret", " is 'https://', which is not https"),
        ("https://[::1", " is not a valid address"),
        ("https://crm.example\n/s3cret", " is not a valid address"),
        (f"https://{'a' * 64}.example/s3cret", " is not a valid address"),
        ("https://xn--a.example/s3cret", " is not a valid address"),
        ("https://crm..example/s3cret", " is not a valid address"),
        ("https://<crm>.example/s3cret", " is not a valid address"),
        ("https://my crm.example/s3cret", " is not a valid address"),
        ("https://crm.example\\s3cret", " is not a valid address"),
        ("https://crm.example,crm.example", " is not a valid address"),
        ("https://crm.example:+443", " has a port that can't be"),
        ("https://crm.example:٤٤٣", " has a port that can't be"),
        ("https://crm.example:99999", " has a port that can't be"),
        ("https://crm.example:0", " has a port that can't be"),
        ("https://s3cret@crm.example", " has a user or password in it"),
        ("https://@crm.example", " has a user or password in it"),
    ],
)
def test_an_address_that_may_not_be_called_is_told_without_what_may_be_secret(
    url: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_URL", url)

    with pytest.raises(SettingsError, match="CRM_URL") as caught:
        load(Where)

    assert caught.value.faults == (f"CRM_URL: {fault.strip()}; should be: an https address",)


@pytest.mark.parametrize("end", ["?sig=s3cret", "#s3cret", "/?", "/#"])
def test_an_address_that_paths_are_added_to_has_no_query_and_no_fragment(
    end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_URL", f"https://crm.example{end}")

    with pytest.raises(SettingsError, match="CRM_URL: has a query or a fragment; should be: an"):
        load(Base)


@given(st.text(max_size=30).map("https://127.0.0.1:9".__add__) | st.text(max_size=80))
def test_whatever_is_set_is_refused_as_a_setting_or_can_be_called(text: str) -> None:
    try:
        url = checked_base(text)
    except PydanticCustomError:
        return
    request = httpx.Request("GET", f"{url.rstrip('/')}/thing")
    assert request.url.host == httpx.URL(url).host
    assert request.url.path.endswith("/thing")
