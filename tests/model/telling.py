"""A lead with a notice that is to be sent: its scene, its channel, and what must be so of it."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from shared.domain.envelope import Deliver
from shared.domain.notices import Notice, Occasion, Role, new_notice
from shared.ports.leads import LeadChange, StoredLead
from shared.ports.telling import Told
from tests.examples import LEAD_ID
from tests.fakes import START, FakeCrm, FakeCrmRecord, FakeLeadStore
from tests.model.asking import Mailbox
from tests.model.replaying import Tokens
from tests.model.scenes import queued
from tests.model.states import Budget, State
from tests.nurture_timer.world import DELIVERED, lead


def notice_for(role: Role) -> Notice:
    return new_notice(
        LEAD_ID,
        recipient=role,
        occasion=Occasion.NEW,
        because_of="s1",
        now=START,
        send_from=START,
    )


@dataclass
class Channel(FakeCrm):
    """A channel in the place of the CRM, to which nothing else is sent: a record is a message."""

    async def send(self, notice_id: str) -> None:
        self.records.append(FakeCrmRecord(notice_id, {}))


@dataclass(frozen=True, slots=True)
class AskedTeller:
    """The port ``Teller``, whose one request is that of the channel."""

    mail: Mailbox

    async def tell(self, stored: StoredLead, notice: Notice) -> Told:
        await self.mail.ask("crm", "send", notice.notice_id)
        return Told(recipient="anna", channel="people")


def noticed(tokens: Tokens, budget: Budget, *, messages: int, roles: Sequence[Role]) -> State:
    """Return a delivered lead with notices, and messages that ask for them to be sent."""
    leads = FakeLeadStore()
    new = LeadChange(
        before=None,
        lead=replace(lead(), next_due_at=None),
        at=START,
        deliveries={"crm": DELIVERED},
        notices={str(role): notice_for(role) for role in roles},
    )
    stored = leads.put(new)
    texts = [Deliver(lead_id=LEAD_ID, attempt=n + 1).to_text() for n in range(messages)]
    state = queued(tokens, *texts, budget=budget, crm=Channel(), leads=leads)
    assert stored.lead.next_due_at
    state.world.lead_index.put_due_row(LEAD_ID, stored.lead.next_due_at)
    return state


def told_too_often(budget: Budget) -> Callable[[State], str]:
    """Return the rule N1: once, and once more for each death and each answer that got lost."""

    def rule(state: State) -> str:
        gone_wrong = sum(budget) - sum(state.budget)
        sent = Counter(record.lead_id for record in state.world.crm.records)
        most = max(sent.values(), default=0)
        return f"TOO OFTEN: {most} messages" if most > 1 + gone_wrong else ""

    return rule


def not_told(roles: Sequence[Role]) -> Callable[[State], str]:
    """Return what must be so once no message is left."""

    def rule(state: State) -> str:
        (partition,) = state.world.leads.partitions.values()
        if partition.stored.notices:
            return "NOT MARKED: a notice is still there"
        told = {record.lead_id for record in state.world.crm.records}
        return "LOST: somebody was not told" if len(told) < len(roles) else ""

    return rule
