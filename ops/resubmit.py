"""Release a body from quarantine: as it is, or corrected."""

from ingest_lead.ingest import LARGEST_BODY
from ingest_lead.parse import parse
from ops.desk import Desk
from ops.errors import RefusedError
from ops.quarantine_desk import Entry
from shared.envelope import Message, Push, parse_message
from shared.errors import InvalidMessageError, InvalidPushError, NewerMessageError
from shared.ports import QuarantineReason

JSON = "application/json"


async def resubmit(desk: Desk, entry: Entry, *, corrected: bytes | None) -> str:
    """Put an entry back on its way, and note that it was; return what it is called from now on.

    The submission keeps the entry's id and time: released twice, it is one submission. The message
    goes first: a crash before the note costs a second release, not the lead.
    """
    if entry.state == "discarded":
        raise RefusedError(f"{entry.quarantine_id} was discarded: {entry.note}")
    if entry.state == "released":
        raise RefusedError(f"{entry.quarantine_id} was released at {entry.decided_at}")
    message = _push(entry, corrected, JSON) if corrected is not None else _message(entry)
    await desk.queue.send(message.to_text())
    note = "corrected" if corrected is not None else ""
    await desk.quarantine.decide(entry, "released", note=note, at=desk.clock())
    return message.submission_id if isinstance(message, Push) else message.lead_id


def _message(entry: Entry) -> Message:
    if entry.truncated:
        raise RefusedError(f"{entry.quarantine_id} is truncated: release it with a corrected body")
    if entry.reason is not QuarantineReason.POISON:
        return _push(entry, entry.body, entry.content_type)
    try:
        message = parse_message(entry.body.decode())
    except (InvalidMessageError, NewerMessageError) as error:
        raise RefusedError(
            f"{entry.quarantine_id} is no message of this app ({error}):"
            " release it with a corrected body"
        ) from None
    return message.model_copy(update={"attempt": 0})


def _push(entry: Entry, body: bytes, content_type: str) -> Push:
    if len(body) > LARGEST_BODY:
        raise RefusedError(f"the body has {len(body):,} bytes, a lead has {LARGEST_BODY:,} at most")
    push = Push(
        submission_id=entry.quarantine_id,
        received_at=entry.received_at,
        content_type=content_type,
        body=body,
    )
    try:
        parse(body, content_type, submission_id="check", received_at=entry.received_at)
    except InvalidPushError as error:
        raise RefusedError(f"the body is still no lead: {error}") from None
    return push
