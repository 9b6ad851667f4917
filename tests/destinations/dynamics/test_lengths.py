"""Values that are longer than a column are cut, said so, and kept whole in a note."""

import pytest

from local.fakes.dynamics import DynamicsServer
from local.fakes.server import Fault
from shared.destinations.dynamics.adapter import DynamicsCrm
from shared.domain.errors import CrmOutcomeUnknownError
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
