"""What the marketplace changes back and forth while answers get lost is right in the end.

A write without an answer was done or not, and nobody can tell. Whatever became of each, the record
equals the lead once the CRM answers again: field by field, and with each interest on it once.
"""

import random
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice, product

import pytest

from local.fakes.faults import Fault
from local.fakes.hubspot.server import HubspotServer
from local.fakes.marketo.server import MarketoServer
from local.fakes.server import CrmServer
from tests.crm_contract.aftermath import difference
from tests.crm_contract.subjects import on_a_socket
from tests.crm_contract.world import CUSTOMER, World

OVER_HTTP = ("dynamics", "hubspot", "https_endpoint", "marketo", "salesforce")
FILLS_WHAT_IS_EMPTY = ("hubspot", "marketo")
"""They find people by their e-mail, so that sales may have had them before us."""

FIXED = {"marketo": {"company"}}
"""What can't be changed in a person of Marketo, by the vendor's own rules."""

A = {"Phone": "+49 30 1234567", "Country": "DE", "Company": "Fabrikam", "Title": "Clerk"}
B = {"Phone": "+33 1 23456789", "Country": "FR", "Company": "Contoso", "Title": "Boss"}
BACK_AND_FORTH = (A, B, A, B)
EACH_ITS_OWN_WAY = (
    A,
    A | {"Phone": B["Phone"], "Title": B["Title"]},
    B | {"Title": A["Title"], "Country": A["Country"]},
    B | {"Phone": A["Phone"], "Title": A["Title"]},
)
ONE_FIELD = tuple(A | {"Title": given["Title"]} for given in BACK_AND_FORTH)

OUTCOMES = (Fault.NONE, Fault.CUT_BEFORE, Fault.CUT_AFTER)
GAPS = (timedelta(minutes=1), timedelta(minutes=6))
"""Within the claim of a write without an answer, and past its end."""

PARTS = 3
"""One part of all sequences is what is tried each time."""

type Pushes = list[tuple[dict[str, str], str]]


def sequences() -> Iterator[tuple[tuple[Fault, ...], Pushes, timedelta]]:
    """Give what becomes of the first writes, what is pushed, and how long after each other."""
    first_ones = (Fault.NONE, Fault.CUT_AFTER)
    for number, outcomes in enumerate(product(first_ones, *[OUTCOMES] * 3)):
        chance = random.Random(number)  # noqa: S311 - nothing is secret here
        contacts = chance.choice([BACK_AND_FORTH, EACH_ITS_OWN_WAY, ONE_FIELD])
        third_repeats_first = contacts[2] == contacts[0] and chance.random() < 1 / 2
        words = ["one", "two", "one" if third_repeats_first else "three", "four"]
        yield outcomes, list(zip(contacts, words, strict=True)), chance.choice(GAPS)


@pytest.mark.parametrize(
    ("name", "known", "part"),
    [
        *((name, False, 0) for name in OVER_HTTP),
        *((name, True, 0) for name in FILLS_WHAT_IS_EMPTY),
        *(
            pytest.param(name, False, part, marks=pytest.mark.thorough)
            for name, part in product(OVER_HTTP, range(1, PARTS))
        ),
    ],
)
async def test_a_b_a_b_with_lost_answers_is_b_in_the_end(
    name: str, part: int, *, known: bool
) -> None:
    wrong: dict[str, str] = {}
    async with on_a_socket(name) as subject:
        server = subject.behind
        assert isinstance(server, CrmServer)
        if known:
            sales_has(server)
        empty = server.remembered()
        for outcomes, pushes, gap in islice(sequences(), part, None, PARTS):
            server.restore(empty)
            server.write_faults.extend(outcomes)
            world = World(subject)
            await push_all(world, pushes, gap)
            if fault := difference(world, await subject.records(), FIXED.get(name, ())):
                wrong[f"{gap} {' '.join(outcomes)}: {pushes}"] = "; ".join(fault)

    assert wrong == {}


@pytest.mark.parametrize("fault", [Fault.NONE, Fault.THROTTLED, Fault.UNAUTHORIZED])
@pytest.mark.parametrize("name", FILLS_WHAT_IS_EMPTY)
async def test_what_an_update_filled_is_known_though_its_note_fails(
    name: str, fault: Fault
) -> None:
    async with on_a_socket(name) as subject:
        server = subject.behind
        assert isinstance(server, CrmServer)
        sales_has(server)
        world = World(subject)
        empty = CUSTOMER | {"Phone": "", "Title": ""}
        await push_all(world, [(empty, "one")], GAPS[1])
        server.write_faults.extend([Fault.NONE, fault])  # the update passes, its note does not

        await push_all(world, [(A, "two"), (B, "three")], GAPS[0])

        assert difference(world, await subject.records(), FIXED.get(name, ())) == []


def sales_has(server: CrmServer) -> None:
    """Let sales have the customer, by e-mail and nothing else."""
    assert isinstance(server, HubspotServer | MarketoServer)
    server.has(email=CUSTOMER["Email"])


async def push_all(world: World, pushes: Pushes, gap: timedelta) -> None:
    for contact, words in pushes:
        await world.push(CUSTOMER | contact, description=words)
        await world.rest(until=world.clock() + gap)
    await world.rest()
