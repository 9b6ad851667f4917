"""What comes to the queues by other ways than the app's own."""

import base64
import json

import pytest

from shared.domain.envelope import Push
from tests.end_to_end.running import App, Row, eventually
from tests.fakes import START


async def kept(app: App, message_id: str) -> Row:
    async def look() -> Row | None:
        return await app.quarantined(message_id)

    row = await eventually(look)
    assert row is not None
    return row


@pytest.mark.parametrize(
    "text",
    [
        "no message",
        "{}",
        base64.b64encode(b"no message").decode(),
        '{"UserDetails": {"LastName": "Quimby"}, "LeadSource": "a-b|c"}',
        json.dumps({"schemaVersion": 1, "kind": "x" * 40_000}),
        json.dumps({"schemaVersion": 1, "kind": "deliver", "leadId": "Quimby"}),
    ],
    ids=["text", "empty object", "base64", "a lead as it is", "unknown kind", "no lead id"],
)
async def test_what_is_no_message_is_kept_whole(app: App, text: str) -> None:
    row = await kept(app, await app.put("leads", text))

    assert b"".join(row[f"body_{n}"] for n in range(row["chunks"])) == text.encode()
    assert row["reason"] == "poison"
    assert "Quimby" not in row["faults"]


@pytest.mark.parametrize("encoded", [False, True], ids=["plain", "base64"])
async def test_a_message_that_was_put_there_by_hand_is_taken(
    app: App,
    encoded: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    push = Push(
        submission_id=f"by-hand-{encoded}",
        received_at=START,
        body=b'{"UserDetails": {"Email": "by-hand@fabrikam.example"}}',
    )
    text = push.to_text()

    await app.put("leads", base64.b64encode(text.encode()).decode() if encoded else text)

    async def recorded() -> bool:
        return bool(await app.lead_of(push.submission_id))

    assert await eventually(recorded)


async def test_a_push_that_is_no_lead_is_kept_under_its_own_id(app: App) -> None:
    push = Push(submission_id="no-lead", received_at=START, body=b"no lead")

    await app.put("leads", push.to_text())

    row = await kept(app, "no-lead")
    assert (row["body_0"], row["reason"]) == (b"no lead", "invalid")


async def test_a_lead_that_is_gone_is_no_matter(app: App) -> None:
    message_id = await app.put(
        "leads", json.dumps({"schemaVersion": 1, "kind": "deliver", "leadId": "0" * 32})
    )

    async def done() -> bool:
        return "succeeded in" in app.logged() and f"message {message_id}, try 1" in app.logged()

    assert await eventually(done)
    assert await app.quarantined(message_id) is None


async def test_a_poison_message_is_kept_whole(app: App) -> None:
    queue = app.queues.get_queue_client("leads-poison")
    await queue.create_queue()
    push = Push(submission_id="poison", received_at=START, body=b"Quimby").to_text()

    row = await kept(app, await app.put("leads-poison", push))

    assert row["body_0"] == push.encode()
    assert row["reason"] == "poison"
    assert "maxDequeueCount" in row["faults"]
    assert await app.waiting("leads-poison-poison") == 0
