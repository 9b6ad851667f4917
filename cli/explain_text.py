"""What people see of ``leads explain``."""

from cli.console import minute, say_fact
from shared.domain.planning import owner_words
from shared.operations.explaining import ExplanationView


def print_explanation(view: ExplanationView) -> None:
    """Print which rule matches, what follows from it, and what happens next."""
    _line("rules", view.rules)
    _line("rule", f"{view.rule}, since {'; '.join(view.why) or 'no other rule matches'}")
    if view.recorded_rule not in ("", view.rule):
        _line("", f"when it was recorded, {view.recorded_rule} was the rule, and goes on to count")
    for other in view.why_not:
        _line("", f"not {other.rule}: {'; '.join(other.reasons)}")
    _line("qualified", "yes" if view.qualified else f"no: {'; '.join(view.lacks)}")
    _line("goes to", ", ".join(view.destinations))
    _line("team", view.team or "none")
    _line("owner", " – ".join(part for part in (owner_words(view.owner), view.owner_why) if part))
    _line("priority", ", ".join((view.priority, *view.tags)))
    _line("answer by", view.due_why if view.due_at else f"never: {view.due_why}")
    for place, step in enumerate(view.next):
        _line("" if place else "next", f"{minute(step.at)} UTC  {step.what}")
    if view.check_ins:
        _line("check-ins", f"{', '.join(view.check_ins)} after a follow-up that leaves it open")


def _line(what: str, told: str) -> None:
    say_fact(f"{what:<16}", told)
