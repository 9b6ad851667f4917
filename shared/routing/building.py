"""Put the parts of a file together, and give rules what they leave to the default rule."""

from collections.abc import Collection, Iterator, Mapping

from shared.domain.actions import ACTIONS
from shared.domain.conditions import Conditions
from shared.domain.identity.folding import folded
from shared.domain.priority import Priority
from shared.domain.rules import (
    DEFAULT_CHECK_INS,
    DEFAULT_RULE,
    ChannelKind,
    ChannelRef,
    Policy,
    Prerequisites,
    Rule,
    Rules,
    Step,
)
from shared.routing import file_models as file
from shared.routing.countries import Groups, read_groups
from shared.routing.enough_time import check_enough_time
from shared.routing.faults import Findings, Loc
from shared.routing.outcomes import check_outcomes
from shared.routing.reading import Parts
from shared.routing.shadowing import never_reached
from shared.routing.teams import build_people, build_teams, check_team_channel


def build(parts: Parts, found: Findings, *, destinations: Collection[str], source: str) -> Rules:
    """Return the rules, which are not to be used if anything is wrong with them."""
    groups = read_groups(parts.groups, parts.named.get("country_groups", frozenset()), found)
    check_team_channel(parts.default_channel, ("default_channel",), parts, found)
    people = build_people(parts, found, destinations)
    rules = Rules(
        rules=tuple(_rules(parts, groups, found)),
        teams=build_teams(parts, people, found),
        policies={name: _policy(name, policy) for name, policy in parts.policies.items()},
        channels=dict(_channels(parts.channels, found)),
        groups=groups.codes,
        prerequisites=_prerequisites(parts.qualification, groups, found),
        default_channel=parts.default_channel,
        source=source,
    )
    check_outcomes(parts, rules, found, destinations)
    check_enough_time(rules, found)
    return rules


def _channels(
    given: Mapping[str, file.Channel], found: Findings
) -> Iterator[tuple[str, ChannelRef]]:
    for name, channel in given.items():
        loc = ("channels", name)
        in_crm = channel.kind is ChannelKind.CRM
        if in_crm == bool(channel.setting):
            none = "should have no setting: tasks are left with the lead's record"
            should = none if in_crm else "should name the setting that holds its URL: setting"
            found.fault(loc, should)
        if channel.to and channel.kind is not ChannelKind.EMAIL:
            found.fault((*loc, "to"), "should be left out: only e-mail has an address")
        yield name, ChannelRef(name=name, kind=channel.kind, setting=channel.setting, to=channel.to)


def _policy(name: str, policy: file.Policy) -> Policy:
    check_ins = policy.check_ins
    return Policy(
        name=name,
        within=policy.within,
        ladder=tuple(Step(gap=step.after, kind=step.do) for step in policy.ladder),
        check_ins=DEFAULT_CHECK_INS if check_ins is None else tuple(check_ins),
    )


def _prerequisites(given: file.Qualification, groups: Groups, found: Findings) -> Prerequisites:
    loc = ("qualification", "countries")
    return Prerequisites(
        required=tuple(given.required),
        business_address=given.business_address,
        countries=frozenset(groups.resolve(given.countries, loc, found)),
        least_stage=given.least_stage,
    )


def _rules(parts: Parts, groups: Groups, found: Findings) -> Iterator[Rule]:
    names = {DEFAULT_RULE: "that is the rule for all others"}
    places = []
    rules = []
    for place, given in parts.rules.items():
        loc = ("rules", place)
        if given.name in names:
            found.fault((*loc, "name"), f"{given.name!r} is taken: {names[given.name]}")
        names[given.name] = f"rule {place + 1} has it"
        _doubt_actions(given.when, (*loc, "when", "action"), found)
        when = _conditions(given.when, groups, (*loc, "when", "country"), found)
        rules.append(_rule(given.name, when, given, parts.default))
        places.append(place)
    for number, before in never_reached(rules):
        listed = ", ".join(repr(rule.name) for rule in before)
        match = "matches" if len(before) == 1 else "match"
        fault = f"is never reached: {listed} {match} all of it before"
        found.fault(("rules", places[number]), fault)
    yield from rules
    yield _rule(DEFAULT_RULE, Conditions(), parts.default, parts.default)


def _doubt_actions(given: file.When, loc: Loc, found: Findings) -> None:
    for number, pattern in enumerate(given.action):
        if not any(pattern.matches(folded(action)) for action in ACTIONS):
            known = ", ".join(ACTIONS)
            found.doubt((*loc, number), f"is no action that Microsoft documents: {known}")


def _conditions(given: file.When, groups: Groups, loc: Loc, found: Findings) -> Conditions:
    return Conditions(
        source=tuple(given.source),
        action=tuple(given.action),
        stage=tuple(given.stage),
        publisher=tuple(given.publisher),
        offer=tuple(given.offer),
        country=groups.resolve(given.country, loc, found) or tuple(given.country),
        company=tuple(given.company),
        mail_domain=tuple(given.mail_domain),
        words=tuple(given.words),
        qualified=given.qualified,
        test=given.test,
        countries_as_written=tuple(given.country),
    )


def _rule(name: str, when: Conditions, given: file.Outcome, default: file.Outcome) -> Rule:
    """Return a rule; what it leaves out is as in the default rule, but not the fixed owner."""
    same_team = given.team is None or given.team == default.team
    return Rule(
        name=name,
        when=when,
        destinations=tuple(_first(given.destinations, default.destinations, [])),
        team=_first(given.team, default.team, ""),
        owner=given.owner or (default.owner if same_team else ""),
        policy=_first(given.policy, default.policy, ""),
        priority=_first(given.priority, default.priority, Priority.NORMAL),
        tags=tuple(_first(given.tags, default.tags, [])),
        same_company=_first(given.same_company, default.same_company, False),  # noqa: FBT003
    )


def _first[T](given: T | None, default: T | None, otherwise: T) -> T:
    if given is not None:
        return given
    return otherwise if default is None else default
