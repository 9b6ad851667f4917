"""What ``leads check`` and ``leads routing check`` print as JSON, see ``docs/operating.md``.

Fields are only ever added.
"""

from typing import Self

from shared.operations.views import View
from shared.ports.crm import CheckResult
from shared.routing.faults import Fault


class CheckView(View):
    """One thing that was looked at; ``fix`` says what to do, "" if it is as it should be."""

    of: str
    what: str
    ok: bool
    fix: str


class FaultView(View):
    """What is wrong in a file of rules, or, as a ``warning``, probably a mistake."""

    line: int | None
    column: int | None
    key: str
    message: str
    warning: bool

    @classmethod
    def of(cls, fault: Fault, *, warning: bool) -> Self:
        """Return the view of a fault or a doubt."""
        at = fault.position
        return cls(
            line=at.line if at else None,
            column=at.column if at else None,
            key=fault.key,
            message=fault.message,
            warning=warning,
        )


def checked(of: str, result: CheckResult) -> CheckView:
    """Return the view of what was looked at of something."""
    return CheckView(of=of, what=result.what, ok=result.ok, fix="" if result.ok else result.mend)
