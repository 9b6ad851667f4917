"""The port ``Quarantine``, in memory and on Azurite."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.ports.quarantine import Quarantined, QuarantineReason
from tests.contract.subjects import Kept
from tests.fakes import START

KIB = 1024
TODAY = "20261102"


def entry(body: bytes = b"no lead", quarantine_id: str = "q1") -> Quarantined:
    return Quarantined(
        quarantine_id=quarantine_id,
        received_at=START,
        reason=QuarantineReason.INVALID,
        faults=["the body is not JSON", "“quoted”"],
        body=body,
        content_type="text/plain; charset=utf-16",
        size=len(body),
    )


@pytest.mark.parametrize("size", [0, 1, 64 * KIB, 64 * KIB + 1, 512 * KIB], ids="{} bytes".format)
async def test_a_body_is_kept_byte_for_byte(kept: Kept, size: int) -> None:
    body = (bytes(range(256)) * (size // 256 + 1))[:size]

    await kept.quarantine.keep(entry(body))

    assert await kept.entries(TODAY) == [entry(body)]


@pytest.mark.parametrize("size", [512 * KIB + 1, 700 * KIB], ids="{} bytes".format)
async def test_a_body_that_is_too_long_is_kept_as_far_as_it_fits(kept: Kept, size: int) -> None:
    body = bytes(range(256)) * (size // 256) + b"!" * (size % 256)

    await kept.quarantine.keep(entry(body))

    assert await kept.entries(TODAY) == [replace(entry(body), body=body[: 512 * KIB])]


async def test_the_same_id_twice_is_one_entry(kept: Kept) -> None:
    await kept.quarantine.keep(entry(b"x" * 200 * KIB))
    await kept.quarantine.keep(entry())

    assert await kept.entries(TODAY) == [entry()]


async def test_a_day_lists_its_own_entries_in_the_order_they_came(kept: Kept) -> None:
    second = replace(entry(), quarantine_id="q2", received_at=START + timedelta(hours=1))
    tomorrow = replace(entry(), quarantine_id="q3", received_at=START + timedelta(days=1))
    for one in (tomorrow, second, entry()):
        await kept.quarantine.keep(one)

    assert await kept.entries(TODAY) == [entry(), second]
    assert await kept.entries("20261103") == [tomorrow]


@pytest.mark.parametrize("reason", QuarantineReason)
async def test_the_reason_is_kept(kept: Kept, reason: QuarantineReason) -> None:
    await kept.quarantine.keep(replace(entry(), reason=reason))

    assert [e.reason for e in await kept.entries(TODAY)] == [reason]
