"""What the sweep keeps of an act that a CRM tells of."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from nurture_timer.due import Asked, what_is_due
from shared.domain.acts import Act
from shared.domain.clock import answered
from shared.domain.figures import waits_of
from shared.domain.lead import Interest, KeyKind
from shared.domain.merging import merge, new_lead
from shared.domain.planning import plan_for
from shared.domain.whole import ToldInterest
from shared.ports.crm import FollowUpSeen, SeenAct
from shared.ports.leads import EventKind
from tests.domain.histories import RULES, submission
from tests.examples import LEAD_ID, acted
from tests.fakes import START
from tests.nurture_timer.world import DELIVERED, HOUR, WITHIN, World, lead
from tests.telling import rules

OWNED = replace(lead(), owner="anna", team="north")
CALLED = SeenAct(at=START + 2 * HOUR, by="Anna in sales")


def world(seen: FollowUpSeen | None) -> World:
    app = World(rules=rules())
    if seen:
        app.crm.acted[LEAD_ID] = seen
    return app


@pytest.mark.parametrize("all_told", [True, False])
async def test_k1_k2_an_act_seen_in_a_crm_keeps_its_owner_the_wait_and_if_others_may_precede_it(
    *, all_told: bool
) -> None:
    app = world(FollowUpSeen.of([CALLED], all_told=all_told))
    await app.put(OWNED, DELIVERED)

    await app.sweep(WITHIN)

    [act] = app.leads.partitions[LEAD_ID].acts.values()
    assert act.newest_only is not all_told
    assert (act.by, act.owner, act.team) == ("Anna in sales", "anna", "north")
    assert (act.open_since, act.working_seconds) == (START, 2 * 60 * 60)


async def test_k1_an_act_that_is_older_than_all_that_a_lead_keeps_is_seen_once() -> None:
    app = world(None)
    await app.put(OWNED, DELIVERED)
    stored = app.stored()
    kept = stored.lead
    for number in range(20):
        kept = answered(kept, acted(START + HOUR + timedelta(minutes=number)))
    late = replace(acted(START + HOUR / 2, "carl"), seen_at=START + WITHIN)
    plan = plan_for(rules(), kept)

    def seen(known: Collection[str] = ()) -> Sequence[Act]:
        asked = Asked(seen=[late, late], known=known)
        before = replace(stored, lead=kept)
        return what_is_due(before, START + WITHIN, plan, asked, app.ports.in_use).change.acts

    assert [act.act_id for act in seen()] == [late.act_id]
    assert seen([late.act_id]) == ()


async def test_k2_a_flag_says_in_a_column_that_all_crms_were_asked() -> None:
    app = world(None)
    await app.put(OWNED, DELIVERED)

    await app.sweep(WITHIN + timedelta(minutes=1))

    events = app.leads.partitions[LEAD_ID].events.values()
    [flagged] = [event for event in events if event.kind is EventKind.FLAGGED]
    assert not flagged.unchecked


@pytest.mark.parametrize("asked_at", [WITHIN, WITHIN + HOUR, 3 * WITHIN])
async def test_k1_it_does_not_matter_when_a_crm_was_asked(asked_at: timedelta) -> None:
    again = SeenAct(at=START + 20 * HOUR, by="Anna in sales")
    app = world(FollowUpSeen.of([CALLED, again], all_told=True))
    asked = replace(submission(), received_at=START)
    interest = Interest(submission=asked, version=1)
    clicked, _ = merge(new_lead(LEAD_ID, KeyKind.EMAIL, asked), asked, RULES)
    await app.put(replace(clicked, next_due_at=START + WITHIN), DELIVERED)

    await app.sweep(asked_at)

    partition = app.leads.partitions[LEAD_ID]
    told = [ToldInterest(interest=interest, due_at=START + WITHIN)]
    [wait] = waits_of(partition.stored.lead, told, partition.acts.values(), WITHIN)
    assert (wait.length, wait.in_time, wait.at_most) == (2 * HOUR, True, False)
