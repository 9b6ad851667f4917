from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import pairwise
from pathlib import Path

import pytest
from rich.console import Console

from local.demo.following import AT, RULES, put_rules_in_force
from local.demo.show_told import follow_up_lines
from local.demo.told import Explained, FollowedUp, Moment, follow_up_differences
from local.fakes.channels.server import Arrived
from shared.domain.follow_up import FollowUp, FollowUpState
from shared.domain.rules import DEFAULT_RULE, Member, Rules, rules_without_file
from shared.routing.parsing import check_rules
from shared.rules_in_force import RulesInForce, RuleSources
from tests.fake_rules import FakeRulesStore

AT_NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
DUE_AT = AT_NOON + timedelta(hours=24)
ADA = Member(id="ada", name="Ada", teams="ada@contoso.com")
EMMY = Member(id="emmy", name="Emmy", teams="emmy@contoso.com")
LINK = f"https://relay.example.com/api/act?link={'x' * 80}"


def message(title: str, to: Member) -> tuple[Arrived, ...]:
    return (Arrived(text=f"{title}\nOwner: Ada", mentions=(to.teams,), links=(LINK,)),)


HEARD: Mapping[Moment, tuple[Arrived, ...]] = {
    Moment.NEW: message("New lead: Zoë, Fabrikam", ADA),
    Moment.OVERDUE: message("Still not answered: Zoë, Fabrikam", ADA),
    Moment.REMINDER: message("Still not answered: Zoë, Fabrikam", ADA),
    Moment.ESCALATION: message("Ada has not answered Zoë, Fabrikam", EMMY),
    Moment.AFTER_ACT: (),
}
WHY = Explained(
    customer="Zoë, Fabrikam",
    owner=ADA,
    manager=EMMY,
    owner_why="by turns",
    rule="ready to buy",
    rule_why=("action: ins",),
    due_at=DUE_AT,
    due_why="Sunday 2026-11-29 12:00 UTC: 24h from Saturday, by policy fast",
)
FINE = FollowedUp(
    explained=WHY,
    heard=HEARD,
    page=("Recorded.", "Followed up by Emmy: meeting.", "Owner: Ada"),
    before=FollowUp(state=FollowUpState.WAITING, clock_started_at=AT_NOON, due_at=DUE_AT),
    after=FollowUp(state=FollowUpState.FOLLOWED_UP, next_step_at=AT_NOON + timedelta(days=2)),
)


def without(moment: Moment) -> FollowedUp:
    return replace(FINE, heard={**HEARD, moment: ()})


def shown(found: FollowedUp) -> str:
    console = Console(width=80, file=StringIO(), record=True)
    for line in follow_up_lines(found):
        console.print(line, markup=False)
    return " ".join(console.export_text().split())


def test_a_lead_that_went_as_it_must_differs_in_nothing() -> None:
    assert follow_up_differences(FINE) == []


def test_a_lead_that_is_not_there_is_told() -> None:
    assert follow_up_differences(None) == ["nobody was told of it: it has no lead"]


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (
            replace(FINE, explained=replace(WHY, owner_why="")),
            "nothing says why its owner owns it",
        ),
        (
            replace(FINE, explained=replace(WHY, due_at=None)),
            "it is due at 2026-11-29 12:00:00+00:00, expected None",
        ),
        (
            replace(FINE, before=replace(FINE.before, due_at=None)),
            "it is due at None, expected 2026-11-29 12:00:00+00:00",
        ),
        (without(Moment.NEW), "At once: nobody was told 'New lead: Zoë, Fabrikam'"),
        (
            without(Moment.OVERDUE),
            "25 h later: nobody was told 'Still not answered: Zoë, Fabrikam'",
        ),
        (
            without(Moment.REMINDER),
            "26 h later: nobody was told 'Still not answered: Zoë, Fabrikam'",
        ),
        (
            without(Moment.ESCALATION),
            "27 h later: nobody was told 'Ada has not answered Zoë, Fabrikam'",
        ),
        (
            replace(
                FINE,
                heard={
                    **HEARD,
                    Moment.ESCALATION: message("Ada has not answered Zoë, Fabrikam", ADA),
                },
            ),
            "27 h later: nobody was told 'Ada has not answered Zoë, Fabrikam'",
        ),
        (
            replace(FINE, heard={**HEARD, Moment.AFTER_ACT: HEARD[Moment.ESCALATION]}),
            "28 h later: somebody was told 'Ada has not answered Zoë, Fabrikam'",
        ),
        (
            replace(FINE, page=()),
            "the page behind the link says [], expected 'Recorded.' in it",
        ),
        (
            replace(FINE, after=replace(FINE.after, state=FollowUpState.OVERDUE)),
            "after the act it is overdue, expected followed_up",
        ),
        (replace(FINE, after=replace(FINE.after, next_step_at=None)), "no check-in follows"),
    ],
)
def test_whatever_is_missing_is_told(found: FollowedUp, told: str) -> None:
    assert follow_up_differences(found) == [told]


def test_a_lead_without_an_owner_is_told() -> None:
    found = replace(FINE, explained=replace(WHY, owner=None))

    assert "nobody owns it" in follow_up_differences(found)


def test_a_lead_is_shown_from_its_owner_to_the_end_of_its_run() -> None:
    told = shown(FINE)

    for part in (
        "Owner: Ada, by turns; rule “ready to buy”: action: ins.",
        "Answer by Sunday 2026-11-29 12:00 UTC: 24h from Saturday, by policy fast.",
        "pings ada@contoso.com",
        "25 h later, Ada is told: Still not answered: Zoë, Fabrikam",
        "26 h later, Ada is reminded: Still not answered: Zoë, Fabrikam",
        "27 h later, Emmy is told, too: Ada has not answered Zoë, Fabrikam",
        "The page: Recorded. Followed up by Emmy: meeting.",
        "The owner is asked how it stands at 2026-11-30 12:00 UTC.",
    ):
        assert part in told


def test_what_is_missing_is_shown_as_missing() -> None:
    told = shown(replace(FINE, page=(), heard={Moment.AFTER_ACT: HEARD[Moment.NEW]}))

    assert "26 h later, nobody was told: Still not answered: Zoë, Fabrikam" in told
    assert "The page: there is none." in told
    assert "28 h later, somebody was told all the same." in told


def test_the_rules_of_the_demo_are_right() -> None:
    checked = check_rules(RULES.read_text("utf-8"))

    assert (checked.faults, checked.doubts) == ((), ())


def test_each_moment_leaves_a_step_its_hour() -> None:
    moments = list(AT.values())

    assert all(later - earlier > timedelta(hours=1) for earlier, later in pairwise(moments))


@pytest.mark.parametrize("text", ['[default]\ntags = ["own"]\n', "[", "\n"])
async def test_a_deployed_file_does_not_replace_the_rules_of_the_demo(
    tmp_path: Path, text: str
) -> None:
    deployed, store = tmp_path / "routing.toml", FakeRulesStore()
    deployed.write_text(text, "utf-8")

    await put_rules_in_force(store, deployed)

    assert await ready_to_buy(store, text)


async def ready_to_buy(store: FakeRulesStore, deployed: str) -> bool:
    sources = RuleSources(store=store, deployed=deployed, by_settings=rules_without_file(None))
    found: Rules = await RulesInForce(sources, lambda: AT_NOON).current()
    return [rule.name for rule in found.rules] == ["ready to buy", DEFAULT_RULE]
