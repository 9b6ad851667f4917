"""One lead that people are told of: its owner, the notices, and the act by link that ends its run.

The app itself tells of the new lead, and serves the page behind the link. What happens hours later
is done here, by the app's own code at the time that is passed to it: the running app knows no other
time than now, and leaves notices of later alone.
"""

import asyncio
import html
import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx

from local.demo.outcomes import ANSWER_SECONDS
from local.demo.told import Explained, FollowedUp, Moment
from local.errors import LocalRunError
from local.fakes.channels.server import Arrived, ChannelServer
from nurture_timer.nurture import sweep
from nurture_timer.wiring import sweep_ports
from route_lead.changes import RouteRules
from route_lead.route import RoutePorts, route
from route_lead.wiring import take_ports
from shared import bootstrap
from shared.domain.envelope import Deliver
from shared.domain.follow_up import FollowUp
from shared.domain.lead import Lead
from shared.domain.planning import owner_of, team_of
from shared.notice_settings import URL
from shared.operations.explaining import explain
from shared.operations.explaining_clock import Asked, BySettings
from shared.operations.rules import apply_rules
from shared.ports.leads import EventKind, StoredLead
from shared.ports.rules import RulesStore
from shared.settings import RouteSettings, load

TOLD_OF = "official"
"""The sample whose lead people are told of, by the rules of the demo."""

RULES = Path(__file__).parent / "routing.toml"

AT = {
    Moment.OVERDUE: timedelta(hours=25),
    Moment.REMINDER: timedelta(hours=26, minutes=1),
    Moment.ESCALATION: timedelta(hours=27, minutes=2),
    Moment.AFTER_ACT: timedelta(hours=28, minutes=3),
}
"""Each step is due an hour after the one before was taken."""

ON_NEW_YEARS_DAY = "0 0 0 1 1 *"

TOLD_WITHIN_SECONDS = 30
LOOK_EVERY_SECONDS = 0.1

PARAGRAPH = re.compile(r"<p[^>]*>(.*?)</p>")
TAG = re.compile(r"<[^>]+>")
TYPED = {"by": "Emmy Example", "action": "followed_up", "outcome": "meeting"}
"""All share one channel, so the page asks who acts."""
TOKEN = re.compile(r'name="token" value="([^"]*)"')


class NoLeadError(LocalRunError):
    """A lead that was followed has gone."""


async def put_rules_in_force(store: RulesStore, deployed: Path) -> None:
    """Put the rules of the demo in force, as ``leads routing apply`` does.

    The deployed file comes first: each counts once, so the app does not put it in force later.
    """
    for file in (deployed, RULES):
        if file.exists():
            text = file.read_text("utf-8-sig", "replace")
            await apply_rules(store, text, by="the demo", at=bootstrap.utc_now())


def team_settings(channel: ChannelServer) -> dict[str, str]:
    """Return the team's channel, which the rules name, and a timer that only the demo calls."""
    return {URL: channel.settings()[URL], "NURTURE_SCHEDULE": ON_NEW_YEARS_DAY}


async def sweep_at(later: timedelta) -> datetime:
    """Do what ``nurture_timer`` does at another time than now, and return that time.

    The time of a sweep is an argument, so here we are its caller, on the same storage.
    """
    at = bootstrap.utc_now() + later
    await sweep(at, sweep_ports())
    return at


@dataclass(slots=True, kw_only=True)
class Following:
    """Follow one lead, from moment to moment, with what arrived in the channel at each."""

    lead_id: str
    channel: ChannelServer
    heard: dict[Moment, tuple[Arrived, ...]] = field(default_factory=dict)

    async def at_once(self) -> Lead:
        """Wait until the app has told whoever is told of a new lead; return the lead then."""
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + TOLD_WITHIN_SECONDS
        stored = await self._read()
        while stored.notices and loop.time() < give_up_at:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            stored = await self._read()
        self._hear(Moment.NEW)
        return stored.lead

    async def later(self, moment: Moment) -> None:
        """Sweep at another time than now, and send what is to be sent then."""
        at = await sweep_at(AT[moment])
        await route(Deliver(lead_id=self.lead_id), *_as_of(at))
        self._hear(moment)

    async def act(self) -> tuple[str, ...]:
        """Open the link of the escalation, say what was done, and return what the page says."""
        heard = self.heard[Moment.ESCALATION]
        links = [link for arrived in heard for link in arrived.links if "/act?" in link]
        if not links:
            return ()
        async with httpx.AsyncClient(follow_redirects=True, timeout=ANSWER_SECONDS) as browser:
            tokens = TOKEN.findall((await browser.get(links[0])).text)
            typed = {"token": html.unescape("".join(tokens)), **TYPED}
            page = (await browser.post(links[0], data=typed)).text
        return tuple(html.unescape(TAG.sub("", each)) for each in PARAGRAPH.findall(page))

    async def ended(self) -> FollowUp:
        """Return the clock as it is."""
        return (await self._read()).lead.follow_up

    async def _read(self) -> StoredLead:
        stored = await bootstrap.leads().read(self.lead_id)
        if stored is None:
            raise NoLeadError(f"The lead {self.lead_id} is not there any more.")
        return stored

    def _hear(self, moment: Moment) -> None:
        before = sum(map(len, self.heard.values()))
        self.heard[moment] = tuple(self.channel.arrived[before:])


async def until_answered(following: Following, new: Lead) -> FollowedUp:
    """Let hours pass until the manager is told, act by the link, and let another hour pass."""
    why = await explained(new)
    await following.later(Moment.REMINDER)
    await following.later(Moment.ESCALATION)
    page = await following.act()
    await following.later(Moment.AFTER_ACT)
    return FollowedUp(
        explained=why,
        heard=following.heard,
        page=page,
        before=new.follow_up,
        after=await following.ended(),
    )


async def explained(lead: Lead) -> Explained:
    """Return what ``leads explain`` says of a lead, and what its audit trail says of its owner."""
    rules, settings = await bootstrap.rules_in_force().current(), load(RouteSettings)
    histories = bootstrap.lead_histories()
    newest = (await histories.submissions(lead.lead_id))[-1].submission
    events = await histories.events(lead.lead_id)
    view = await explain(
        Asked(lead=replace(lead, dues={}), interest=newest),
        rules,
        BySettings(destinations=settings.destinations, follow_up_within=settings.follow_up_within),
        None,
    )
    team = team_of(rules, lead)
    return Explained(
        customer=f"{lead.contact.first_name} {lead.contact.last_name}, {lead.contact.company}",
        owner=owner_of(rules, lead),
        owner_why=next((e.detail for e in events if e.kind == EventKind.ASSIGNED), ""),
        manager=team.manager if team else None,
        rule=view.rule,
        rule_why=tuple(view.why),
        due_at=view.due_at,
        due_why=view.due_why,
    )


def _as_of(at: datetime) -> tuple[RoutePorts, RouteRules]:
    """Return what ``route_lead`` needs, with another time than now."""
    ports, rules = take_ports().routing()
    teller = replace(bootstrap.teller(), clock=lambda: at)
    return replace(ports, clock=lambda: at, teller=teller), rules
