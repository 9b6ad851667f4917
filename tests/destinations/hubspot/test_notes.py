"""Later interests are notes, each once."""

import pytest

from local.fakes.hubspot import HubspotServer
from local.fakes.server import Fault
from shared.destinations.hubspot.adapter import HubspotCrm
from shared.domain.errors import (
    CrmOutcomeUnknownError,
    CrmUnavailableError,
)
from shared.domain.standing import Standing
from tests.destinations.hubspot.world import NOTES, SECOND, WANTED, deliver
from tests.examples import CONTACT, interest


async def test_a_note_is_written_once_however_often_it_is_sent(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)

    ids = {(await crm.note(WANTED, record, SECOND)).id for _ in range(3)}

    [(made, note)] = server.attached["notes"].items()
    assert ids == {made}
    assert note["hs_timestamp"] == "2026-11-02T09:02:00.000Z"
    assert "&lt;b&gt;&amp;amp; 🙂<br>\tthird line<br>[submission" in note["hs_note_body"]


async def test_a_note_is_found_among_many(server: HubspotServer, crm: HubspotCrm) -> None:
    record = await deliver(crm)
    server.page_size = 120
    for number in range(2, 302):
        body = {"hs_note_body": f"<p>Called [submission submission-{number}]</p>"}
        server.attached["notes"][f"9{number}"] = body
        server.of[f"9{number}"] = record.id

    assert (await crm.note(WANTED, record, interest(301))).id == "9301"


@pytest.mark.parametrize("fault", [Fault.CUT_AFTER, Fault.NO_ID, Fault.HTML])
async def test_a_note_without_an_answer_is_unknown_and_found_the_next_time(
    server: HubspotServer, crm: HubspotCrm, fault: Fault
) -> None:
    record = await deliver(crm)
    server.faults_at[f"POST {NOTES}"] = fault

    with pytest.raises(CrmOutcomeUnknownError):
        await crm.note(WANTED, record, SECOND)
    await crm.note(WANTED, record, SECOND)

    assert len(server.attached["notes"]) == 1


async def test_a_first_note_that_failed_is_made_up_for(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    server.has(email=CONTACT.email)
    server.faults_at[f"POST {NOTES}"] = Fault.THROTTLED

    with pytest.raises(CrmUnavailableError):
        await deliver(crm)
    await deliver(crm)

    [seen] = server.records()
    assert ["Hello" in note for note in seen.notes] == [True]


@pytest.mark.parametrize("before", range(6))
async def test_a_cut_just_behind_an_ampersand_leaves_no_half_entity(
    server: HubspotServer, crm: HubspotCrm, before: int
) -> None:
    record = await deliver(crm)
    text = "x" * before + "&" * 40_000

    await crm.note(WANTED, record, interest(2, description=text))

    [body] = [given["hs_note_body"] for given in server.attached["notes"].values()]
    end = "…<br>[submission submission-2]"
    assert body.endswith(end)
    assert body.removesuffix(end).rpartition("<br>")[2].replace("&amp;", "") == "x" * before


@pytest.mark.parametrize("text", ["<" * 32_000, "é🙂" * 40_000, "a\n" * 30_000])
async def test_a_note_is_cut_before_its_mark_and_never_within_an_entity(
    server: HubspotServer, crm: HubspotCrm, text: str
) -> None:
    record = await deliver(crm)

    ids = {await crm.note(WANTED, record, interest(2, description=text)) for _ in range(2)}

    [note] = server.records()[0].notes
    [body] = [given["hs_note_body"] for given in server.attached["notes"].values()]
    assert len(ids) == 1
    assert len(body.encode("utf-16-le")) <= 2 * 65_536
    assert note.endswith("…\n[submission submission-2]")
    assert note.removesuffix("…\n[submission submission-2]")[-1] in text


async def test_a_members_name_is_text_and_no_markup(server: HubspotServer, crm: HubspotCrm) -> None:
    record = await deliver(crm)

    await crm.note(WANTED, record, SECOND, Standing(owner="<b>Anna</b>\n", team="A & B"))

    [note] = server.attached["notes"].values()
    assert "<br>Owner: &lt;b&gt;Anna&lt;/b&gt; (A &amp; B)<br>" in note["hs_note_body"]
