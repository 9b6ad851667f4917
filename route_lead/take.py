"""Take one text off the queue: route it, postpone it, or keep what can never be a lead."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from route_lead.changes import RouteRules
from route_lead.route import Routed, RoutePorts, route
from shared.domain.attempts import exponential, half_jittered
from shared.domain.delivery import FIRST_DELAY, LONGEST_DELAY
from shared.domain.envelope import Message, Push, parse_message
from shared.domain.errors import (
    InvalidMessageError,
    InvalidPushError,
    NewerMessageError,
    SettingsError,
    StorageError,
    StorageRefusedError,
    UnsentClaimError,
)
from shared.ports.quarantine import Quarantine, Quarantined, QuarantineReason
from shared.ports.queue import PushQueue

log = logging.getLogger(__name__)

FOR_A_NEWER_APP = timedelta(minutes=5)
"""A deployment takes less, and a roll-back that takes more loses nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakePorts:
    """What is needed before routing can be tried; ``routing`` may raise ``SettingsError``."""

    queue: PushQueue
    quarantine: Quarantine
    routing: Callable[[], tuple[RoutePorts, RouteRules]]
    jitter: Callable[[], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A message as the host took it off the queue; id and time are the same at each try."""

    text: str
    message_id: str
    inserted_at: datetime


async def take(taken: Taken, ports: TakePorts) -> Routed | None:
    """Do what a message asks for; None if it was postponed whole or put into quarantine.

    Raises ``StorageUnavailableError`` only if not even that can be done: the host tries again.
    """
    try:
        message = parse_message(taken.text)
    except NewerMessageError as error:
        log.warning("message %s waits: %s", taken.message_id, error)
        await ports.queue.send(taken.text, FOR_A_NEWER_APP)
        return None
    except InvalidMessageError as error:
        await quarantine_message(taken, str(error), ports.quarantine)
        return None
    try:
        return await route(message, *ports.routing())
    except InvalidPushError as error:
        await _quarantine_push(message, error, ports.quarantine)
    except StorageRefusedError as error:
        await quarantine_message(taken, str(error), ports.quarantine)
    except (SettingsError, StorageError) as error:
        await _postpone(message, error, ports)
    return None


async def quarantine_message(taken: Taken, fault: str, quarantine: Quarantine) -> None:
    """Keep a message whole; the same one twice is one entry."""
    body = taken.text.encode()
    entry = Quarantined(
        quarantine_id=taken.message_id,
        received_at=taken.inserted_at,
        reason=QuarantineReason.POISON,
        faults=[fault],
        body=body,
        content_type="text/plain",
        size=len(body),
    )
    await quarantine.keep(entry)
    log.error("message %s is in quarantine: %s", taken.message_id, fault)


async def keep_poison(taken: Taken, fault: str, quarantine: Quarantine, poison: PushQueue) -> None:
    """Keep a poison message whole, or put it back where it came from, this time for good.

    The host gives the poison queue no poison queue of its own. What fails there runs again every
    ten minutes, or with an extension older than 5.3.8 never once ``maxDequeueCount`` is reached;
    either way it is forgotten after 7 days.
    """
    try:
        await quarantine_message(taken, fault, quarantine)
    except StorageError as error:
        log.error("message %s can't be kept yet: %s", taken.message_id, error)  # noqa: TRY400 - says it all
        await poison.send(taken.text, LONGEST_DELAY)


async def _quarantine_push(
    message: Message, error: InvalidPushError, quarantine: Quarantine
) -> None:
    if not isinstance(message, Push):
        raise error
    await quarantine.keep(Quarantined.of_push(message, QuarantineReason.INVALID, error.faults))
    log.error("submission %s is in quarantine: it is not a valid lead", message.submission_id)


async def _postpone(
    message: Message, error: SettingsError | StorageError, ports: TakePorts
) -> None:
    if isinstance(error, UnsentClaimError):
        message = message.with_unsent_claims(*error.claims)
    delay = half_jittered(exponential(FIRST_DELAY, message.attempt, LONGEST_DELAY), ports.jitter())
    await ports.queue.send(message.postponed().to_text(), delay)
    log.error("a message was postponed by %d s: %s", delay.total_seconds(), error)
