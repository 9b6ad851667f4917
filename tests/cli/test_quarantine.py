import asyncio
import base64
import json
from datetime import timedelta

import pytest

from shared.bootstrap import utc_now
from shared.domain.envelope import Deliver, Push
from shared.intake.limits import LARGEST_BODY
from shared.operations.errors import NotFoundError, RefusedError, UsageError
from shared.operations.listing import listed
from shared.operations.resubmit import decide, discard, resubmit
from shared.ports.quarantine import Quarantined, QuarantineReason
from shared.ports.reading import Entry
from shared.storage.quarantine import CHUNK, MOST_CHUNKS
from tests.cli.account import DAY, Account

BROKEN = b'{"UserDetails": {"Email": "zoe@example.com"},, "ActionCode": "INS"}'
MENDED = b'{"UserDetails": {"Email": "zoe@example.com"}, "ActionCode": "INS"}'


async def entry(account: Account, quarantine_id: str) -> Entry:
    return await account.stores.entry(quarantine_id)


async def release(account: Account, quarantine_id: str, corrected: bytes | None = None) -> str:
    found = await entry(account, quarantine_id)
    return await resubmit(account.stores, found, corrected=corrected)


async def submissions(account: Account) -> list[str]:
    leads = [stored.lead.lead_id async for stored in listed(account.stores)]
    found = await asyncio.gather(*(account.stores.histories.submissions(one) for one in leads))
    return [interest.submission.submission_id for one in found for interest in one]


async def test_a_body_that_is_corrected_and_released_ends_as_a_lead(account: Account) -> None:
    kept = await account.quarantine(BROKEN, at=utc_now() - DAY)

    assert await release(account, kept, MENDED) == f"submission {kept}"
    await account.route_queued()

    stored = await account.stores.lead("zoe@example.com")
    assert stored.lead.created_at == (await entry(account, kept)).received_at
    assert await submissions(account) == [kept]
    assert len(account.crm.records) == 1
    after = await entry(account, kept)
    assert (after.state, after.note, after.body) == ("released", "corrected", BROKEN)


async def test_a_body_that_is_released_twice_ends_as_one_lead(account: Account) -> None:
    kept = await account.quarantine(BROKEN)
    held = await entry(account, kept)

    at_once = await asyncio.gather(
        resubmit(account.stores, held, corrected=MENDED),
        resubmit(account.stores, held, corrected=MENDED),
        return_exceptions=True,
    )
    with pytest.raises(RefusedError, match=f"{kept} was released at .*: corrected"):
        await release(account, kept, MENDED)
    await account.route_queued()

    assert any(isinstance(told, str) for told in at_once)
    assert await submissions(account) == [kept]
    assert len(account.crm.records) == 1


async def test_a_body_that_is_still_no_lead_is_refused_with_its_faults_and_stays(
    account: Account,
) -> None:
    kept = await account.quarantine(BROKEN)

    for corrected in (None, b"[]", b"{}"):
        with pytest.raises(RefusedError, match=r"is still not a valid lead: .*(JSON|lead)"):
            await release(account, kept, corrected)
    with pytest.raises(RefusedError, match="the body has 32,769 bytes, a lead has 32,768 at most"):
        await release(account, kept, b" " * (LARGEST_BODY + 1))

    assert (await entry(account, kept)).state == "held"
    assert await account.queued() == []


async def test_a_body_that_a_better_parser_understands_is_released_as_it_is(
    account: Account,
) -> None:
    kept = await account.quarantine(MENDED)

    await release(account, kept)
    await account.route_queued()

    assert await submissions(account) == [kept]


async def test_a_truncated_body_is_released_only_with_another(account: Account) -> None:
    largest = CHUNK * MOST_CHUNKS
    kept = await account.quarantine(
        b"x" * (largest + 1), reason=QuarantineReason.TOO_LARGE, size=largest + 1
    )
    held = await entry(account, kept)
    assert (held.truncated, len(held.body), held.size) == (True, largest, largest + 1)

    with pytest.raises(RefusedError, match=f"{kept} is truncated: release it with a corrected"):
        await release(account, kept)
    await release(account, kept, MENDED)

    assert len(await account.queued()) == 1


async def test_a_poison_push_is_released_as_the_message_it_was(account: Account) -> None:
    push = Push(submission_id="s1", received_at=utc_now(), body=MENDED, attempt=7)
    kept = await account.quarantine(push.to_text().encode(), reason=QuarantineReason.POISON)

    assert await release(account, kept) == "submission s1"

    [text] = await account.queued()
    assert json.loads(text) == json.loads(push.model_copy(update={"attempt": 0}).to_text())


async def test_a_poison_push_that_is_corrected_stays_the_same_submission(
    account: Account,
) -> None:
    push = Push(submission_id="s1", received_at=utc_now() - DAY, body=BROKEN)
    kept = await account.quarantine(push.to_text().encode(), reason=QuarantineReason.POISON)

    assert await release(account, kept, MENDED) == "submission s1"

    [text] = await account.queued()
    sent = json.loads(text)
    assert base64.b64decode(sent["body"]) == MENDED
    assert (sent["submissionId"], sent["receivedAt"]) == (
        "s1",
        json.loads(push.to_text())["receivedAt"],
    )


@pytest.mark.parametrize("body", [None, MENDED])
async def test_what_a_newer_version_put_into_a_poison_push_is_released_with_it(
    account: Account, body: bytes | None
) -> None:
    push = Push(submission_id="s1", received_at=utc_now(), body=MENDED)
    newer = push.model_copy(update={"tenant": "contoso"})
    kept = await account.quarantine(newer.to_text().encode(), reason=QuarantineReason.POISON)

    await release(account, kept, body)

    [text] = await account.queued()
    assert json.loads(text)["tenant"] == "contoso"


async def test_what_a_newer_version_put_into_a_push_that_is_no_lead_is_released_with_it(
    account: Account,
) -> None:
    push = Push(submission_id="5a" * 16, received_at=utc_now(), body=BROKEN)
    newer = push.model_copy(update={"tenant": "contoso"})
    held = Quarantined.of_push(newer, QuarantineReason.INVALID, ["not a valid lead"])
    await account.taking.quarantine.keep(held)

    await release(account, "5a" * 16, MENDED)

    [text] = await account.queued()
    assert (json.loads(text)["submissionId"], json.loads(text)["tenant"]) == ("5a" * 16, "contoso")


async def test_a_poison_delivery_is_released_and_has_no_body_to_correct(account: Account) -> None:
    message = Deliver(lead_id="5a" * 16, release_version=3)
    kept = await account.quarantine(message.to_text().encode(), reason=QuarantineReason.POISON)

    with pytest.raises(RefusedError, match="has no body to correct: release it as it is"):
        await release(account, kept, MENDED)
    assert await release(account, kept) == f"delivery of lead {message.lead_id}"

    assert await account.queued() == [message.to_text()]


async def test_a_poison_message_that_is_none_of_ours_needs_a_body(account: Account) -> None:
    kept = await account.quarantine(b"\xff hello", reason=QuarantineReason.POISON)

    with pytest.raises(RefusedError, match="is not a message of this app: release it with a"):
        await release(account, kept)
    await release(account, kept, MENDED)

    assert len(await account.queued()) == 1


async def test_what_two_operators_decide_at_once_is_decided_once(account: Account) -> None:
    held = await entry(account, await account.quarantine(BROKEN))
    await discard(account.stores, held, "junk")

    with pytest.raises(RefusedError, match="changed meanwhile: look at it again"):
        await decide(account.stores, held, "released", "")
    with pytest.raises(RefusedError, match=r"was discarded at .*: junk"):
        await release(account, held.quarantine_id)

    assert await account.queued() == []


async def test_entries_are_listed_oldest_first_without_their_bodies(account: Account) -> None:
    new = await account.quarantine(b"new")
    old = await account.quarantine(b"old", at=utc_now() - 3 * DAY)
    stores = account.stores.quarantine
    await stores.decide(await entry(account, new), "discarded", note="junk", at=utc_now())

    everything = [found async for found in stores.entries()]
    held = [found.quarantine_id async for found in stores.entries(state="held")]
    since = [found.quarantine_id async for found in stores.entries(since=utc_now() - DAY)]

    assert [(found.quarantine_id, found.body) for found in everything] == [(old, b""), (new, b"")]
    assert everything[0].faults == ("the body is not JSON", "and more")
    assert (held, since) == ([old], [new])
    later = stores.entries(since=utc_now() + timedelta(hours=1))
    assert [found async for found in later] == []


async def test_an_entry_is_found_by_how_its_id_begins(account: Account) -> None:
    kept = await account.quarantine(BROKEN)
    await account.quarantine(BROKEN)

    assert (await entry(account, kept[:8])).quarantine_id == kept
    for unknown in (kept[:5], "000000", "' or 1 eq 1", ""):
        with pytest.raises(NotFoundError, match="nothing in quarantine is called"):
            await account.stores.entry(unknown)


async def test_digits_that_several_entries_begin_with_name_none_of_them(account: Account) -> None:
    rows = account.table("Quarantine")
    await account.quarantine(BROKEN)
    [row] = [row async for row in rows.rows("", {})]
    for end in ("1", "2"):
        await rows.client.create_entity({**row, "RowKey": end, "quarantine_id": f"abcdef{end}"})

    with pytest.raises(UsageError, match="several entries begin with abcdef: write more"):
        await account.stores.entry("abcdef")
