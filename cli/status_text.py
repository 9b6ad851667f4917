"""What people see of ``leads status`` and ``leads sweep``."""

from collections.abc import Iterator
from datetime import datetime

from cli.console import minute, say, say_fact
from cli.sweep_views import StepView, SweepView
from shared.operations.awaiting import AwaitingView
from shared.operations.status import StatusView
from shared.operations.words import counted


def print_status(view: StatusView) -> None:
    """Print what is going on, the warnings last."""
    _line("command", f"version {view.version}")
    for queue in view.queues:
        oldest = f", the oldest of {_utc(queue.oldest_at)}" if queue.oldest_at else ""
        _line(f"queue {queue.name}", counted(queue.messages, "message") + oldest)
    leads = view.leads
    _line("leads", f"{leads.last_24_hours:,} in 24 hours, the last {_utc(view.last_lead_at)}")
    _line("", f"{leads.overdue:,} overdue, {leads.parked:,} parked")
    for line in _awaiting(view.awaiting):
        _line("", line)
    _line("test leads", f"{leads.test:,}")
    _line("scheduled checks", f"{counted(leads.due, 'lead')} that the sweep looks at again")
    for gone in view.retired:
        left = "lead left as it is" if gone.leads == 1 else "leads left as they are"
        _line(f"retired {gone.destination}", f"{gone.leads:,} {left}")
    _line("quarantine", f"{view.quarantined:,} held")
    _line("outbox", f"{view.outbox:,} waiting")
    by = f"applied {_utc(view.rules.applied_at)} by {view.rules.applied_by}" if view.rules else ""
    _line("rules", by or "none; the settings decide")
    _line("last sweep", _utc(view.last_sweep.at if view.last_sweep else None))
    for warning in view.warnings:
        say_fact("! ", warning, "yellow")


def print_sweep(view: SweepView) -> None:
    """Print what a sweep did or would do, a line a lead."""
    for step in view.leads:
        look = f"next look {_utc(step.next_due_at)}" if step.next_due_at else "no more looks"
        say(f"lead {step.lead_id}: {_done(step)}; {look}")
    said = {
        "leads": counted(len(view.leads), "lead"),
        "outbox": f"{counted(view.outbox, 'message')} of the outbox",
        "strays": f"{counted(view.strays, 'stray row')} of the index",
    }
    due = ", ".join(text for name, text in said.items() if getattr(view, name) or name == "leads")
    if not (view.leads or view.outbox or view.strays):
        say(f"nothing is due, as of {_utc(view.at)}")
    elif view.done:
        say(f"dealt with {due}, as of {_utc(view.at)}")
    else:
        say(f"due: {due}, as of {_utc(view.at)}; nothing was changed")
    if view.failed:
        say(
            f"! {counted(view.failed, 'lead')} can't be dealt with now and will be due again", "red"
        )


def _awaiting(view: AwaitingView) -> Iterator[str]:
    if view.unowned is not None:
        yield f"{view.unowned:,} without an owner"
    since = f", the oldest of {_utc(view.oldest_notice_at)}" if view.oldest_notice_at else ""
    yield counted(view.unsent_notices, "unsent notice") + since
    if not view.complete:
        yield f"as far as the first {counted(view.looked_at, 'lead')} show; there are more"


def _line(what: str, told: str) -> None:
    say_fact(f"{what:<20}", told)


def _done(step: StepView) -> str:
    what = {
        "flagged": step.flagged,
        "followed up": step.followed_up,
        "queued again": step.requeued,
        f"parked for {', '.join(step.parked)}": bool(step.parked),
    }
    return ", ".join(text for text, holds in what.items() if holds) or "nothing to do"


def _utc(at: datetime | None) -> str:
    return f"{minute(at)} UTC" if at else "never"
