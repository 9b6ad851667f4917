"""Deliveries that are about to be tried, and what each of their calls is for."""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from local.fakes.faults import Fault
from local.fakes.hubspot import HubspotServer
from local.fakes.server import CrmServer
from tests.crm_contract.odd_answers import CUSTOMER
from tests.crm_contract.world import World

WORDS = "Open, sesame."
LATER = CUSTOMER | {"Title": "Grandvizier and more", "Phone": "+49 30 27654321"}


class Role(StrEnum):
    """What a call of a delivery is for."""

    LOGIN = "login"
    LOOK_UP = "look-up"
    CREATE = "create"
    UPDATE = "update"
    NOTE = "note"
    OPT_OUT = "opt-out"


ROLES = {
    r"^GET |/batch/read$": Role.LOOK_UP,
    r"/unsubscribe-all$": Role.OPT_OUT,
    r"/notes$|/annotations\(|/sobjects/Task$": Role.NOTE,
    r"POST /crm/objects/[\d-]+/contacts$|POST .*/sobjects/Lead$": Role.CREATE,
    r"PATCH /crm/objects/|PATCH .*/sobjects/Lead/": Role.UPDATE,
}
"""What calls are for, where their names tell; the others are a create, an update, a note."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a delivery, by its number in it."""

    number: int
    name: str
    role: Role


LOGIN = Call(-1, "login", Role.LOGIN)
"""A request for a token, where the one that there was has ended."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A delivery that is about to be tried, and what it calls."""

    name: str
    world: World
    memory: Mapping[str, Any]
    calls: tuple[Call, ...]


async def new(world: World, _: CrmServer) -> None:
    await world.push(CUSTOMER, description=WORDS)


async def new_without_email(world: World, _: CrmServer) -> None:
    await world.push({**CUSTOMER, "Email": ""}, description=WORDS)


async def not_to_be_contacted(world: World, _: CrmServer) -> None:
    await world.push(CUSTOMER, description=WORDS, action="DNC")


async def again(world: World, _: CrmServer) -> None:
    await world.push(CUSTOMER, description=WORDS)
    await world.rest()
    await world.push(LATER, description=f"{WORDS} Again.")


async def after_a_lost_answer(world: World, server: CrmServer) -> None:
    await world.push(CUSTOMER, description=WORDS)
    await _lose_an_answer(world, server)


async def after_a_lost_note(world: World, server: CrmServer) -> None:
    # The note is the only thing to do; it is there, and must be found.
    await world.push(CUSTOMER, description=WORDS)
    await world.rest()
    await world.push(CUSTOMER, description=f"{WORDS} Again.")
    await _lose_an_answer(world, server)


async def _lose_an_answer(world: World, server: CrmServer) -> None:
    """Work until the answer to a write is lost, and wait until the claim has ended."""
    server.write_faults.append(Fault.CUT_AFTER)
    await world.work(world.queue.take() or "")
    world.clock.now = min(message.visible_at for message in world.queue.messages)


async def new_without_key(world: World, server: CrmServer) -> None:
    assert isinstance(server, HubspotServer)
    server.unique.clear()
    await new_without_email(world, server)


type Prepare = Callable[[World, CrmServer], Awaitable[None]]

OF_ALL: tuple[Prepare, ...] = (
    new,
    new_without_email,
    not_to_be_contacted,
    again,
    after_a_lost_answer,
    after_a_lost_note,
)
OF_ONE: Mapping[str, tuple[Prepare, ...]] = {"hubspot": (new_without_key,)}
"""Where a contact without an e-mail may have nothing that it can be found by."""


def calls_of(names: Sequence[str], *, is_new: bool) -> Iterator[Call]:
    """Give the calls of a delivery, each with what it is for."""
    writes = iter((Role.CREATE, Role.UPDATE) if is_new else (Role.UPDATE, Role.NOTE))
    for number, name in enumerate(names):
        known = (role for pattern, role in ROLES.items() if re.search(pattern, name))
        yield Call(number, name, next(known, None) or next(writes))
