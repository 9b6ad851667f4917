"""Messages about one lead, from plain values. Pure.

They hold little personal data: who the customer is, and how to answer. What they wrote and their
job title come only with ``details``.
"""

from dataclasses import replace

from shared.domain.moments import moment
from shared.notices.drafts import answers
from shared.notices.facts import HandoverFacts, LastActFacts, LeadFacts, LeftFacts, StepFacts
from shared.notices.wording import clicked, clipped, country, full_name, who
from shared.ports.channels import Fact, Item, ItemList, Link, Message, MessageKind, Said, Text

MOST_DID = 5
"""Things that a customer did, one a line; the CRM has them all."""

DUE = "Answer by"


def new_lead(message_id: str, facts: LeadFacts, *, details: bool = False) -> Message:
    """Tell of a lead that somebody must answer."""
    return _about(
        message_id,
        MessageKind.NEW_LEAD,
        ("New lead: ", *who(facts.contact)),
        facts,
        details=details,
    )


def merged(message_id: str, facts: LeadFacts, *, details: bool = False) -> Message:
    """Tell that another lead became part of this one, with what still waits for an answer."""
    title: Text = ("More to answer: ", *who(facts.contact))
    found = _about(message_id, MessageKind.NEW_LEAD, title, facts, details=details)
    told: Text = ("Another lead turned out to be this customer and was merged into this one.",)
    return replace(found, paragraphs=(told,))


def reminder(
    message_id: str, facts: LeadFacts, step: StepFacts, *, details: bool = False
) -> Message:
    """Tell the owner that the lead still waits for an answer."""
    title: Text = ("Still not answered: ", *who(facts.contact))
    found = _about(message_id, MessageKind.REMINDER, title, facts, details=details)
    return replace(found, paragraphs=(_overdue(facts), *_unchecked(step)))


def handed_over(
    message_id: str, facts: LeadFacts, handover: HandoverFacts, *, details: bool = False
) -> Message:
    """Tell the new owner, or the team, that the lead is another's now."""
    title: Text = (
        ("Now yours: ", *who(facts.contact))
        if handover.to_owner
        else (f"{facts.owner} now owns ", *who(facts.contact))
    )
    found = _about(message_id, MessageKind.REMINDER, title, facts, details=details)
    former = handover.former or ("Nobody" if handover.first else "Somebody else")
    before: Text = (f"{former} had this lead before.",)
    late = (_overdue(facts),) if handover.overdue else ()
    return replace(found, paragraphs=(*late, before))


def owner_has_left(
    message_id: str, facts: LeadFacts, left: LeftFacts, *, details: bool = False
) -> Message:
    """Tell the team that a CRM has as a record's owner somebody who has left."""
    title: Text = (
        f"{left.name} has left, and owns ",
        *who(facts.contact),
        f" in {left.destination}",
    )
    found = _about(message_id, MessageKind.ESCALATION, title, facts, details=details)
    keeps = f"The lead stays with {facts.owner}." if facts.owner else "Nobody owns the lead here."
    return replace(found, paragraphs=((f"{keeps} Give the record to somebody else in the CRM.",),))


def nobody_else(
    message_id: str, facts: LeadFacts, *, overdue: bool, details: bool = False
) -> Message:
    """Tell the team that the lead needs another owner, and there is none."""
    title: Text = ("Nobody else can take ", *who(facts.contact))
    found = _about(message_id, MessageKind.ESCALATION, title, facts, details=details)
    return replace(found, paragraphs=(_overdue(facts),) if overdue else ())


def escalation(
    message_id: str, facts: LeadFacts, step: StepFacts, *, details: bool = False
) -> Message:
    """Tell somebody else that the owner has not answered."""
    told = f"{facts.owner} has not answered " if facts.owner else "Nobody owns "
    title: Text = (told, *who(facts.contact))
    found = _about(message_id, MessageKind.ESCALATION, title, facts, details=details)
    return replace(found, paragraphs=(_overdue(facts), *_unchecked(step)))


def check_in(
    message_id: str, facts: LeadFacts, last: LastActFacts, *, details: bool = False
) -> Message:
    """Ask the owner to get in touch again with a customer whose lead is still open."""
    title: Text = (
        ("Today: get back to ", *who(facts.contact))
        if last.look_again
        else ("Time to check in with ", *who(facts.contact))
    )
    found = _about(message_id, MessageKind.CHECK_IN, title, facts, details=details)
    by = f" by {clipped(last.by)}" if last.by else ""
    outcome = f": {clipped(last.outcome)}" if last.outcome else ""
    told: Text = (f"Last followed up on {moment(last.at, facts.zone)}{by}{outcome}.",)
    without_due = tuple(fact for fact in found.facts if fact.label != DUE)
    return replace(found, paragraphs=(told,), facts=without_due)


def _about(
    message_id: str, kind: MessageKind, title: Text, facts: LeadFacts, *, details: bool
) -> Message:
    wrote = next((did.description for did in facts.did if did.description), "") if details else ""
    return Message(
        id=message_id,
        kind=kind,
        title=title,
        facts=tuple(_facts(facts, details=details)),
        quote=Said(wrote) if wrote else None,
        lists=_did(facts),
        links=(*_links(facts), *answers(facts)),
    )


def _facts(facts: LeadFacts, *, details: bool) -> list[Fact]:
    newest = facts.did[0] if facts.did else None
    title = clipped(facts.contact.title) if details else ""
    lines = {
        "Customer": who(facts.contact) if full_name(facts.contact) else (),
        "Job title": (Said(title),) if title else (),
        "Country": country(facts.contact),
        "Clicked": clicked(newest.action, newest.offer) if newest and len(facts.did) == 1 else (),
        "Owner": (f"{facts.owner or 'nobody yet'}{f' ({facts.team})' if facts.team else ''}",),
        DUE: (moment(facts.due_at, facts.zone),) if facts.due_at else (),
        "Labels": (", ".join(facts.labels),) if facts.labels else (),
        "Not qualified": ("; ".join(facts.unqualified),) if facts.unqualified else (),
    }
    return [Fact(label, value) for label, value in lines.items() if value]


def _did(facts: LeadFacts) -> tuple[ItemList, ...]:
    if len(facts.did) < 2:  # noqa: PLR2004 - one is told as a fact
        return ()
    shown = facts.did[:MOST_DID]
    items = tuple(
        Item((*clicked(did.action, did.offer), f" ({moment(did.at, facts.zone)})")) for did in shown
    )
    more = len(facts.did) - len(shown)
    return (ItemList(heading=("What the customer did",), items=items, more=more),)


def _links(facts: LeadFacts) -> tuple[Link, ...]:
    given = {"Say what you did": facts.act_url, "Open in the CRM": facts.record_url}
    return tuple(Link(label, url) for label, url in given.items() if url)


def _overdue(facts: LeadFacts) -> Text:
    since = f" The answer was due {moment(facts.due_at, facts.zone)}." if facts.due_at else ""
    return (f"Nobody has answered this customer yet.{since}",)


def _unchecked(step: StepFacts) -> tuple[Text, ...]:
    told = "The CRM could not be asked whether somebody has answered in the meantime."
    return () if step.checked else ((told,),)
