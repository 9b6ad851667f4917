"""The port ``Owners``: the fixed owner of a rule, or whose turn it is in its team."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from shared.assignment.assigning import Assigner
from shared.assignment.choosing import Need
from shared.domain.company import company_id
from shared.domain.lead import Lead
from shared.domain.planning import rule_of
from shared.domain.rules import Rule, Rules
from shared.ports.owners import Owned

FIXED = "named by the rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnersByTurns:
    """Chooses among the members of the team that a lead's rule names."""

    assigner: Assigner
    secret: Callable[[], Awaitable[bytes]]

    async def find(self, lead: Lead, rules: Rules) -> Owned | None:
        """Return who owns a lead from now on, another one than now; None if no team answers it."""
        rule = rule_of(rules, lead)
        if not lead.owner and rule.owner:
            return Owned(member=rule.owner, team=rule.team, why=FIXED)
        team = lead.team if lead.team in rules.teams else rule.team
        if team not in rules.teams:
            return None
        need = await self._need(lead, rule, team)
        assignment = await self.assigner.assign(need, rules.teams)
        if not assignment.member and lead.owner:
            return None
        return Owned(member=assignment.member, team=assignment.team, why=assignment.why.value)

    async def preview(self, lead: Lead, rules: Rules) -> Owned | None:
        """Return who would own a lead if it needed an owner now; nothing is written."""
        rule = rule_of(rules, lead)
        if rule.owner or rule.team not in rules.teams:
            return Owned(member=rule.owner, team=rule.team, why=FIXED) if rule.owner else None
        need = await self._need(lead, rule, rule.team)
        assignment = await self.assigner.who_would_get(need, rules.teams)
        return Owned(member=assignment.member, team=assignment.team, why=assignment.why.value)

    async def _need(self, lead: Lead, rule: Rule, team: str) -> Need:
        by_company = rule.same_company and team == rule.team
        return Need(
            lead_id=lead.lead_id,
            team=team,
            number=lead.reassigned + 1 if lead.owner else lead.reassigned,
            owner=lead.owner,
            had=frozenset(lead.follow_up.had),
            company_id=company_id(lead.contact.email, await self.secret()) if by_company else "",
        )
