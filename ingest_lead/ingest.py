"""Take a push in: store it durably before saying so, and say what is wrong with it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from shared.domain.envelope import Push
from shared.domain.errors import InvalidPushError, StorageUnavailableError, TooLargePushError
from shared.domain.lead import Submission
from shared.intake.limits import LARGEST_BODY
from shared.intake.parse import parse
from shared.ports.quarantine import Quarantine, Quarantined, QuarantineReason
from shared.ports.queue import Outbox, PushQueue

log = logging.getLogger(__name__)

LONGEST_CONTENT_TYPE = 256

NOT_CHECKED = "the body could not be checked; it is stored as it came"

STORE_WITHIN = timedelta(seconds=10)
"""How long Microsoft waits for an answer is not documented."""


class Parser(Protocol):
    """What ``shared.intake.parse.parse`` is."""

    def __call__(
        self, body: bytes, content_type: str, *, submission_id: str, received_at: datetime
    ) -> Submission:
        """Return the submission that a push holds, or raise ``InvalidPushError``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestPorts:
    """What ingestion needs from the world, and the parser that understands a push.

    ``store_within`` is what queue and table are given each.
    """

    queue: PushQueue
    outbox: Outbox
    quarantine: Quarantine
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    parse: Parser = parse
    store_within: timedelta = STORE_WITHIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A push that is stored and will be a lead."""

    submission_id: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A push that is no lead as it is; it is stored in quarantine."""

    reason: QuarantineReason
    quarantine_id: str
    faults: tuple[str, ...]


async def ingest(
    body: bytes, content_type: str, traceparent: str | None, ports: IngestPorts
) -> Accepted | Refused:
    """Store a push: a lead on the queue, what is none in quarantine.

    Raises ``StorageUnavailableError`` if nothing could be stored.
    """
    push = Push(
        submission_id=ports.new_id(),
        received_at=ports.clock(),
        content_type=content_type[:LONGEST_CONTENT_TYPE],
        body=body,
        traceparent=traceparent,
    )
    try:
        warnings = _warnings(push, ports.parse)
    except InvalidPushError as error:
        return await _quarantine(push, error, ports)
    await _store(push, ports)
    return Accepted(submission_id=push.submission_id, warnings=warnings)


def _warnings(push: Push, parse: Parser) -> tuple[str, ...]:
    if len(push.body) > LARGEST_BODY:
        raise TooLargePushError(
            [f"the body has {len(push.body):,} bytes, a lead has {LARGEST_BODY:,} at most"]
        )
    try:
        return parse(
            push.body,
            push.content_type,
            submission_id=push.submission_id,
            received_at=push.received_at,
        ).warnings
    except InvalidPushError:
        raise
    except Exception as error:  # noqa: BLE001 - a fault of ours must not cost a lead
        log.error("submission %s: the parser failed: %r", push.submission_id, type(error))  # noqa: TRY400 - a traceback may show the body
        return (NOT_CHECKED,)


async def _quarantine(push: Push, error: InvalidPushError, ports: IngestPorts) -> Refused:
    too_large = isinstance(error, TooLargePushError)
    reason = QuarantineReason.TOO_LARGE if too_large else QuarantineReason.INVALID
    entry = Quarantined.of_push(push, reason, error.faults)
    await _within(ports.store_within, ports.quarantine.keep(entry))
    return Refused(reason=entry.reason, quarantine_id=entry.quarantine_id, faults=error.faults)


async def _store(push: Push, ports: IngestPorts) -> None:
    """Put the push on the queue, or else where the sweep finds it and queues it."""
    message = push.to_text()
    try:
        await _within(ports.store_within, ports.queue.send(message))
    except StorageUnavailableError as error:
        log.warning("submission %s goes to the outbox: %s", push.submission_id, error)
        key = f"{push.received_at:%Y%m%dT%H%M%S%fZ}|{push.submission_id}"
        await _within(ports.store_within, ports.outbox.keep(key, message))


async def _within(limit: timedelta, write: Awaitable[None]) -> None:
    """Await a write; whatever else it raises, the push is not stored yet, and nothing is lost."""
    try:
        async with asyncio.timeout(limit.total_seconds()):
            await write
    except StorageUnavailableError:
        raise
    except TimeoutError:
        raise StorageUnavailableError(f"no answer within {limit.total_seconds():.0f} s") from None
    except Exception as error:
        raise StorageUnavailableError(f"the adapter failed with {type(error).__name__}") from error
