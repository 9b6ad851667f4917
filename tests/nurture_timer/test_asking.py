"""Destinations are asked side by side; what one has told in time counts, and no fault stops it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any, cast

import pytest

from nurture_timer.asking import (
    NAME_CHARACTERS,
    NO_TIME_LEFT,
    QUESTIONS_AT_ONCE,
    Fault,
    ask,
)
from nurture_timer.faults import Faults
from shared.domain.errors import (
    CrmCredentialsError,
    CrmRejectedError,
    CrmSettingsError,
    CrmUnavailableError,
)
from shared.domain.follow_up import FollowUpState
from shared.domain.plan import GRACE
from shared.domain.retired import InUse
from shared.ports.crm import FollowUpQuestion, FollowUpSeen, SeenAct
from shared.ports.index import Doing
from shared.ports.leads import EventKind
from tests.examples import LEAD_ID
from tests.fakes import START, FakeCrm, FakeDestinations
from tests.nurture_timer.world import DELIVERED, HOUR, WITHIN, World, lead
from tests.unbuildable import unbuildable

SOON = timedelta(seconds=0.2)


@dataclass
class SilentAfter:
    """A gate that lets some requests through, and none after."""

    number: int

    async def __call__(self, request: str) -> None:
        self.number -= 1
        if self.number < 0:
            await asyncio.Event().wait()


async def test_what_a_slow_destination_told_in_time_counts_and_no_other_waits_for_it() -> None:
    world = World()
    count = QUESTIONS_AT_ONCE + 1
    both = (replace(DELIVERED, destination="slow"), replace(DELIVERED, destination="quick"))
    for number in range(count):
        await world.put(lead(f"{number:032x}"), *both)
    seen = {f"{number:032x}": FollowUpSeen(at=START + HOUR) for number in range(count)}
    slow = FakeCrm(gate=SilentAfter(1), acted=seen)
    quick = FakeCrm()
    due = [partition.stored for partition in world.leads.partitions.values()]
    destinations = FakeDestinations({"slow": slow, "quick": quick})

    answers = await ask(due, START + WITHIN, destinations, InUse(), Faults(), within=SOON)

    assert len(answers.seen) == QUESTIONS_AT_ONCE
    assert answers.answered == {"quick"}
    assert answers.telling == {"slow", "quick"}
    assert answers.failed == {"slow": Fault(NO_TIME_LEFT)}


@dataclass
class OddCrm(FakeCrm):
    """A CRM that some leads can't be asked about, and that tells odd things of others."""

    fails_at: Mapping[str, Exception] = field(default_factory=dict)
    asked: list[Sequence[str]] = field(default_factory=list)

    async def follow_ups(self, questions: Sequence[FollowUpQuestion]) -> Mapping[str, FollowUpSeen]:
        self.asked.append([q.lead_id for q in questions])
        for question in questions:
            if question.lead_id in self.fails_at:
                raise self.fails_at[question.lead_id]
        return {q.lead_id: self.acted[q.lead_id] for q in questions if q.lead_id in self.acted}


def lead_id(number: int) -> str:
    return f"{number:032x}"


async def overdue(crm: FakeCrm, count: int) -> World:
    """Return leads that are due to be flagged, on all of which sales has acted."""
    world = World(crm=crm)
    for number in range(count):
        await world.put(lead(lead_id(number)), DELIVERED)
        crm.acted.setdefault(lead_id(number), FollowUpSeen(at=START + HOUR))
    return world


DOWN = CrmUnavailableError("503: maintenance")


@pytest.mark.parametrize("bad", [0, 150, 249])
async def test_a_call_that_fails_keeps_none_of_the_others_from_being_made(bad: int) -> None:
    crm = OddCrm(fails_at={lead_id(bad): DOWN})
    world = await overdue(crm, 250)

    swept = await world.sweep(WITHIN + GRACE)

    assert sum(map(len, crm.asked)) in (250 + 50, 250 + 100)
    assert swept.flagged in (25, 50)
    assert swept.followed_up == 250 - swept.flagged


async def test_nobody_stays_overdue_for_being_asked_about_together_with_one_that_fails() -> None:
    crm = OddCrm(fails_at={lead_id(0): DOWN})
    world = await overdue(crm, 250)

    left = []
    for hours in range(0, 72, 6):
        await world.sweep(WITHIN + GRACE + hours * HOUR)
        states = [world.clock_of(lead_id(number)).state for number in range(250)]
        left.append(states.count(FollowUpState.OVERDUE))

    assert left == sorted(left, reverse=True)
    assert (left[0] in (25, 50), left[-1]) == (True, 1)


@pytest.mark.parametrize(
    "error", [CrmRejectedError("400: bad id"), KeyError("zoe@fabrikam.example"), TypeError()]
)
async def test_what_may_be_about_one_lead_leaves_the_others_answered(error: Exception) -> None:
    crm = OddCrm(fails_at={lead_id(7): error})
    world = await overdue(crm, 100)

    swept = await world.sweep(WITHIN + GRACE)

    assert (swept.flagged, swept.followed_up) == (1, 99)
    assert world.clock_of(lead_id(7)).state is FollowUpState.OVERDUE
    assert len(crm.asked) <= 2 * 7 + 1


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (DOWN, "503: maintenance"),
        (CrmRejectedError("400: bad id"), "400: bad id"),
        (CrmSettingsError("no property x"), "no property x"),
        (KeyError("zoe@fabrikam.example"), "the adapter failed with KeyError"),
        (TimeoutError(), "no answer within 60 s"),
    ],
)
async def test_a_failing_call_is_told_until_all_are_answered_again(
    error: Exception, reason: str
) -> None:
    crm = OddCrm(fails_at={lead_id(0): error})
    world = await overdue(crm, 101)
    await world.sweep(WITHIN)

    [trouble] = await world.index.troubles()
    assert (trouble.destination, trouble.doing, trouble.reason) == ("crm", Doing.ASK, reason)

    crm.fails_at = {}
    await world.sweep(WITHIN + 6 * HOUR)
    assert await world.index.troubles() == []


async def test_what_only_a_person_can_end_is_told_before_anything_else() -> None:
    crm = OddCrm(fails_at={lead_id(0): DOWN, lead_id(1): CrmCredentialsError("401: no")})
    world = await overdue(crm, 1_000)

    await world.sweep(WITHIN)

    [trouble] = await world.index.troubles()
    assert trouble.reason == "401: no"


UNUSABLE: dict[str, Any] = {
    "a time without a zone": FollowUpSeen(at=(START + HOUR).replace(tzinfo=None)),
    "a time before all times": FollowUpSeen(at=datetime.min.replace(tzinfo=timezone(HOUR))),
    "nobody": FollowUpSeen(at=START + HOUR, by=cast("str", None)),
    "a number": FollowUpSeen(owner=cast("str", 77)),
    "half an id": FollowUpSeen(at=START + HOUR, owner="x\ud83d"),
    "an act by a number": FollowUpSeen(acts=(SeenAct(at=START + HOUR, by=cast("str", 7)),)),
    "a mapping": {"at": START + HOUR},
}


@pytest.mark.parametrize("odd", UNUSABLE.values(), ids=UNUSABLE)
async def test_an_answer_that_can_not_be_used_is_none_and_costs_no_other_lead_its_own(
    odd: FollowUpSeen,
) -> None:
    crm = OddCrm(acted={lead_id(1): odd})
    world = await overdue(crm, 3)

    too_early = await world.sweep(WITHIN)
    assert (too_early.flagged, too_early.followed_up, too_early.failed) == (0, 2, 0)
    swept = await world.sweep(WITHIN + GRACE)

    assert (swept.flagged, swept.followed_up, swept.failed) == (1, 0, 0)
    events = world.leads.partitions[lead_id(1)].events.values()
    assert [event.unchecked for event in events if event.kind is EventKind.FLAGGED] == [True]
    [trouble] = await world.index.troubles()
    assert trouble.reason.startswith("the adapter failed: its FollowUpSeen") or "SeenAct" in (
        trouble.reason
    )


async def test_an_answer_that_is_no_mapping_tells_nothing_of_any_lead() -> None:
    crm = NoAnswers()
    world = await overdue(crm, 3)

    assert (await world.sweep(WITHIN + GRACE)).flagged == 3
    [trouble] = await world.index.troubles()
    assert trouble.reason == (
        "the adapter failed: its answer can't be used, a value of type NoneType"
    )


@dataclass
class NoAnswers(FakeCrm):
    async def follow_ups(self, questions: Sequence[FollowUpQuestion]) -> Mapping[str, FollowUpSeen]:
        return cast("Mapping[str, FollowUpSeen]", None)


async def test_a_name_that_was_cut_within_a_character_is_told_without_the_half() -> None:
    crm = OddCrm(acted={lead_id(0): FollowUpSeen(at=START + HOUR, by="Zoë \ud83d")})
    world = await overdue(crm, 1)

    await world.sweep(WITHIN)

    assert world.clock_of(lead_id(0)).done_by == "Zoë \ufffd"


async def test_what_sales_will_do_and_what_it_did_before_the_interest_are_no_answers() -> None:
    crm = OddCrm()
    crm.acted = {
        lead_id(0): FollowUpSeen(at=START + 1_000 * WITHIN, by="x" * 40_000),
        lead_id(1): FollowUpSeen(at=START - HOUR),
    }
    world = await overdue(crm, 2)

    swept = await world.sweep(WITHIN)

    assert (swept.flagged, swept.followed_up) == (1, 1)
    assert world.clock_of(lead_id(0)).done_at == START + WITHIN
    assert world.clock_of(lead_id(0)).done_by == "x" * NAME_CHARACTERS


@pytest.mark.parametrize("error", [UnicodeError("label too long"), ValueError("no")])
async def test_an_adapter_that_can_not_be_built_is_told_and_keeps_no_flag_away(
    error: Exception,
) -> None:
    world = await overdue(FakeCrm(), 1)
    world.destinations = unbuildable(error)

    assert (await world.sweep(WITHIN + GRACE)).flagged == 1

    [trouble] = await world.index.troubles()
    assert f"its adapter can't be built, by {type(error).__name__}" in trouble.reason


async def test_two_destinations_that_both_tell_give_both_acts() -> None:
    early, late = FollowUpSeen(at=START + HOUR), FollowUpSeen(at=START + 2 * HOUR)
    both = (replace(DELIVERED, destination="north"), replace(DELIVERED, destination="south"))
    for north, south in ((early, late), (late, early)):
        world = World()
        await world.put(lead(), *both)
        crms = {
            name: FakeCrm(acted={LEAD_ID: seen})
            for name, seen in (("north", north), ("south", south))
        }
        answers = await ask(
            [world.stored()], START + WITHIN, FakeDestinations(crms), InUse(), Faults()
        )
        [first, last] = sorted(answers.seen[LEAD_ID], key=lambda act: act.at)
        assert (first.at, last.at) == (early.at, late.at)
