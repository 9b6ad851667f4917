"""What has become of a delivery, and how the record differs from the lead in the end."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from enum import StrEnum

from local.fakes.server import SeenRecord
from shared.domain.delivery import LONGEST_ASKED_FOR, LONGEST_QUOTA
from shared.ports.index import Trouble
from shared.ports.leads import EventKind
from tests.crm_contract.world import World
from tests.fakes import FakeLeadIndex

SOONEST = timedelta(seconds=15)
NOT_FLAGGED = "do not contact is not set"
NOT_NOTED = "not noted"
"""In the remark on an interest that the CRM has no room for: then it is in the audit trail only."""


class Outcome(StrEnum):
    """What becomes of a lead whose delivery met an answer."""

    DELIVERED = "delivered"
    WAITS = "waits"
    TROUBLE = "trouble"
    UNKNOWN = "unknown"
    UNKNOWN_TROUBLE = "unknown, trouble"
    PARKED = "parked"


def outcome_of(world: World) -> Outcome:
    """Return what became of the lead."""
    delivery, version = world.delivery, world.lead.version
    if delivery.delivered_version == version:
        return Outcome.DELIVERED
    if delivery.parked_version == version:
        return Outcome.PARKED
    if delivery.claim_id:
        return Outcome.UNKNOWN_TROUBLE if troubles(world) else Outcome.UNKNOWN
    return Outcome.TROUBLE if troubles(world) else Outcome.WAITS


def troubles(world: World) -> Sequence[Trouble]:
    """Return the troubles that are shown."""
    index = world.ports.index
    assert isinstance(index, FakeLeadIndex)
    return [*index.told.values()]


def difference(
    world: World, records: Sequence[SeenRecord], ignored: Container[str]
) -> Sequence[str]:
    """Return how what the CRM holds differs from the lead, nothing if it does not."""
    if outcome_of(world) is not Outcome.DELIVERED:
        return [world.delivery.parked_reason or world.delivery.last_error]
    if len(records) != 1:
        return [f"{len(records)} records"]
    [record] = records
    differing = [
        f"{one} is {record.values.get(one)!r} instead of {given!r}"
        for one, given in asdict(world.lead.contact).items()
        if one not in ignored and record.values.get(one, "") != given
    ]
    told = " ".join(event.detail for event in world.told(EventKind.DELIVERED))
    missing = world.missing(record) if NOT_NOTED not in told else []
    wanted = world.lead.do_not_contact and NOT_FLAGGED not in told
    flag = ["it may be contacted"] if wanted and not record.do_not_contact else []
    return [*differing, *missing, *flag, *doubled(world, record)]


def doubled(world: World, record: SeenRecord) -> list[str]:
    """Return the ids of interests that a record has more than once."""
    said = [record.description, *record.notes]
    ids = [f"{number:032x}" for number in range(1, len(world.pushed) + 1)]
    return [f"{one} twice" for one in ids if sum(text.count(one) for text in said) > 1]


def waits_wrongly(world: World, since: datetime, *, is_known: bool) -> Iterator[str]:
    """Give what is wrong with the time of the next attempt."""
    next_at = world.delivery.next_attempt_at
    longest = LONGEST_QUOTA if is_known else LONGEST_ASKED_FOR
    if next_at is not None and not SOONEST <= next_at - since <= longest:
        yield f"the next attempt is after {next_at - since}"
