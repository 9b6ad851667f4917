"""What a person sees of the demo: a table of what became of each sample, and a summary."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from rich import box
from rich.table import Table
from rich.text import Text

from local.demo.outcomes import Answer, LeadFound, Outcome
from samples import ACCEPTED
from shared.domain.follow_up import FollowUpState
from shared.domain.lead import KeyKind

NOTHING = "–"

RECOGNISED_BY = {
    KeyKind.EMAIL: "known by e-mail",
    KeyKind.PHONE: "known by phone and name",
    KeyKind.NAME: "known by name and company",
    KeyKind.SUBMISSION: "",
}
A_DAY_LATER = {
    FollowUpState.NONE: Text("left alone"),
    FollowUpState.WAITING: Text("still waiting"),
    FollowUpState.OVERDUE: Text("flagged", style="yellow"),
    FollowUpState.FOLLOWED_UP: Text("followed up", style="green"),
}


def table(outcomes: Iterable[Outcome], surprising: frozenset[str], noun: str = "row") -> Table:
    """Return a row per sample; those named in ``surprising`` came out otherwise than stated.

    ``noun`` is what is delivered: rows of a table, or records of a CRM.
    """
    shown = Table(box=box.SIMPLE_HEAD, padding=0, collapse_padding=True, pad_edge=False)
    shown.add_column(width=1)
    shown.add_column("Sample")
    shown.add_column("Answer", min_width=6)
    shown.add_column("What became of it")
    shown.add_column("Delivered", min_width=9)
    shown.add_column("25 h later", min_width=10)
    for outcome in outcomes:
        fine = outcome.sample.name not in surprising
        shown.add_row(
            Text("✓", style="green") if fine else Text("✗", style="bold red"),
            Text(outcome.sample.about),
            answers(outcome.answers),
            Text(became(outcome)),
            delivered(outcome.leads, noun),
            _a_day_later(outcome.leads),
        )
    return shown


def summary(outcomes: Sequence[Outcome], seconds: float, noun: str = "row") -> str:
    """Return all of it in one line."""
    leads = [lead for outcome in outcomes for lead in outcome.leads]
    counts = (
        counted(sum(len(outcome.answers) for outcome in outcomes), "push", "pushes"),
        counted(len(leads), "lead"),
        counted(sum(lead.rows for lead in leads), noun) + " delivered",
        f"{sum(kept is not None for outcome in outcomes for kept in outcome.kept)} in quarantine",
        f"{sum(lead.lead.follow_up.state is FollowUpState.OVERDUE for lead in leads)} flagged",
    )
    return f"{', '.join(counts)}, in {seconds:.1f} s."


def answers(given: Iterable[Answer]) -> Text:
    """Return the status of each push."""
    statuses = [(status, len(list(same))) for status, same in groupby(a.status for a in given)]
    lines = [f"{status} ×{times}" if times > 1 else str(status) for status, times in statuses]
    fine = all(status == ACCEPTED for status, _ in statuses)
    return Text("\n".join(lines), style="green" if fine else "yellow")


def became(outcome: Outcome) -> str:
    """Return the leads of a sample, what is in quarantine, and the number of warnings."""
    leads = [
        counted(len(list(same)), kind) + said
        for (kind, said), same in groupby(outcome.leads, key=_told)
    ]
    kept = [f"in quarantine: {body.faults}" for body in outcome.kept if body is not None]
    warnings = sum(len(answer.warnings) for answer in outcome.answers)
    warned = [counted(warnings, "warning")] if warnings else []
    return "\n".join([*leads, *kept, *warned]) or "nothing"


def delivered(leads: Sequence[LeadFound], noun: str = "row") -> str:
    """Return the number of rows, or of records, that the publisher has of a sample."""
    return counted(sum(lead.rows for lead in leads), noun) if leads else NOTHING


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def _told(found: LeadFound) -> tuple[str, str]:
    """Return what kind of lead it is, and what there is to say of it."""
    lead = found.lead
    repeats = sum(bool(interest.repeat_of) for interest in found.interests)
    interests = len(found.interests) - repeats
    kind = "test lead" if lead.test else "anonymous lead" if lead.anonymous else "lead"
    merged = f" of {interests} interests" if interests > 1 else ""
    repeated = f" with {counted(repeats, 'repeat')}" if repeats else ""
    said = (
        RECOGNISED_BY[lead.key_kind],
        f"also named {', '.join(lead.name_conflicts)}" if lead.name_conflicts else "",
        "do not contact" if lead.do_not_contact else "",
    )
    return kind, merged + repeated + "".join(f", {text}" for text in said if text)


def _a_day_later(leads: Iterable[LeadFound]) -> Text:
    states = dict.fromkeys(lead.lead.follow_up.state for lead in leads)
    return Text("\n").join(A_DAY_LATER[state] for state in states) if states else Text(NOTHING)
