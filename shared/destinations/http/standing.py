"""Where a lead stands, as a salesperson reads it below what the customer did."""

from collections.abc import Iterator
from datetime import datetime

from shared.domain.lead import Interest, Lead
from shared.domain.moments import moment
from shared.domain.plain_text import plain_line
from shared.domain.priority import Priority
from shared.domain.qualification import qualification_of
from shared.domain.standing import Standing, due_of, rule_name

LONGEST_LINE = 400
"""Characters of a line about where a lead stands."""


def standing_lines(standing: Standing | None, lead: Lead, interest: Interest) -> list[str]:
    """Return lines that tell where a lead stands, below what the customer did; none without rules.

    Nothing is recognised by them: when a note is looked for again, they may say something else.
    """
    if standing is None:
        return []
    told = (
        *_qualified(standing, lead),
        *_answering(standing, due_of(lead, interest)),
        f"Priority: {lead.priority}" if lead.priority is not Priority.NORMAL else "",
        f"Tags: {', '.join(lead.tags)}" if lead.tags else "",
        f"Rule: {rule}" if (rule := rule_name(lead, interest)) else "",
    )
    return [plain_line(line, LONGEST_LINE) for line in told if line]


def _qualified(standing: Standing, lead: Lead) -> Iterator[str]:
    if not standing.judged:
        return
    found = qualification_of(lead)
    decided = f"{found.by} decided so" if found.by else ""
    why = ": ".join(filter(None, ("; ".join(found.reasons) or decided, found.note)))
    yield f"Qualified: {'yes' if found.qualified else 'no'}" + (f", {why}" if why else "")


def _answering(standing: Standing, due_at: datetime | None) -> Iterator[str]:
    if standing.owner or due_at:
        team = f" ({standing.team})" if standing.team else ""
        yield f"Owner: {standing.owner or 'nobody yet'}{team}"
    if due_at:
        yield f"Answer by: {moment(due_at, standing.zone)}"
