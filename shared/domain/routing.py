"""Which rule a customer falls under, and what follows from it; why, in words. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple

from shared.domain.conditions import Mismatch, RoutingFacts
from shared.domain.identity.countries import country_code
from shared.domain.lead import Lead, Submission
from shared.domain.priority import Priority, rank
from shared.domain.qualification import mail_domain
from shared.domain.rules import Rule, Rules
from shared.domain.stage import highest, stage_of
from shared.domain.tags import with_tags


class WhyNot(NamedTuple):
    """A rule that was looked at before the one that matches, and each condition that failed."""

    rule: str
    reasons: tuple[Mismatch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the rules say of one interest.

    ``why`` names the conditions that held, with their values; none for the default rule. ``owner``,
    ``team``, ``policy`` and ``destinations`` are empty where the settings decide.
    """

    rule: str
    why: tuple[str, ...] = ()
    why_not: tuple[WhyNot, ...] = ()
    team: str = ""
    owner: str = ""
    policy: str = ""
    priority: Priority = Priority.NORMAL
    tags: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    same_company: bool = False

    def goes_to(self, in_use: Sequence[str]) -> tuple[str, ...]:
        """Return where a lead goes: as the rule says, of the destinations in use; never nowhere."""
        return tuple(name for name in in_use if name in self.destinations) or tuple(in_use)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What several interests of one lead come to: destinations, priority and tags only grow."""

    destinations: tuple[str, ...] = ()
    priority: Priority = Priority.LOW
    tags: tuple[str, ...] = ()

    def joined(self, decision: Decision, otherwise: Iterable[str]) -> "Labels":
        """Return these labels with those of one more interest, in whatever order they come.

        ``otherwise`` are the destinations where the rule leaves them to the settings.
        """
        destinations = decision.destinations or otherwise
        return Labels(
            destinations=_sorted({*self.destinations, *destinations}),
            priority=max(self.priority, decision.priority, key=rank),
            tags=with_tags(self.tags, decision.tags),
        )


def route(rules: Rules, facts: RoutingFacts) -> Decision:
    """Return what the first rule says that matches; the last matches everything."""
    compared = ((rule.name, tuple(rule.when.mismatches(facts))) for rule in rules.rules)
    before = [WhyNot(*each) for each in takewhile(lambda each: each[1], compared)]
    rule = rules.rules[len(before)]
    return Decision(
        rule=rule.name,
        why=_why(rule),
        why_not=tuple(before),
        team=rule.team,
        owner=rule.owner,
        policy=rule.policy,
        priority=rule.priority,
        tags=rule.tags,
        destinations=rule.destinations,
        same_company=rule.same_company,
    )


def facts_of(lead: Lead, interest: Submission, *, qualified: bool) -> RoutingFacts:
    """Return what the rules look at: the interest as given, and how far the lead has come."""
    contact = interest.contact
    return RoutingFacts(
        source=interest.source,
        action=interest.action,
        stage=highest((lead.stage, stage_of(interest.action))),
        publisher=interest.publisher,
        offer=interest.offer,
        country=country_code(contact.country or lead.contact.country),
        company=contact.company or lead.contact.company,
        mail_domain=mail_domain(contact.email or lead.contact.email),
        description=interest.description,
        qualified=qualified,
        test=interest.test,
    )


def _why(rule: Rule) -> tuple[str, ...]:
    return tuple(
        f"{name.replace('_', ' ')}: {', '.join(rule.when.written(name))}"
        for name in rule.when.stated()
    )


def _sorted(names: set[str]) -> tuple[str, ...]:
    return tuple(sorted(names))
