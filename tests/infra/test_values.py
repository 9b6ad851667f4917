"""The template and the app take the same values, and refuse the same ones by name.

What the template says was recorded from the compiler; what the app says is tried here.
"""

import json
import os
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

import pytest

from shared.acting_settings import ActingSettings
from shared.bootstrap import ADAPTERS, ConfiguredDestinations
from shared.channels import build_channel
from shared.channels.building import KINDS
from shared.destinations.http.outcomes import NONE
from shared.domain.acts import Outcome
from shared.domain.errors import SettingsError
from shared.domain.rules import ChannelRef
from shared.notice_settings import GraceSettings, NoticeSettings, SilenceSettings, default_channel
from shared.settings import (
    CRMS,
    DESTINATIONS,
    AzureTableSettings,
    RouteSettings,
    StorageSettings,
    TimerSettings,
    load,
)
from tests.infra.app import fields
from tests.infra.conftest import Run
from tests.infra.deployed import SOURCES, deployed
from tests.infra.vault import SECRETS, resolved
from tools.bicep.sources import Variables

CORE = (StorageSettings, RouteSettings, AzureTableSettings, TimerSettings)
OF_DESTINATIONS = fields().keys() - {
    str(field.validation_alias) for cls in CORE for field in cls.model_fields.values()
}
ONLY_IN_THE_TEMPLATE = set(SOURCES.variables) - fields().keys()

STORAGE = {"LeadStorage": "UseDevelopmentStorage=true"}

TOLD = json.loads((SOURCES.snapshots / "values.json").read_text("utf-8"))


def rows(*kinds: str) -> list[Variables]:
    return [row for kind in kinds for row in SOURCES.values[kind]]


def refusal(row: Variables) -> str:
    """Return what the template says of a row, "" if it is taken."""
    [told] = ["\n".join(each["refusal"]) for each in TOLD if each["variables"] == row]
    return told


def named(told: str) -> set[str]:
    """Return the settings that the template refuses."""
    return set(re.findall(r"(?m)^- (\w+): ", told))


def settings(row: Variables) -> dict[str, str]:
    """Return a row as settings of an app that has all that its destinations need."""
    everything = resolved(deployed("everything"))
    needed = {name: value for name, value in everything.items() if name in OF_DESTINATIONS}
    return {**STORAGE, **needed, **row}


@contextmanager
def collected(found: list[str]) -> Iterator[None]:
    """Add the faults of a ``SettingsError`` to those that were found."""
    try:
        yield
    except SettingsError as error:
        found += error.faults


async def faults(crms: Collection[str] = CRMS) -> list[str]:
    """Return what the app says of the settings that it has, by every way it reads them.

    Of destinations, by those that ``CRM`` names and by these.
    """
    found: list[str] = []
    for cls in CORE:
        with collected(found):
            load(cls)
    names = set(crms)
    with collected(found):
        names |= {*load(RouteSettings).destinations} - {"azure_table"}
    destinations = ConfiguredDestinations(ADAPTERS)
    for name in sorted(names):
        with collected(found):
            await destinations.get(name)
    await destinations.close()
    with collected(found):
        load(ActingSettings)
    for own in (SilenceSettings, GraceSettings):
        with collected(found):
            load(own)
    with collected(found):
        found += lacking(default_channel(load(NoticeSettings)))
    return found


def lacking(ref: ChannelRef | None) -> Sequence[str]:
    """Return what the default channel lacks."""
    return build_channel(ref, os.environ).lacks() if ref else []


def names_of(found: list[str]) -> set[str]:
    return {fault.partition(":")[0] for fault in found}


async def lacks(row: Variables, run: Run) -> set[str]:
    """Return what the app lacks besides secrets where nothing else is set."""
    run({**STORAGE, **SECRETS, **row})
    return names_of(await faults(crms=())) - SECRETS.keys()


@pytest.mark.parametrize("row", rows("taken"))
async def test_what_the_template_takes_the_app_takes(row: Variables, run: Run) -> None:
    run(settings(row))

    assert refusal(row) == ""
    assert await faults() == []


@pytest.mark.parametrize("row", rows("refused"))
async def test_each_wrong_value_is_refused_by_name_on_both_sides(row: Variables, run: Run) -> None:
    assert named(refusal(row)) == row.keys()

    alone = row.keys() & {"CRM"}  # its names are looked up once the other settings are right
    for names in (alone, row.keys() - alone - ONLY_IN_THE_TEMPLATE):
        run(settings({name: row[name] for name in names}))

        assert names_of(await faults()) == names


@pytest.mark.parametrize("row", rows("refused_together"))
async def test_a_table_whose_name_is_taken_is_refused_on_both_sides(
    row: Variables, run: Run
) -> None:
    run(settings(row))

    assert named(refusal(row)) == {"AZURE_TABLE_NAME"}
    assert names_of(await faults()) == {"AZURE_TABLE_NAME"}


@pytest.mark.parametrize("row", rows("refused_as_missing"))
async def test_a_setting_that_is_needed_is_missed_on_both_sides(row: Variables, run: Run) -> None:
    missed = await lacks(row, run)

    assert named(refusal(row)) == missed
    for name in missed:
        [reason] = re.findall(rf"(?m)^- {name}: is not set; should be, since (.*)$", refusal(row))
        assert re.fullmatch("CRM names [a-z]+|NOTICE_CHANNEL is email", reason)


@pytest.mark.parametrize(
    "row", [{"CRM": name} for name in DESTINATIONS] + [{"NOTICE_CHANNEL": name} for name in KINDS]
)
async def test_what_needs_more_than_secrets_was_tried_without_it(row: Variables, run: Run) -> None:
    assert bool(await lacks(row, run)) == (row in rows("refused_as_missing"))


@pytest.mark.parametrize("row", rows("refused_by_type"))
async def test_what_no_parameter_can_be_the_app_refuses_too(row: Variables, run: Run) -> None:
    run(settings(row))

    assert refusal(row) != ""
    assert names_of(await faults()) == row.keys() - ONLY_IN_THE_TEMPLATE


@pytest.mark.parametrize("row", rows("refused"))
def test_the_template_says_what_a_value_is_and_what_it_should_be(row: Variables) -> None:
    told = refusal(row)

    for name, value in row.items():
        [sentence] = re.findall(rf"(?m)^- {name}: .*$", told)
        assert (
            any(f"'{part}'" in sentence for part in {value.strip(), *value.split(",")} if part)
            or value == ","
        )
        assert re.search("should be|there are|the destinations are|secret settings are", sentence)


def test_every_value_was_tried_with_the_template() -> None:
    tried = [each["variables"] for each in TOLD]

    assert tried == rows(*SOURCES.values)
    assert all(kind == "taken" or kind.startswith("refused") for kind in SOURCES.values)


def test_an_empty_variable_of_every_kind_was_tried() -> None:
    empty = {name for row in rows("taken") for name, value in row.items() if not value.strip()}
    settings_of_crms = set(SOURCES.variables) & OF_DESTINATIONS - {"DYNAMICS_CREDENTIAL"}

    assert set(SOURCES.variables) - settings_of_crms <= empty


def test_a_wrong_value_of_every_setting_that_the_app_judges_was_tried() -> None:
    tried = {name for row in rows("refused", "refused_by_type") for name in row}
    judged = {
        name for name, each in fields().items() if each.metadata or each.annotation is not str
    }

    assert judged & set(SOURCES.variables) <= tried


def test_every_outcome_was_tried() -> None:
    [tried] = [row["DYNAMICS_OUTCOMES"] for row in rows("taken") if "DYNAMICS_OUTCOMES" in row]

    said = {re.sub("[ -]", "_", name.strip().lower()) for name in json.loads(tried).values()}
    assert said == {*Outcome, NONE}
