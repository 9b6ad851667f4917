"""The port ``Owners``, by the turns of teams."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from shared.assignment.assigning import Assigner
from shared.assignment.choosing import Assignment, Need
from shared.domain.company import company_id
from shared.domain.errors import StorageRefusedError
from shared.domain.lead import Lead
from shared.domain.planning import owner_of, rule_of, team_of
from shared.domain.rules import Rules
from shared.ports.owners import Owned

log = logging.getLogger(__name__)

FIXED = "named by the rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnersByTurns:
    """Gives a lead to a member of its team; ``secret`` is that of lead ids."""

    assigner: Assigner
    secret: Callable[[], Awaitable[bytes]]

    async def find(self, lead: Lead, rules: Rules) -> Owned | None:
        """Return who owns a lead from now on; None if nobody can.

        Raises ``StorageUnavailableError``; whoever asks again gets the same answer.
        """
        if (named := _named(lead, rules)) is not None:
            return named
        need = await self._need(lead, rules)
        return None if need is None else await self._found(need, rules)

    async def preview(self, lead: Lead, rules: Rules) -> Owned | None:
        """Return who would own a lead that needs an owner now; nothing is written."""
        if (named := _named(lead, rules)) is not None:
            return named
        need = await self._need(lead, rules)
        if need is None:
            return None
        seen = await self.assigner.who_would_get(need, rules.teams)
        return _owned(seen)

    async def _found(self, need: Need, rules: Rules) -> Owned | None:
        try:
            given = await self.assigner.assign(need, rules.teams)
        except StorageRefusedError as error:
            # The lead is worth more than its owner: it is recorded, and has none.
            log.error("no member of team %s gets lead %s: %s", need.team, need.lead_id, error)  # noqa: TRY400 - says it all
            return None
        return _owned(given)

    async def _need(self, lead: Lead, rules: Rules) -> Need | None:
        team = team_of(rules, lead)
        if team is None:
            return None
        return Need(
            lead_id=lead.lead_id,
            team=team.id,
            number=lead.reassigned + bool(lead.owner),
            owner=lead.owner,
            had=frozenset(lead.follow_up.had),
            company_id=await self._company_id(lead, rules, team.id),
        )

    async def _company_id(self, lead: Lead, rules: Rules, team: str) -> str:
        """Return the company whose leads go to one member, "" if the rule does not want that.

        A step takes a lead from somebody who is there: who holds the company stays as it was.
        """
        rule = rule_of(rules, lead)
        if not rule.same_company or rule.team != team or owner_of(rules, lead) is not None:
            return ""
        secret = await self.secret()
        return company_id(lead.contact.email, secret) if secret else ""


def _owned(given: Assignment) -> Owned | None:
    if not given.member:
        return None
    return Owned(member=given.member, team=given.team, why=given.why.value)


def _named(lead: Lead, rules: Rules) -> Owned | None:
    """Return the owner that the rule names for a lead which has none, if a team has them."""
    owner, home = rule_of(rules, lead).owner, team_of(rules, lead)
    if not owner or owner_of(rules, lead) is not None:
        return None
    team = home if home and home.member(owner) else rules.team_of(owner)
    return Owned(member=owner, team=team.id, why=FIXED) if team else None
