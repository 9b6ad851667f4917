"""Whatever becomes of writes without an answer, the record equals the lead in the end.

A write may be done at once, some minutes later, or never. A value may come and go meanwhile (A, B,
A, B), in clicks that are new and in clicks that only repeat an earlier one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.delivery import CLAIM, UPSERT_DEADLINE
from shared.domain.errors import (
    CrmCredentialsError,
    CrmOutcomeUnknownError,
    CrmRejectedError,
    CrmUnavailableError,
)
from shared.domain.lead import Lead
from shared.ports.crm import Changed, Upserted
from tests.fakes import Clock, FakeCrm
from tests.route_lead.relay import MINUTE, SECOND, Relay, push
from tests.suite.unhurried import examples

LONGEST = CLAIM - UPSERT_DEADLINE
"""No write is done later than this after its sender gave up."""


@dataclass
class Write:
    """What the CRM makes of a write: ``after`` is when it is done, None for never."""

    error: Callable[[], Exception] | None = None
    after: timedelta | None = timedelta(0)


@dataclass
class LateCrm(FakeCrm):
    """A CRM that answers some writes wrongly or not at all, and does them when it likes."""

    clock: Clock = field(default_factory=Clock)
    becomes: list[Write] = field(default_factory=list)
    late: list[tuple[datetime, Lead, Changed]] = field(default_factory=list)
    asked: list[Changed] = field(default_factory=list)

    async def upsert(self, lead: Lead, changed: Changed, *, uncertain: bool) -> Upserted:
        self.asked.append(changed)
        self.settle()
        write = self.becomes.pop(0) if self.becomes else Write()
        if write.error is None:
            return self.write(lead, changed, uncertain=uncertain)
        if write.after is not None:
            self.late.append((self.clock() + write.after, lead, changed))
            self.settle()
        raise write.error()

    def settle(self) -> None:
        """Do what is late by now."""
        due = [one for one in self.late if one[0] <= self.clock()]
        self.late = [one for one in self.late if one not in due]
        for _, lead, changed in due:
            self.write(lead, changed, uncertain=True)


def late_relay(*becomes: Write) -> tuple[Relay, LateCrm]:
    crm = LateCrm(becomes=[*becomes])
    relay = Relay(crms={"crm": crm})
    crm.clock = relay.clock
    return relay, crm


def no_answer() -> Exception:
    return TimeoutError()


def cut() -> Exception:
    return CrmOutcomeUnknownError("cut")


def a_bug() -> Exception:
    return KeyError("id")


def down_after_a_first_write() -> Exception:
    """Say that the lead was not taken; but of several writes, the first was done."""
    return CrmUnavailableError("503")


def refused_after_a_first_write() -> Exception:
    return CrmRejectedError("the note is too long")


UNKNOWN = (no_answer, cut, a_bug)
FAILED = (*UNKNOWN, down_after_a_first_write, refused_after_a_first_write)


@pytest.mark.parametrize("error", FAILED)
@pytest.mark.parametrize("repeat", [False, True])
@pytest.mark.parametrize("done", [False, True])
async def test_a_value_that_changed_back_is_sent_again(
    error: Callable[[], Exception], *, repeat: bool, done: bool
) -> None:
    relay, crm = late_relay(Write(), Write(error, timedelta(0) if done else None))
    offer = "same" if repeat else ""
    await relay.take(push(1, offer=offer, Title="Engineer"))
    await relay.take(push(2, offer=offer, Title="Manager"))
    await relay.take(push(3, offer=offer, Title="Engineer"))
    await relay.drain()
    assert relay.record.values == relay.lead.contact.given()
    assert relay.lead.contact.title == "Engineer"
    assert crm.asked[-1].fields == {"title"}


async def test_a_request_keeps_its_claim_for_as_long_as_it_may_still_be_done() -> None:
    relay, crm = late_relay(Write(), Write(cut, LONGEST))
    await relay.take(push(1, Title="Engineer"))
    await relay.take(push(2, Title="Manager"))
    await relay.take(push(3, Title="Director"))
    assert len(crm.asked) == 2
    await relay.drain()
    assert relay.record.values["title"] == "Director"
    assert crm.late == []


async def test_what_is_parked_after_a_write_without_an_answer_still_knows_what_was_sent() -> None:
    relay, _ = late_relay(Write(), Write(cut), Write(refused_after_a_first_write, None))
    await relay.take(push(1, Title="Engineer"))
    await relay.take(push(2, Title="Manager"))
    await relay.drain()
    assert relay.delivery().parked_version == 2
    await relay.take(push(3, Title="Engineer"))
    assert relay.record.values["title"] == "Engineer"


async def test_an_answer_settles_what_was_in_doubt() -> None:
    relay, crm = late_relay(Write(), Write(cut))
    await relay.take(push(1, Title="Engineer"))
    await relay.take(push(2, Title="Manager"))
    await relay.drain()
    assert relay.delivery().sent == ()
    await relay.take(push(3, Title="Manager", Country="DE"))
    assert crm.asked[-1].fields == {"country"}


@pytest.mark.parametrize(
    ("asked_for", "wait"),
    [(None, CLAIM + SECOND), (MINUTE, CLAIM + SECOND), (60 * MINUTE, 60 * MINUTE)],
)
async def test_an_unknown_outcome_waits_for_its_claim_and_for_what_the_crm_asks(
    asked_for: timedelta | None, wait: timedelta
) -> None:
    relay = Relay()
    relay.crm.fails = [CrmOutcomeUnknownError("503", retry_after=asked_for)]
    await relay.take(push(1))
    assert relay.waits() == [wait]


def becoming() -> st.SearchStrategy[list[Write]]:
    errors = st.sampled_from([no_answer, cut, a_bug])
    late = st.none() | st.timedeltas(timedelta(0), LONGEST)
    not_done = st.builds(Write, st.just(lambda: CrmCredentialsError("401")), st.none())
    write = st.builds(Write, errors, late) | not_done | st.just(Write())
    return st.lists(write, max_size=8)


CLICKS = st.lists(
    st.tuples(
        st.sampled_from(["Engineer", "Manager"]),
        st.sampled_from(["", "DE", "FR"]),
        st.sampled_from(["a", "b"]),
        st.timedeltas(timedelta(0), 12 * MINUTE),
    ),
    min_size=2,
    max_size=7,
)


@settings(max_examples=examples(200))
@given(clicks=CLICKS, becomes=becoming())
async def test_the_record_equals_the_lead_field_by_field_in_the_end(
    clicks: Sequence[tuple[str, str, str, timedelta]], becomes: list[Write]
) -> None:
    relay, crm = late_relay(*becomes)
    for number, (title, country, offer, pause) in enumerate(clicks, start=1):
        await relay.host(push(number, offer=offer, Title=title, Country=country))
        await relay.drain(until=relay.clock() + pause)
    await relay.drain()
    relay.clock.advance(CLAIM)
    crm.settle()
    relay.assert_delivered(*(f"s{number}" for number in range(1, len(clicks) + 1)))
