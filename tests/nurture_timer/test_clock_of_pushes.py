"""Customers click and sales acts at any time: whoever was not answered in time is flagged."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from route_lead.changes import RouteRules
from route_lead.route import RoutePorts, route
from shared.domain.envelope import Push
from shared.domain.follow_up import FollowUpState
from shared.domain.merging import MergeRules
from shared.ports.crm import FollowUpSeen
from shared.ports.leads import EventKind
from tests.fakes import START
from tests.nurture_timer.world import HOUR, MINUTE, WITHIN, World
from tests.suite.unhurried import examples

RULES = RouteRules(
    merge=MergeRules(repeat_window=WITHIN, follow_up_within=WITHIN),
    destinations=("crm",),
    deliver_tests=True,
)
TIMES = st.integers(0, 3 * 24 * 60).map(lambda minutes: minutes * MINUTE)
SEEN_AFTER = 6 * HOUR
"""An overdue lead is looked at again after this."""


async def secret() -> bytes:
    return b"secret"


@dataclass
class Story:
    """One customer's clicks and what sales did, in minutes after the start, each in order.

    A click of the ``same_offer`` only repeats one that was not long before it.
    """

    clicks: list[timedelta]
    acts: list[timedelta]
    same_offer: bool = False
    world: World = field(default_factory=World)
    lead_id: str = ""

    async def click(self, number: int, at: datetime, offer: str) -> None:
        body = f'{{"UserDetails":{{"Email":"zoe@fabrikam.example"}},"OfferTitle":"{offer}"}}'
        push = Push(submission_id=f"s{number}", received_at=at, body=body.encode())
        routed = await route(push, self.ports(), RULES)
        self.lead_id = routed.lead_id

    def ports(self) -> RoutePorts:
        world = self.world
        return RoutePorts(
            leads=world.leads,
            index=world.index,
            queue=world.queue,
            destinations=world.destinations,
            secret=secret,
            clock=world.clock,
            jitter=lambda: 0.5,
            new_id=lambda: f"c{len(world.crm.records)}",
        )

    async def tell(self) -> list[timedelta]:
        """Let it happen, with a sweep every quarter of an hour; return when it was flagged."""
        minutes = {int(at / MINUTE) for at in (*self.clicks, *self.acts)}
        end = int((max(*self.clicks, *self.acts, WITHIN) + WITHIN + SEEN_AFTER + HOUR) / MINUTE)
        flagged = []
        for minute in sorted(minutes | set(range(0, end, 15))):
            after = minute * MINUTE
            self.world.clock.now = START + after
            for number, at in enumerate(self.clicks):
                if at == after:
                    await self.click(number, START + at, "same" if self.same_offer else f"{number}")
            if after in self.acts:
                self.world.crm.acted[self.lead_id] = FollowUpSeen(at=START + after)
            flagged += [after] * (await self.world.sweep(after)).flagged
        return flagged

    def unanswered(self, now: timedelta) -> list[timedelta]:
        """Return the interests up to a time that sales had not acted on since."""
        last = max((act for act in self.acts if act <= now), default=-MINUTE)
        return [click for click in self.interests() if last < click <= now]

    def interests(self) -> list[timedelta]:
        before = [-2 * WITHIN, *self.clicks]
        pairs = zip(before, self.clicks, strict=False)
        return [at for last, at in pairs if not self.same_offer or at - last > WITHIN]


@settings(max_examples=examples(60))
@given(
    clicks=st.lists(TIMES, min_size=1, max_size=4),
    acts=st.lists(TIMES, max_size=2),
    same_offer=st.booleans(),
)
async def test_whoever_is_not_answered_in_time_is_flagged_and_nobody_else(
    *, clicks: list[timedelta], acts: list[timedelta], same_offer: bool
) -> None:
    story = Story(sorted(clicks), [min(clicks) + act + MINUTE for act in acts], same_offer)

    for flagged_at in await story.tell():
        assert any(click + WITHIN <= flagged_at for click in story.unanswered(flagged_at))

    left = story.unanswered(timedelta.max)
    state = FollowUpState.OVERDUE if left else FollowUpState.FOLLOWED_UP
    assert story.world.clock_of(story.lead_id).state is state


async def test_an_interest_after_the_follow_up_starts_the_clock_again_however_late_it_is_seen() -> (
    None
):
    story = Story([timedelta(0), 20 * HOUR], [10 * HOUR])

    assert await story.tell() == [20 * HOUR + WITHIN]

    events = story.world.leads.partitions[story.lead_id].events.values()
    kinds = [e.kind for e in events if e.kind not in (EventKind.RECORDED, EventKind.DELIVERED)]
    assert kinds == [EventKind.FOLLOWED_UP, EventKind.FLAGGED]
