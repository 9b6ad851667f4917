"""What a CRM tells of a lead's outcome ends check-ins, and begins them again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.acts import Outcome
from shared.domain.follow_up import FollowUp, FollowUpState, LadderKind
from shared.ports.crm import FollowUpSeen, SeenAct
from tests.examples import LEAD_ID
from tests.fakes import START
from tests.nurture_timer.world import DELIVERED, HOUR, WITHIN, World, lead
from tests.telling import rules

OWNED = replace(lead(), owner="anna", team="north")
DAY = timedelta(days=1)
TALKS = SeenAct(at=START + 2 * HOUR, by="Anna", outcome=Outcome.IN_CONVERSATION)
LOST = SeenAct(at=START + DAY, by="Anna", outcome=Outcome.LOST)
QUALIFIED_THERE = SeenAct(at=START + DAY, by="Anna", outcome=Outcome.QUALIFIED, closed=True)
TALKS_AGAIN = replace(TALKS, at=START + 2 * DAY)


async def followed_up() -> World:
    """Return a sweep that has seen somebody talk to the customer: check-ins are to come."""
    app = World(rules=rules())
    app.crm.acted[LEAD_ID] = seen(TALKS)
    await app.put(OWNED, DELIVERED)
    await app.sweep(WITHIN)
    assert clock(app).ladder_kind is LadderKind.CHECK_IN
    assert clock(app).next_step_at is not None
    return app


def seen(*acts: SeenAct) -> FollowUpSeen:
    told = FollowUpSeen.of(acts, all_told=True)
    assert told is not None
    return told


def clock(app: World) -> FollowUp:
    return app.leads.partitions[LEAD_ID].stored.lead.follow_up


async def at_the_next_step(app: World) -> None:
    at = clock(app).next_step_at
    assert at is not None
    await app.sweep(at - START)


@pytest.mark.parametrize("closing", [LOST, QUALIFIED_THERE])
async def test_a_closing_outcome_or_a_record_closed_in_the_crm_ends_check_ins(
    closing: SeenAct,
) -> None:
    app = await followed_up()
    app.crm.acted[LEAD_ID] = seen(TALKS, closing)

    await at_the_next_step(app)

    assert (clock(app).state, clock(app).next_step_at) == (FollowUpState.FOLLOWED_UP, None)
    assert clock(app).outcome == closing.outcome
    assert not app.leads.partitions[LEAD_ID].stored.notices
    acts = app.leads.partitions[LEAD_ID].acts.values()
    assert [act.outcome for act in acts] == [TALKS.outcome, closing.outcome]


async def test_a_later_act_with_an_open_outcome_begins_check_ins_again() -> None:
    app = await followed_up()
    app.crm.acted[LEAD_ID] = seen(TALKS, LOST, TALKS_AGAIN)

    await at_the_next_step(app)

    assert clock(app).outcome == Outcome.IN_CONVERSATION
    assert clock(app).ladder_kind is LadderKind.CHECK_IN
    assert clock(app).next_step_at is not None


async def test_the_same_act_told_again_puts_no_check_in_off() -> None:
    app = await followed_up()

    await at_the_next_step(app)

    assert clock(app).step == 1
    assert list(app.leads.partitions[LEAD_ID].stored.notices) == ["owner"]
