"""What rules lead to: teams, owners, policies and destinations that are there, and fit together."""

from collections.abc import Collection, Iterator

from shared.domain.durations import Kind
from shared.domain.rules import DEFAULT_RULE, Policy, Rule, Rules, StepKind, Team
from shared.domain.tags import MOST_OF_A_RULE
from shared.routing import file_models as file
from shared.routing.faults import Findings, Loc
from shared.routing.reading import Parts
from shared.routing.teams import check_count, check_name


def check_outcomes(
    parts: Parts, rules: Rules, found: Findings, destinations: Collection[str]
) -> None:
    """Find fault with what is named and not there, and doubt what can't have its effect."""
    for loc, given in _given(parts):
        check_count(given.tags or (), MOST_OF_A_RULE, (*loc, "tags"), found)
        check_name(
            given.team or "", parts.named.get("teams", ()), (*loc, "team"), found, what="team"
        )
        known = parts.named.get("policies", ())
        check_name(given.policy or "", known, (*loc, "policy"), found, what="policy")
        for number, name in enumerate(given.destinations or () if destinations else ()):
            at = (*loc, "destinations", number)
            check_name(name, destinations, at, found, what="destination")
    for (loc, _), rule in zip(_given(parts), rules.rules, strict=True):
        _check_owner(loc, rule, parts, rules, found)
    for name, team_id in sorted({(rule.policy, rule.team) for rule in rules.rules}):
        _doubt_policy(rules.policy(name), rules.teams.get(team_id), ("policies", name), found)


def _given(parts: Parts) -> Iterator[tuple[Loc, file.Outcome]]:
    """Yield the outcomes as given, in the order of the rules, with their places."""
    for place, rule in parts.rules.items():
        yield ("rules", place), rule
    yield (DEFAULT_RULE,), parts.default


def _check_owner(loc: Loc, rule: Rule, parts: Parts, rules: Rules, found: Findings) -> None:
    if not rule.owner:
        return
    check_name(rule.owner, parts.named.get("people", ()), (*loc, "owner"), found, what="person")
    team = rules.teams.get(rule.team)
    if not rule.team:
        found.fault((*loc, "owner"), "should come with a team, whose member they are")
    elif team and rule.owner in parts.people and team.member(rule.owner) is None:
        found.fault((*loc, "owner"), f"{rule.owner!r} should be a member of {rule.team}")


def _doubt_policy(policy: Policy, team: Team | None, loc: Loc, found: Findings) -> None:
    kinds = {step.kind for step in policy.ladder}
    if team is None:
        if kinds:
            found.doubt(
                loc, "has steps, but a rule with it has no team: the default channel is told"
            )
        return
    if StepKind.ESCALATE in kinds and team.manager is None:
        found.doubt(loc, f"escalates, but {team.id} has no manager: its channel is told")
    if StepKind.REASSIGN in kinds and len(team.members) == 1:
        found.doubt(loc, f"reassigns, but {team.id} has one member only")
    lengths = [policy.within, *(step.gap for step in policy.ladder)]
    by_clock = all(length is None or length.kind is Kind.CLOCK for length in lengths)
    if team.calendar is None and not by_clock:
        found.doubt(loc, f"counts working time, but {team.id} has no hours: it counts by the clock")
