"""The port ``RulesStore``, in memory and on Azurite."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from shared.ports.rules import DeployedFile, RulesStore, StoredRules, content_id
from shared.storage.account import Storage
from shared.storage.rules import LONGEST_FAULTS, TableRulesStore
from tests.fake_rules import FakeRulesStore

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
FIRST = StoredRules(text="[default]\n", applied_at=NOW, applied_by="ada")
SECOND = StoredRules(text="[default]\ntags = ['ü']\n", applied_at=NOW, applied_by="bob")


@pytest.fixture
def store(in_memory: bool, storage: Storage, prefix: str) -> RulesStore:  # noqa: FBT001 - a fixture
    return FakeRulesStore() if in_memory else TableRulesStore(storage.table(f"{prefix}Teams"))


def without_etag(rules: StoredRules | None) -> StoredRules | None:
    return replace(rules, etag="") if rules else None


async def test_there_are_none_at_first(store: RulesStore) -> None:
    assert await store.in_force() is None
    assert await store.not_in_force() is None
    assert not await store.has_counted(FIRST.content_id)


async def test_rules_are_read_as_they_were_put(store: RulesStore) -> None:
    assert await store.put_in_force(FIRST, before=None)
    first = await store.in_force()
    assert await store.put_in_force(SECOND, before=first)

    assert without_etag(first) == FIRST
    assert without_etag(await store.in_force()) == SECOND
    assert await store.has_counted(FIRST.content_id)
    assert await store.has_counted(SECOND.content_id)


async def test_long_rules_are_kept_whole(store: RulesStore) -> None:
    long = replace(FIRST, text="# öäü\n" * 50_000)

    await store.put_in_force(long, before=None)
    assert without_etag(await store.in_force()) == long
    await store.put_in_force(FIRST, before=await store.in_force())
    assert without_etag(await store.in_force()) == FIRST


async def test_who_has_not_seen_the_rules_in_force_does_not_replace_them(store: RulesStore) -> None:
    await store.put_in_force(FIRST, before=None)
    seen = await store.in_force()
    await store.put_in_force(SECOND, before=seen)

    assert not await store.put_in_force(FIRST, before=seen)
    assert not await store.put_in_force(replace(FIRST, applied_by="eve"), before=None)
    assert without_etag(await store.in_force()) == SECOND


async def test_a_file_that_is_not_in_force_is_told_of_until_it_is(store: RulesStore) -> None:
    file = DeployedFile(content_id="a" * 16, seen_at=NOW, faults=("line 1", "line 2"))

    await store.report(file)
    assert await store.not_in_force() == file
    await store.report(None)
    await store.report(None)
    assert await store.not_in_force() is None


async def test_only_as_many_faults_are_kept_as_there_is_room_for(
    storage: Storage, prefix: str
) -> None:
    store = TableRulesStore(storage.table(f"{prefix}Teams"))
    faults = ("x" * (LONGEST_FAULTS - 1), "y", "z")

    await store.report(DeployedFile(content_id="a" * 16, seen_at=NOW, faults=faults))

    told = await store.not_in_force()
    assert told is not None
    assert told.faults == faults[:2]


async def test_a_write_whose_answer_was_lost_is_known_as_ones_own(
    storage: Storage, prefix: str
) -> None:
    store = TableRulesStore(storage.table(f"{prefix}Teams"))
    await store.put_in_force(FIRST, before=None)

    assert await store.put_in_force(FIRST, before=None)


def test_line_ends_make_no_other_content() -> None:
    assert content_id("a\r\nb\r\n") == content_id("a\nb\n") != content_id("a\nc\n")
