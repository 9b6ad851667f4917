"""Adapters are built when a lead first needs them; whatever fails then is a fault of settings."""

from dataclasses import dataclass

import pytest

from shared.bootstrap import ConfiguredDestinations
from shared.domain.errors import SettingsError
from shared.ports.crm import Crm
from tests.fakes import FakeCrm


@dataclass
class Builder:
    """Fails as often as it has errors, and counts."""

    errors: list[Exception]
    built: int = 0

    def __call__(self) -> Crm:
        self.built += 1
        if self.errors:
            raise self.errors.pop(0)
        return FakeCrm()


async def test_an_adapter_is_built_once() -> None:
    builder = Builder([])
    destinations = ConfiguredDestinations({"crm": builder})

    assert await destinations.get("crm") is await destinations.get("crm")
    assert builder.built == 1


@pytest.mark.parametrize("error", [UnicodeError("a?sig=secret"), ValueError(), KeyError("x")])
async def test_one_that_fails_while_it_is_built_has_wrong_settings_until_it_can_be(
    error: Exception,
) -> None:
    destinations = ConfiguredDestinations({"crm": Builder([error])})

    told = f"crm: its adapter can't be built, by {type(error).__name__}"
    with pytest.raises(SettingsError, match=told) as raised:
        await destinations.get("crm")

    assert "secret" not in str(raised.value)
    assert isinstance(await destinations.get("crm"), FakeCrm)


async def test_one_that_says_which_settings_are_wrong_is_quoted() -> None:
    fault = SettingsError(["HUBSPOT_KEY: is not set"])
    destinations = ConfiguredDestinations({"crm": Builder([fault])})

    with pytest.raises(SettingsError, match="HUBSPOT_KEY: is not set"):
        await destinations.get("crm")


async def test_a_name_that_nobody_knows_is_told_with_those_that_there_are() -> None:
    destinations = ConfiguredDestinations({"north": Builder([]), "south": Builder([])})

    with pytest.raises(SettingsError, match="names 'west'; the destinations are: north, south"):
        await destinations.get("west")
