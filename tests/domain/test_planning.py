"""What the rules of now plan for a lead."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from shared.domain.acts import Act
from shared.domain.ladder import due_step
from shared.domain.lead import Contact, KeyKind, Lead, Submission
from shared.domain.merging import MergeRules, answered, merge, new_lead
from shared.domain.planning import plan_for
from shared.domain.rules import ChannelKind, ChannelRef, rules_without_file

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def test_check_ins_come_2_5_and_10_days_after_the_act() -> None:
    channel = ChannelRef(name="room", kind=ChannelKind.TEAMS, setting="ROOM_URL")
    plan = plan_for(rules_without_file(channel), lead := acted_on())
    looks = []

    at = NOW
    while (taken := due_step(lead, plan, at, checked=True)) is not None:
        lead = replace(lead, follow_up=taken.clock)
        if lead.follow_up.next_step_at is None:
            break
        at = lead.follow_up.next_step_at
        looks.append((at - NOW) // DAY)

    assert looks == [2, 5, 10]


def acted_on() -> Lead:
    interest = Submission(
        submission_id="1",
        received_at=NOW - DAY / 2,
        contact=Contact(email="ada@contoso.com"),
        action="INS",
    )
    rules = MergeRules(repeat_window=DAY, follow_up_within=DAY)
    lead, _ = merge(new_lead("a" * 32, KeyKind.EMAIL, interest), interest, rules)
    return answered(lead, Act(said_at=NOW, seen_at=NOW, by="ada"))
