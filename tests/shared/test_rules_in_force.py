"""Rule C8: the rules in force are the last good ones, and each deployed content counts once."""

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.absences import Absence
from shared.domain.errors import StorageUnavailableError
from shared.domain.fair_turns import MOST_STANDINGS
from shared.domain.rules import ChannelKind, ChannelRef, rules_without_file
from shared.domain.tags import MOST_OF_A_RULE
from shared.ports.rules import StoredRules, content_id
from shared.ports.teams import StoredTeams
from shared.rules_in_force import BY_DEPLOYMENT, KEPT_FOR, RulesInForce, RuleSources
from tests.fake_rules import FakeRulesStore

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
CHANNEL = ChannelRef(name="default", kind=ChannelKind.TEAMS, setting="NOTICE_CHANNEL_URL")
BY_SETTINGS = rules_without_file(CHANNEL, timedelta(hours=4))
AWAY = Absence(member="ada", from_at=NOW, until_at=NOW + timedelta(days=7))


def text(tag: str) -> str:
    return f'[default]\ntags = ["{tag}"]\n'


class World:
    """Storage that stays, and processes that start with whatever file was deployed."""

    def __init__(self) -> None:
        self.store = FakeRulesStore()
        self.now = NOW

    def start(self, deployed: str | None = "") -> RulesInForce:
        sources = RuleSources(
            store=self.store,
            deployed=deployed,
            by_settings=BY_SETTINGS,
            destinations=("dynamics",),
        )
        return RulesInForce(sources, lambda: self.now)

    async def apply(self, tag: str) -> None:
        rules = StoredRules(text=text(tag), applied_at=self.now, applied_by="ada")
        assert await self.store.put_in_force(rules, before=self.store.rules)


async def tags(process: RulesInForce) -> tuple[str, ...]:
    return (await process.current()).rules[-1].tags


@pytest.fixture
def world() -> World:
    return World()


async def test_c8_without_any_rules_the_settings_decide(world: World) -> None:
    assert await world.start().current() == BY_SETTINGS


async def test_c8_a_deployed_file_is_in_force_and_says_where_it_is_from(world: World) -> None:
    rules = await world.start(text("one")).current()

    assert rules.rules[-1].tags == ("one",)
    assert rules.source == f"rules of 2026-11-28 12:00 UTC, by {BY_DEPLOYMENT}"


async def test_c8_an_older_file_does_not_come_back_when_an_instance_starts(world: World) -> None:
    assert await tags(world.start(text("one"))) == ("one",)
    await world.apply("two")

    assert await tags(world.start(text("one"))) == ("two",)
    assert world.store.file is not None
    assert (world.store.file.content_id, world.store.file.faults) == (content_id(text("one")), ())


async def test_c8_nor_does_one_that_was_applied_before(world: World) -> None:
    await world.apply("one")
    await world.apply("two")

    assert await tags(world.start(text("one"))) == ("two",)


async def test_a_process_that_is_not_the_app_puts_nothing_in_force(world: World) -> None:
    await world.start("[defalt]").current()
    told = world.store.file
    await world.apply("one")

    assert await tags(world.start(None)) == ("one",)
    assert world.store.file == told


async def test_c8_a_newer_file_takes_the_place_of_rules_that_were_applied(world: World) -> None:
    await world.apply("one")

    assert await tags(world.start(text("two"))) == ("two",)
    assert world.store.file is None


async def test_c8_a_wrong_file_is_told_of_and_changes_nothing(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await world.apply("one")

    with caplog.at_level(logging.ERROR):
        assert await tags(world.start('[default]\nteam = "nobody"\n')) == ("one",)

    assert world.store.file is not None
    assert world.store.file.faults == (
        "default.team: 'nobody' should be a team: there is none yet",
    )
    assert "routing.toml is wrong and not in force: default.team" in caplog.text


async def test_c8_a_wrong_file_is_told_of_once_and_no_more_once_it_is_gone(world: World) -> None:
    await world.start("[defalt]").current()
    first = world.store.file
    world.now += timedelta(days=1)
    await world.start("[defalt]").current()
    assert world.store.file == first

    await world.start().current()
    assert world.store.file is None


async def test_c8_a_file_that_was_wrong_counts_once_a_version_can_read_it(world: World) -> None:
    newer = text("one") + 'destinations = ["pipedrive"]\n'
    await world.start(newer).current()

    sources = RuleSources(
        store=world.store,
        deployed=newer,
        by_settings=BY_SETTINGS,
        destinations=("dynamics", "pipedrive"),
    )
    rules = await RulesInForce(sources, lambda: NOW).current()

    assert rules.rules[-1].destinations == ("pipedrive",)


async def test_of_two_that_start_at_once_both_have_the_same_rules(world: World) -> None:
    one, two = world.start(text("one")), world.start(text("two"))

    await one.current()
    await two.current()
    world.now += KEPT_FOR

    assert await tags(one) == await tags(two) == ("two",)
    assert await tags(world.start(text("one"))) == ("two",)


async def test_rules_that_were_applied_are_noticed_within_a_minute(world: World) -> None:
    await world.apply("one")
    process = world.start()
    assert await tags(process) == ("one",)
    asked = world.store.requests

    await world.apply("two")
    assert await tags(process) == ("one",)
    assert world.store.requests == asked + 1  # the one that applied them
    world.now += KEPT_FOR
    assert await tags(process) == ("two",)


async def test_one_reads_for_all_who_ask_at_once(world: World) -> None:
    await world.apply("one")
    process = world.start()
    before = world.store.requests
    await world.start().current()
    alone = world.store.requests - before

    await asyncio.gather(*(process.current() for _ in range(20)))

    assert world.store.requests == before + 2 * alone


async def test_while_storage_is_down_the_rules_of_before_count(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await world.apply("one")
    process = world.start()
    await process.current()

    world.store.down = True
    world.now += KEPT_FOR
    assert await tags(process) == ("one",)
    assert "could not be read" in caplog.text
    with pytest.raises(StorageUnavailableError, match="503"):
        await world.start().current()


async def test_what_this_version_cannot_read_of_stored_rules_is_left_out(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await world.apply("one")
    assert world.store.rules is not None
    world.store.rules = replace(world.store.rules, text=text("one") + "[colours]\nred = 1\n")
    assert await tags(world.start()) == ("one",)
    assert "what can't be read is left out: colours: is not known" in caplog.text

    world.store.rules = replace(world.store.rules, text="no TOML")
    assert await world.start().current() == BY_SETTINGS


async def test_rules_in_force_that_are_too_large_by_now_still_count_and_no_new_ones_do(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    people = [f"p{number}" for number in range(MOST_STANDINGS + 1)]
    tags_of_rule = [f"t{number}" for number in range(MOST_OF_A_RULE + 1)]
    listed = "".join(f"[people.{who}]\n" for who in people)
    outcome = f'team = "north"\ntags = {tags_of_rule}\n'
    rule = f'[[rules]]\nname = "france"\nwhen.country = "FR"\n{outcome}'
    large = f"[default]\n{outcome}{rule}[teams.north]\nmembers = {people}\n{listed}"
    await world.apply("one")
    assert world.store.rules is not None
    world.store.rules = replace(world.store.rules, text=large)

    rules = await world.start(f"# deployed\n{large}").current()

    assert len(rules.teams["north"].members) == len(people)
    assert [len(rule.tags) for rule in rules.rules] == [len(tags_of_rule)] * 2
    assert world.store.file is not None
    assert [fault.partition(":")[0] for fault in world.store.file.faults] == [
        "teams.north.members",
        "rules[1].tags",
        "default.tags",
    ]
    assert "teams.north.members: should be 300 at most, not 301" in caplog.text


async def test_where_the_rules_name_no_default_channel_the_settings_do(world: World) -> None:
    rules = await world.start(text("one")).current()
    assert (rules.default_channel, rules.channels) == ("default", {"default": CHANNEL})

    own = 'default_channel = "room"\n[default]\n[channels.room]\nkind = "slack"\nsetting = "ROOM"\n'
    assert (await world.start(own).current()).default_channel == "room"


async def test_c7_what_has_no_due_time_is_due_by_the_setting_with_a_file_too(world: World) -> None:
    for deployed in (text("a"), '[default]\n[channels.room]\nkind = "slack"\nsetting = "ROOM"\n'):
        rules = await world.start(deployed).current()
        assert rules.follow_up_within == timedelta(hours=4)


async def test_a8_who_has_left_is_in_no_team_whatever_the_file_says(world: World) -> None:
    left: set[str] = set()

    async def leavers() -> StoredTeams:
        return StoredTeams(left=frozenset(left), absences=[AWAY])

    deployed = """
[teams.east]
members = ["ada", "bob"]
manager = "bob"

[people.ada]
name = "Ada"
email = "ada@contoso.com"

[people.bob]
name = "Bob"
email = "bob@contoso.com"

[default]
team = "east"
"""
    sources = RuleSources(
        store=world.store, deployed=deployed, by_settings=BY_SETTINGS, people=leavers
    )
    process = RulesInForce(sources, lambda: world.now)
    before = (await process.current()).teams["east"]
    left.add("bob")
    world.now += KEPT_FOR
    after = (await process.current()).teams["east"]
    gone = (await process.current()).leavers
    left.clear()
    world.now += KEPT_FOR

    assert ([one.id for one in before.members], before.manager) == (
        ["ada", "bob"],
        before.members[1],
    )
    assert ([one.id for one in after.members], after.manager) == (["ada"], None)
    assert [one.id for one in gone] == ["bob"]
    assert (await process.current()).absences == (AWAY,)
    assert (await process.current()).teams["east"] == before
