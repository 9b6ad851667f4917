"""Values that are longer than a column are cut, said so, and kept whole in a note."""

from dataclasses import replace

import pytest

from local.fakes.dynamics import DynamicsServer
from local.fakes.server import Fault
from shared.destinations.dynamics.adapter import DynamicsCrm
from shared.domain.errors import CrmOutcomeUnknownError
from shared.domain.standing import Standing
from tests.destinations.dynamics.world import (
    customer,
    delivered,
    delivered_whole,
    given,
    later,
    new,
)


async def test_too_long_values_are_cut_and_kept_whole_in_a_note(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    long = {"company": "🙂" * 60, "first_name": "x" * 51}
    came = given(1, "ü" * 5_000, **long)
    upserted = await delivered_whole(crm, customer(**long), new(came))
    (held,) = server.records()
    assert held.values["company"] == "🙂" * 49 + "…"
    assert held.values["first_name"] == "x" * 49 + "…"
    assert held.description.endswith("ü…")
    assert upserted.remarks == (
        "firstname cut to 50 characters",
        "companyname cut to 100 characters",
        "description cut to 2000 characters",
    )
    assert (upserted.created, upserted.holds) == (True, frozenset())
    (note,) = held.notes
    assert "🙂" * 60 in note
    assert "ü" * 5_000 in note


async def test_a_cut_value_that_the_description_has_room_for_is_whole_there(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    long = {"title": "t" * 101}
    upserted = await delivered_whole(crm, customer(**long), new(given(1, **long)))
    (held,) = server.records()
    assert held.description.endswith("\n\nJob title as given: " + "t" * 101)
    assert upserted.holds == {"submission-1"}
    assert held.notes == []


async def test_a_value_that_is_too_long_by_its_last_emoji_is_cut(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    await delivered(crm, customer(first_name="x" * 49 + "🙂", title="y" * 100))
    (held,) = server.records()
    assert held.values["first_name"] == "x" * 49 + "…"
    assert held.values["title"] == "y" * 100


async def test_a_too_long_value_of_an_update_is_kept_whole_once(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    long = {"title": "t" * 101}
    changed = later(record, "title", interests=[given(2, **long)])
    for _ in range(2):
        again = await delivered_whole(crm, customer(**long), changed)
        assert again.remarks == ("jobtitle cut to 100 characters",)
    (held,) = server.records()
    (note,) = held.notes
    assert note.endswith("\n\nJob title as given: " + "t" * 101)


async def test_a_lead_that_is_found_with_cut_words_gets_them_whole(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    changed = new(given(1, "ü" * 5_000))
    server.faults.append(Fault.CUT_AFTER)
    with pytest.raises(CrmOutcomeUnknownError, match="no whole answer"):
        await delivered_whole(crm, customer(), changed)
    await delivered_whole(crm, customer(), changed)
    (held,) = server.records()
    assert ["ü" * 5_000 in note for note in held.notes] == [True]


async def test_what_a_note_has_no_room_for_is_said(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    noted = await crm.note(customer(), record, given(2, "n" * 200_000))
    assert noted.remarks == ("notetext cut to 100000 characters",)
    (held,) = server.records()
    assert held.notes[0].endswith("n…")


async def test_where_a_lead_stands_is_told_in_a_note_if_the_description_has_no_room_for_it(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    standing = Standing(owner="Anna Example", judged=True)
    changed = replace(new(given(1, "ü" * 1_850)), standing=standing)
    server.faults.append(Fault.CUT_AFTER)
    with pytest.raises(CrmOutcomeUnknownError, match="no whole answer"):
        await crm.upsert(customer(), changed, uncertain=False)
    upserted = await crm.upsert(customer(), changed, uncertain=True)
    for owner in ("Anna Example", "Bert Example"):
        now = replace(standing, owner=owner)
        await crm.note(customer(), upserted.record, changed.interests[0], now)

    (held,) = server.records()
    assert len(held.description) == 2_000
    (note,) = held.notes
    assert "\n\nQualified: no, country is missing\nOwner: Anna Example\n" in note


async def test_a_description_that_the_version_before_wrote_is_recognised_when_the_next_one_looks(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    changed = new(given(1, "ü" * 1_850 + "…"))
    record = (await crm.upsert(customer(), changed, uncertain=False)).record

    standing = Standing(owner="Anna Example", judged=True)
    assert (await crm.note(customer(), record, changed.interests[0], standing)).id == ""
    (held,) = server.records()
    assert held.notes == []
