"""Whatever fails on the way, in whatever order: one record, and nothing lost."""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.errors import (
    CrmCredentialsError,
    CrmOutcomeUnknownError,
    CrmUnavailableError,
    StorageUnavailableError,
)
from tests.fakes import FakeCrm, Gate
from tests.route_lead.relay import Relay, WorkerDiedError, push
from tests.suite.unhurried import examples

type Error = Callable[[], BaseException]

FAILS_AT_THE_CRM: dict[str, Error] = {
    "is down": lambda: CrmUnavailableError("503"),
    "cuts the connection": lambda: CrmOutcomeUnknownError("cut"),
    "refuses us": lambda: CrmCredentialsError("401"),
    "does not answer": TimeoutError,
    "has a bug": KeyError,
    "dies": WorkerDiedError,
}
NOT_DONE = ("is down", "refuses us")
"""What a CRM can't say of what it has done."""

FAILS_AT_STORAGE: dict[str, Error] = {
    "does not answer": lambda: StorageUnavailableError("no answer"),
    "dies": WorkerDiedError,
}
PASSES = ("passes",) * 4


def trouble(errors: dict[str, Error]) -> st.SearchStrategy[list[str]]:
    """Return what becomes of requests, one after the other; of all after the last, nothing."""
    return st.lists(st.sampled_from((*PASSES, *errors)), max_size=40)


def troubled(at_crm: list[str], at_storage: list[str]) -> Gate:
    crm, storage = iter(at_crm), iter(at_storage)

    async def gate(request: str) -> None:
        of_crm = request.startswith("crm.")
        what = next(crm if of_crm else storage, "passes")
        if what in NOT_DONE and request in ("crm.upserted", "crm.noted"):
            what = "does not answer"
        if what != "passes":
            error = (FAILS_AT_THE_CRM if of_crm else FAILS_AT_STORAGE)[what]
            raise error()

    return gate


@settings(max_examples=examples(150))
@given(
    at_crm=trouble(FAILS_AT_THE_CRM),
    at_storage=trouble(FAILS_AT_STORAGE),
    numbers=st.lists(st.integers(min_value=1, max_value=4), min_size=1, max_size=6),
    takes_notes=st.booleans(),
)
async def test_there_is_one_record_at_last_and_nothing_is_lost(
    at_crm: list[str],
    at_storage: list[str],
    numbers: list[int],
    *,
    takes_notes: bool,
) -> None:
    gate = troubled(at_crm, at_storage)
    relay = Relay(gate=gate, crms={"crm": FakeCrm(takes_notes=takes_notes)})
    for number in numbers:
        await relay.host(push(number, Title=f"title {number % 2}"))
    await relay.drain(at_most=2_000)
    relay.assert_delivered(*{f"s{number}" for number in numbers})


@settings(max_examples=examples(50))
@given(at_crm=trouble(FAILS_AT_THE_CRM), at_storage=trouble(FAILS_AT_STORAGE))
async def test_a_crm_that_cannot_be_asked_never_gets_a_second_record(
    at_crm: list[str], at_storage: list[str]
) -> None:
    gate = troubled(at_crm, at_storage)
    relay = Relay(gate=gate, crms={"crm": FakeCrm(finds=False)})
    for number in (1, 2):
        await relay.host(push(number))
    await relay.drain(at_most=2_000)
    assert len(relay.crm.records) <= 1
    delivery, version = relay.delivery(), relay.lead.version
    assert not delivery.is_behind(version)
    if delivery.parked_version == version:
        assert delivery.parked_reason.startswith("uncertain: ")
    else:
        relay.assert_delivered("s1", "s2")
