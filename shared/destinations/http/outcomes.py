"""Outcomes by status: what a record's status in a CRM says of the lead. Types of settings.

A setting maps statuses to outcomes, as JSON: ``{"Working - Contacted": "in conversation"}``. Its
statuses come on top of those that the vendor ships.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Json
from pydantic_settings import NoDecode

from shared.destinations.http.json_once import each_once
from shared.domain.acts import Outcome
from shared.ports.crm import CheckResult

NONE = "none"
"""What a status is mapped to that is to say nothing."""

NAMES = ", ".join(outcome.value.replace("_", " ") for outcome in Outcome)


def _outcome(given: object) -> Outcome | None:
    words = given.strip().lower().replace("-", " ").replace("_", " ") if type(given) is str else ""
    if words == NONE:
        return None
    name = "_".join(words.split())
    if name not in set(Outcome):
        raise ValueError(f"should be one of {NAMES}, or {NONE}")
    return Outcome(name)


Outcomes = Annotated[
    Json[dict[str, Annotated[Outcome | None, BeforeValidator(_outcome)]]],
    NoDecode,
    BeforeValidator(each_once),
]
"""The type of such a setting."""


def outcome_of(status: str, *by_status: Mapping[str, Outcome | None]) -> Outcome | None:
    """Return what a status says, in any case; what comes later in ``by_status`` wins."""
    known = {name.strip().casefold(): out for some in by_status for name, out in some.items()}
    return known.get(status.strip().casefold())


def outcomes_check(
    setting: str, outcomes: Mapping[str, object], there: Mapping[str, str]
) -> list[CheckResult]:
    """Look whether a CRM has the statuses that a setting names; ``there`` are labels by status."""
    if not outcomes:
        return []
    statuses = {status.casefold() for status in there}
    hints = {label.casefold(): f" (write {status!r})" for status, label in there.items()}
    unknown = [name for name in outcomes if name.strip().casefold() not in statuses]
    named = ", ".join(f"{name!r}{hints.get(name.strip().casefold(), '')}" for name in unknown)
    mend = f"correct {named}; there are: {', '.join(map(repr, there)) or 'none'}"
    return [CheckResult(what=f"the statuses of {setting} exist", mend=mend if unknown else "")]
