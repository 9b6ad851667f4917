"""The port ``Announcements``, in memory and on Azurite."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.troubles import ToldTrouble, TroubleKind
from shared.ports.announcing import Announcements, GivenUp, ToldDigest
from shared.storage.account import Storage
from shared.storage.announcements import TableAnnouncements
from shared.storage.lead_index import TableLeadIndex
from tests.fake_announcements import FakeAnnouncements
from tests.fakes import START

HOUR = timedelta(hours=1)
TROUBLE = ToldTrouble(
    kind=TroubleKind.CHANNEL,
    subject="sales / EMEA #1",
    since=START,
    seen_at=START + HOUR,
    told_at=START,
    claim_id="c1",
    claim_ends_at=START + HOUR,
)


@pytest.fixture
def announcements(in_memory: bool, storage: Storage, prefix: str) -> Announcements:  # noqa: FBT001 - a fixture
    if in_memory:
        return FakeAnnouncements()
    return TableAnnouncements(storage.table(f"{prefix}LeadIndex"))


async def test_nothing_was_told_at_first(announcements: Announcements) -> None:
    assert await announcements.digest("north") == ToldDigest(team="north")
    assert await announcements.troubles() == []
    assert await announcements.given_up() == []


@pytest.mark.parametrize("team", ["north", "", "süd / 1"])
async def test_d1_a_digest_is_read_as_it_was_put(announcements: Announcements, team: str) -> None:
    new = replace(await announcements.digest(team), claim_id="c1", claim_ends_at=START)
    first = await announcements.put_digest(new)
    assert first is not None
    sent = replace(first, day=START.date(), told_at=START, claim_id="", claim_ends_at=None)
    second = await announcements.put_digest(sent)

    assert second is not None
    assert await announcements.digest(team) == sent
    assert (await announcements.digest(team)).etag == second.etag


async def test_d1_a_digest_is_claimed_by_one(announcements: Announcements) -> None:
    new = await announcements.digest("north")
    first = await announcements.put_digest(replace(new, claim_id="c1"))
    assert first is not None

    assert await announcements.put_digest(replace(new, claim_id="c2")) is None
    assert await announcements.put_digest(replace(first, claim_id="c3")) is not None
    assert await announcements.put_digest(replace(first, claim_id="c4")) is None
    assert (await announcements.digest("north")).claim_id == "c3"


async def test_d2_what_was_told_of_a_trouble_is_read_as_it_was_put(
    announcements: Announcements,
) -> None:
    stored = await announcements.put_trouble(TROUBLE)
    other = await announcements.put_trouble(replace(TROUBLE, kind=TroubleKind.RULES, subject=""))

    assert stored is not None
    assert other is not None
    assert await announcements.troubles() == [stored, other]
    assert stored == TROUBLE


async def test_d2_a_trouble_is_written_and_forgotten_as_it_was_read(
    announcements: Announcements,
) -> None:
    first = await announcements.put_trouble(TROUBLE)
    assert first is not None
    second = await announcements.put_trouble(replace(first, over_at=START))
    assert second is not None

    assert await announcements.put_trouble(TROUBLE) is None
    assert await announcements.put_trouble(first) is None
    await announcements.forget_trouble(first)
    assert await announcements.troubles() == [second]
    await announcements.forget_trouble(second)
    await announcements.forget_trouble(second)
    assert await announcements.troubles() == []
    assert await announcements.put_trouble(second) is None


async def test_d3_a_channel_that_could_not_tell_is_one_row(announcements: Announcements) -> None:
    given_up = GivenUp(channel="sales / EMEA", reason="404 no_service", at=START)
    for at in (START, START + HOUR):
        await announcements.put_given_up(replace(given_up, at=at))

    assert await announcements.given_up() == [replace(given_up, at=START + HOUR)]
    for _ in range(2):
        await announcements.forget_given_up(given_up.channel)
    assert await announcements.given_up() == []


async def test_d1_d2_no_list_of_the_index_finds_any_of_it(storage: Storage, prefix: str) -> None:
    """An older version of the app reads such ranges, and can't read these rows."""
    table = storage.table(f"{prefix}LeadIndex")
    announcements, index = TableAnnouncements(table), TableLeadIndex(table)
    await announcements.put_digest(ToldDigest(team="north"))
    await announcements.put_trouble(TROUBLE)
    await announcements.put_given_up(GivenUp(channel="sales", reason="404", at=START))

    assert await index.due(START + 9_999 * HOUR, limit=9) == []
    assert await index.state_rows(after="", limit=9) == []
    assert await index.checkin_rows(after="", limit=9) == []
    assert await index.parked_rows(limit=9) == []
    assert await index.troubles() == []


async def test_a_kind_of_a_newer_version_is_left_alone(storage: Storage, prefix: str) -> None:
    table = storage.table(f"{prefix}LeadIndex")
    row = {"PartitionKey": "index", "RowKey": "trouble-told|weather|rain", "kind": "weather"}
    announcements = TableAnnouncements(table)
    known = await announcements.put_trouble(TROUBLE)
    await table.client.create_entity(row)

    assert await announcements.troubles() == [known]
