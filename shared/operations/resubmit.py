"""Decide what becomes of a body in quarantine: released as it is or corrected, or discarded."""

from shared.domain.envelope import Message, Push, parse_message
from shared.domain.errors import InvalidMessageError, InvalidPushError, NewerMessageError
from shared.intake.limits import LARGEST_BODY
from shared.intake.parse import parse
from shared.operations.errors import RefusedError
from shared.operations.stores import Stores
from shared.ports.quarantine import QuarantineReason
from shared.ports.reading import Entry, EntryState

JSON = "application/json"


async def resubmit(stores: Stores, entry: Entry, *, corrected: bytes | None) -> str:
    """Put an entry back on its way, and note that it was; return what it is called from now on.

    The submission keeps the entry's id and time: released twice, it is one submission. The message
    goes first: a crash before the note costs a second release, not the lead.
    """
    held(entry)
    message = _message(entry) if corrected is None else _corrected(entry, corrected)
    await stores.queue.send(message.to_text())
    note = "corrected" if corrected is not None else ""
    await decide(stores, entry, "released", note)
    if isinstance(message, Push):
        return f"submission {message.submission_id}"
    return f"delivery of lead {message.lead_id}"


def held(entry: Entry) -> None:
    """Raise ``RefusedError`` if somebody has decided on an entry already."""
    if entry.state != "held":
        at = f" at {entry.decided_at:%Y-%m-%d %H:%M} UTC" if entry.decided_at else ""
        note = f": {entry.note}" if entry.note else ""
        raise RefusedError(f"{entry.quarantine_id} was {entry.state}{at}{note}")


async def discard(stores: Stores, entry: Entry, reason: str) -> None:
    """Note that nobody needs an entry; it stays in the table."""
    held(entry)
    await decide(stores, entry, "discarded", reason)


async def decide(stores: Stores, entry: Entry, state: EntryState, note: str) -> None:
    """Write what became of an entry; raise ``RefusedError`` if it changed meanwhile."""
    if not await stores.quarantine.decide(entry, state, note=note, at=stores.clock()):
        raise RefusedError(
            f"quarantine entry {entry.quarantine_id} changed meanwhile: look at it again"
        )


def _message(entry: Entry) -> Message:
    if entry.truncated:
        raise RefusedError(f"{entry.quarantine_id} is truncated: release it with a corrected body")
    if entry.reason is not QuarantineReason.POISON:
        return _checked(_push(entry, entry.body, entry.content_type))
    message = _poison(entry)
    if message is None:
        raise RefusedError(
            f"{entry.quarantine_id} is not a message of this app: release it with a corrected body"
        )
    return message.model_copy(update={"attempt": 0})


def _corrected(entry: Entry, body: bytes) -> Push:
    """Return the entry as a push of another body; one that was a push before stays the same one."""
    push = _push(entry, body, JSON)
    match _poison(entry):
        case Push() as before:
            known = {"submission_id": before.submission_id, "received_at": before.received_at}
            push = push.model_copy(update={**before.newer, **known})
        case None:
            pass
        case deliver:
            raise RefusedError(
                f"{entry.quarantine_id} asks for lead {deliver.lead_id} to be delivered and has no"
                " body to correct: release it as it is"
            )
    return _checked(push)


def _poison(entry: Entry) -> Message | None:
    """Return the message that an entry holds, None if it holds a body or is no message of ours."""
    if entry.reason is not QuarantineReason.POISON or entry.truncated:
        return None
    try:
        return parse_message(entry.body.decode())
    except (InvalidMessageError, NewerMessageError, UnicodeDecodeError):
        return None


def _push(entry: Entry, body: bytes, content_type: str) -> Push:
    ours = {
        "submission_id": entry.quarantine_id,
        "received_at": entry.received_at,
        "content_type": content_type,
        "body": body,
    }
    return Push.model_validate({**entry.newer, **ours})


def _checked(push: Push) -> Push:
    """Return a push that is a lead; raise ``RefusedError`` for one that would come back."""
    size = len(push.body)
    if size > LARGEST_BODY:
        raise RefusedError(f"the body has {size:,} bytes, a lead has {LARGEST_BODY:,} at most")
    try:
        parse(push.body, push.content_type, submission_id="check", received_at=push.received_at)
    except InvalidPushError as error:
        raise RefusedError(f"the body is still not a valid lead: {error}") from None
    return push
