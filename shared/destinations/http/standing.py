"""Where a lead stands, as a salesperson reads it below what the customer did."""

from collections.abc import Iterator

from shared.domain.moments import moment
from shared.domain.plain_text import plain_line
from shared.domain.priority import Priority
from shared.domain.qualification import Qualification
from shared.domain.standing import Standing

LONGEST_LINE = 400
"""Characters of a line about where a lead stands."""


def standing_lines(standing: Standing | None) -> list[str]:
    """Return lines that tell where a lead stands, below what the customer did; none without rules.

    Nothing is recognised by them: when a note is looked for again, they may say something else.
    """
    if standing is None:
        return []
    told = (
        *_qualified(standing.qualification),
        *_answering(standing),
        *_labels(standing),
        f"Rule: {standing.rule}" if standing.rule else "",
    )
    return [plain_line(line, LONGEST_LINE) for line in told if line]


def _qualified(found: Qualification | None) -> Iterator[str]:
    if found is None:
        return
    who = f"{found.by} decided so" if found.by and found.qualified else ""
    why = ": ".join(filter(None, ("; ".join(found.reasons) or who, found.note)))
    if found.qualified:
        yield f"Qualified: yes, {why}" if why else "Qualified: yes"
    else:
        yield f"Qualified: no, {why}"


def _answering(standing: Standing) -> Iterator[str]:
    team = f" ({standing.team})" if standing.owner and standing.team else ""
    due_at = standing.due_at
    until = f"Answer by: {moment(due_at, standing.zone)}" if due_at else ""
    if standing.owner:
        yield f"Owner: {standing.owner}{team}"
    elif standing.team and until:
        yield f"Owner: nobody yet ({standing.team})"
    yield until


def _labels(standing: Standing) -> Iterator[str]:
    if standing.priority is not Priority.NORMAL:
        yield f"Priority: {standing.priority}"
    if standing.tags:
        yield f"Tags: {', '.join(standing.tags)}"
