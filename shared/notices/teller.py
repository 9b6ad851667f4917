"""Tell somebody what a notice says: resolve, compose and send it, as things stand now."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from shared.domain.errors import (
    ChannelError,
    ChannelRefusedError,
    ChannelUnavailableError,
    CrmError,
    CrmRejectedError,
    SettingsError,
)
from shared.domain.notices import ID_DIGITS, Notice, Occasion, Role, gives_up, is_late
from shared.domain.planning import plan_for, team_of, zone_of
from shared.domain.retired import InUse
from shared.domain.rules import ChannelKind, ChannelRef, Rules
from shared.domain.zones import zone
from shared.notices.composing import Given, compose, lead_facts
from shared.notices.facts import LeadLine
from shared.notices.overviews import MOST_LINES, ListAbout, lead_list
from shared.notices.resolving import Resolved, resolve, to_team
from shared.notices.tasks import reminder_of
from shared.ports.announcing import NoteGivenUp, note_nothing
from shared.ports.channels import Channels, Message
from shared.ports.crm import Destinations
from shared.ports.leads import LeadStore, StoredLead
from shared.ports.places import EndlessPlaces, PlaceKeeper
from shared.ports.telling import Listed, Told
from shared.usable import usable_reminder_id

log = logging.getLogger(__name__)

type LinkToAct = Callable[[StoredLead, str], Awaitable[str]]
"""Makes the link by which a recipient acts on a lead; "" where the app has no address."""


async def no_link(_stored: StoredLead, _recipient: str) -> str:
    """Return no link."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeTeller:
    """The port ``Teller``; ``details`` says that messages hold what customers wrote."""

    rules: Callable[[], Awaitable[Rules]]
    channels: Channels
    destinations: Destinations
    leads: LeadStore
    clock: Callable[[], datetime]
    places: PlaceKeeper = field(default_factory=EndlessPlaces)
    link: LinkToAct = no_link
    given_up: NoteGivenUp = note_nothing
    details: bool = False
    in_use: InUse = field(default_factory=InUse)

    async def tell(self, stored: StoredLead, notice: Notice) -> Told:
        """Send a notice to whom its role is now; ``Told`` is empty if there is no channel."""
        _check_known(notice)
        rules = await self.rules()
        resolved = resolve(rules, stored.lead, Role(notice.recipient))
        if resolved is not None and _is_told_by_another(rules, stored, notice, resolved):
            return Told(recipient=resolved.recipient_id)
        if resolved is not None and resolved.channel.kind is ChannelKind.CRM:
            if await self._left_a_task(stored, notice, rules, resolved.channel):
                return Told(recipient=resolved.recipient_id, channel=resolved.channel.name)
            resolved = to_team(rules, team_of(rules, stored.lead))
        if resolved is None:
            return Told()
        if (until := self._at_work_from(rules, stored, notice)) is not None:
            return Told(recipient=resolved.recipient_id, wait_until=until)
        if not await self.places.take(resolved.recipient_id, self.clock()):
            return Told(recipient=resolved.recipient_id, to_be_listed=True)
        message = await self._message(stored, notice, rules, resolved)
        await self._send(message, resolved, notice)
        return Told(recipient=resolved.recipient_id, channel=resolved.channel.name)

    async def recipient_of(self, stored: StoredLead, notice: Notice) -> str:
        """Return the id of who is told, "" for nobody."""
        resolved = _resolved(await self.rules(), stored, notice)
        return resolved.recipient_id if resolved else ""

    async def may_list(self, recipient: str) -> bool:
        """Take the place for a list; False if the recipient had one within ten minutes."""
        return await self.places.take_list(recipient, self.clock())

    async def tell_list(self, listed: Sequence[Listed]) -> Told:
        """Send a list of notices that have one recipient; the first ten are named."""
        for one in listed:
            _check_known(one.notice)
        rules = await self.rules()
        first = listed[0]
        resolved = _resolved(rules, first.stored, first.notice)
        if resolved is None:
            return Told()
        waits = [self._at_work_from(rules, one.stored, one.notice) for one in listed]
        if (until := min((at for at in waits if at), default=None)) and None not in waits:
            return Told(recipient=resolved.recipient_id, wait_until=until)
        message = lead_list(
            _list_id(listed),
            _about(first.notice, resolved),
            [_line(one.stored, rules, self.in_use) for one in listed[:MOST_LINES]],
            total=len(listed),
            zone=zone(resolved.zone) if resolved.zone else zone_of(rules, first.stored.lead),
        )
        await self._send(message, resolved, first.notice)
        return Told(recipient=resolved.recipient_id, channel=resolved.channel.name)

    def _at_work_from(self, rules: Rules, stored: StoredLead, notice: Notice) -> datetime | None:
        """Return when the recipient of a late notice works again, None if it can be sent (N6)."""
        now = self.clock()
        role = Role(notice.recipient)
        at_work = plan_for(rules, stored.lead).may_be_told(role, now)
        return at_work if is_late(notice, now) and at_work > now else None

    async def _send(self, message: Message, resolved: Resolved, notice: Notice) -> None:
        """Send, and say so where the notice is given up."""
        try:
            channel = await self.channels.get(resolved.channel)
            await channel.send(message, resolved.to)
        except ChannelError as error:
            if isinstance(error, ChannelRefusedError) or gives_up(notice, self.clock()):
                await self.given_up(resolved.channel.name, str(error))
            raise

    async def _message(
        self, stored: StoredLead, notice: Notice, rules: Rules, resolved: Resolved
    ) -> Message:
        lead_id = stored.lead.lead_id
        interests = await self.leads.interests(lead_id, after_version=0) if self.details else ()
        given = Given(
            rules=rules,
            deliveries=self.in_use.used(stored.deliveries),
            interests=interests,
            act_url=await self._link(stored, resolved.acting),
            reader=resolved.person_id,
            zone=resolved.zone,
            details=self.details,
        )
        return compose(notice, stored.lead, given)

    async def _link(self, stored: StoredLead, acting: str) -> str:
        """Return the link to act, none if a setting keeps it from being made: news can't wait."""
        try:
            return await self.link(stored, acting)
        except SettingsError as error:
            log.warning("notices have no link to act: %s", error)
            return ""

    async def _left_a_task(
        self, stored: StoredLead, notice: Notice, rules: Rules, channel: ChannelRef
    ) -> bool:
        """Leave a task with a record of the lead; False if none of its destinations keeps tasks."""
        used = self.in_use.used(stored.deliveries)
        given = Given(rules=rules, deliveries=used, reader=stored.lead.owner)
        reminder = reminder_of(notice, compose(notice, stored.lead, given), stored.lead)
        for destination, delivery in used.items():
            if delivery.record is None:
                continue
            try:
                crm = await self.destinations.get(destination)
                task = await crm.remind(stored.lead, delivery.record, reminder)
                if usable_reminder_id(task):
                    return True
            except CrmRejectedError as error:
                # What a CRM says may be of the customer's.
                refused = f"{channel.name}: {destination} refuses the task"
                await self.given_up(channel.name, refused)
                raise ChannelRefusedError(refused) from error
            except (CrmError, SettingsError) as error:
                not_taken = f"{channel.name}: {destination} has not taken the task"
                if gives_up(notice, self.clock()):
                    await self.given_up(channel.name, not_taken)
                raise ChannelUnavailableError(not_taken) from error
        return False


ABOUT = {
    Occasion.NEW: ListAbout.NEW,
    Occasion.OVERDUE: ListAbout.OVERDUE,
    Occasion.REMINDER: ListAbout.OVERDUE,
    Occasion.ESCALATION: ListAbout.OVERDUE,
    Occasion.CHECK_IN: ListAbout.CHECK_IN,
    Occasion.REASSIGNED: ListAbout.REASSIGNED,
    Occasion.NO_OWNER: ListAbout.NO_OWNER,
    Occasion.OWNER_LEFT: ListAbout.OWNER_LEFT,
    Occasion.MERGED: ListAbout.NEW,
}


def _about(notice: Notice, resolved: Resolved) -> ListAbout:
    """Return what a list is about; what is whose own is told otherwise to anybody else."""
    about = ABOUT[notice.occasion]
    theirs = about is ListAbout.REASSIGNED and not resolved.person_id
    return ListAbout.ANOTHERS if theirs else about


def _check_known(notice: Notice) -> None:
    """Raise ``ChannelUnavailableError`` for a notice that only a newer version knows (N4)."""
    if notice.occasion not in ABOUT or notice.recipient not in set(Role):
        what = f"{notice.occasion} to {notice.recipient}"
        raise ChannelUnavailableError(f"this version of the app does not know the notice {what}")


def _resolved(rules: Rules, stored: StoredLead, notice: Notice) -> Resolved | None:
    """Return where a list goes that a notice is in: tasks in a CRM are none."""
    if notice.recipient not in set(Role):
        return None
    resolved = resolve(rules, stored.lead, Role(notice.recipient))
    if resolved is not None and resolved.channel.kind is ChannelKind.CRM:
        return to_team(rules, team_of(rules, stored.lead))
    return resolved


def _list_id(listed: Sequence[Listed]) -> str:
    """Return an id that the same list has when it is tried again."""
    ids = "|".join(sorted(one.notice.notice_id for one in listed))
    return sha256(ids.encode()).hexdigest()[:ID_DIGITS]


def _line(stored: StoredLead, rules: Rules, in_use: InUse) -> LeadLine:
    given = Given(rules=rules, deliveries=in_use.used(stored.deliveries))
    facts = lead_facts(stored.lead, given)
    return LeadLine(
        contact=facts.contact,
        lead_id=facts.lead_id,
        offer=facts.did[0].offer if facts.did else "",
        owner=facts.owner,
        due_at=facts.due_at,
        record_url=facts.record_url,
    )


def _is_told_by_another(
    rules: Rules, stored: StoredLead, notice: Notice, resolved: Resolved
) -> bool:
    """Tell whether the same channel gets the same news as the team's own notice."""
    team = stored.notices.get(Role.TEAM)
    own = to_team(rules, team_of(rules, stored.lead))
    return (
        notice.recipient != Role.TEAM
        and team is not None
        and (team.because_of, team.step) == (notice.because_of, notice.step)
        and own is not None
        and own.recipient_id == resolved.recipient_id
    )
