"""What became of a sample against what it says must become of it. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from functools import partial

from local.demo.outcomes import Answer, Kept, LeadFound, Outcome
from samples import ExpectedLead, Push
from shared.domain.follow_up import FollowUpState


def differences(outcome: Outcome, *, crms: int = 0) -> list[str]:
    """Return one line per difference; each of ``crms`` has one record for what are rows in a table.

    Without a CRM, rows are what is delivered.
    """
    sample = outcome.sample
    found = [
        *_numbered("push", map(_push, sample.pushes, outcome.answers, outcome.kept)),
        *_numbered("lead", map(partial(_lead, crms), sample.leads, outcome.leads)),
    ]
    if len(sample.leads) != len(outcome.leads):
        found.append(f"leads: {len(outcome.leads)}, expected {len(sample.leads)}")
    if not outcome.at_rest:
        found.append("it has not come to rest")
    return found


def later_differences(before: Outcome, later: Outcome) -> list[str]:
    """Return how follow-up differs from what it must be once a day and more has passed."""
    found = map(_follow_up_later, before.sample.leads, later.leads)
    return [f"25 h later: {difference}" for difference in _numbered("lead", found)]


def _numbered(what: str, all_found: Iterable[Iterable[str]]) -> Iterator[str]:
    for number, found in enumerate(all_found, start=1):
        yield from (f"{what} {number}: {difference}" for difference in found)


def _unequal(expected: Mapping[str, object], found: Mapping[str, object]) -> list[str]:
    return [
        f"{name} is {_said(found[name])}, expected {_said(value)}"
        for name, value in expected.items()
        if found[name] != value
    ]


def _said(value: object) -> str:
    return repr(value) if isinstance(value, str) and not value else str(value)


def _push(push: Push, answer: Answer, kept: Kept | None) -> list[str]:
    expected = {"status": push.status, "quarantined": push.quarantined}
    found = {"status": answer.status, "quarantined": kept.reason if kept else None}
    told = _unequal(expected, found)
    if not _all_in(push.warnings, answer.warnings):
        told.append(f"warnings are {list(answer.warnings)}, expected {list(push.warnings)}")
    if kept and push.fault not in kept.faults:
        told.append(f"the fault is {kept.faults!r}, expected {push.fault!r} in it")
    if kept and kept.body != push.body:
        told.append("the body in quarantine is not the one that was pushed")
    return told


def _all_in(parts: tuple[str, ...], texts: tuple[str, ...]) -> bool:
    return len(parts) == len(texts) and all(map(str.__contains__, texts, parts))


def _lead(crms: int, expected: ExpectedLead, found: LeadFound) -> list[str]:
    lead = found.lead
    repeats = [interest for interest in found.interests if interest.repeat_of]
    seen = {
        "identity": lead.key_kind,
        "interests": len(found.interests) - len(repeats),
        "repeats": len(repeats),
        "rows": found.rows,
        "follow_up": lead.follow_up.state,
        "do_not_contact": lead.do_not_contact,
        "test": lead.test,
        "anonymous": lead.anonymous,
        "name_conflicts": lead.name_conflicts,
    }
    stated = expected.model_dump()
    contact, newest = stated.pop("contact"), stated.pop("newest")
    if crms:
        stated["records"], seen["records"] = crms * min(stated.pop("rows"), 1), seen["rows"]
    return [
        *_unequal(stated, seen),
        *_unequal(contact, asdict(lead.contact)),
        *_unequal(newest, asdict(lead.interests[0])),
    ]


def _follow_up_later(expected: ExpectedLead, found: LeadFound) -> list[str]:
    waited = expected.follow_up is FollowUpState.WAITING
    state = FollowUpState.OVERDUE if waited else expected.follow_up
    clock = found.lead.follow_up
    return _unequal(
        {"follow_up": state, "flagged": waited},
        {"follow_up": clock.state, "flagged": clock.flagged_at is not None},
    )
