"""What an adapter answered, as far as it can be used. Pure.

An answer of a wrong type would be stored, and cost the lead; or be met far from the adapter, and
cost all others. So it is looked at once, where a use case receives it: one that can't be used is an
adapter that failed after it may have done its work. The reason names parts and types, no values.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from shared.domain.acts import Outcome
from shared.domain.delivery import CrmRecord
from shared.domain.errors import CrmOutcomeUnknownError
from shared.domain.plain_text import HALVES, encodable
from shared.ports.crm import CheckResult, FollowUpSeen, Noted, SeenAct, Upserted

type Fits = Callable[[object], bool]


def usable_upserted(answer: object) -> Upserted:
    """Return an answer that can be stored; raise ``CrmOutcomeUnknownError`` for any other."""
    upserted = _checked(answer, Upserted, UPSERTED)
    _checked(upserted.record, CrmRecord, RECORD)
    return replace(upserted, remarks=_encodable_each(upserted.remarks))


def usable_noted(answer: object) -> Noted:
    """Return an answer that can be stored; raise ``CrmOutcomeUnknownError`` for any other."""
    noted = _checked(answer, Noted, NOTED)
    return replace(noted, remarks=_encodable_each(noted.remarks))


def usable_answers(answer: object) -> Mapping[str, object]:
    """Return answers by lead id, each still to be looked at for itself."""
    if not isinstance(answer, Mapping):
        raise _unusable("answer", answer)
    return answer


def usable_seen(answer: object) -> FollowUpSeen:
    """Return what sales did on a lead; raise ``CrmOutcomeUnknownError`` for what tells nothing."""
    seen = _checked(answer, FollowUpSeen, SEEN)
    acts = [_checked(act, SeenAct, ACT) for act in seen.acts]
    whole = tuple(replace(act, by=encodable(act.by)) for act in acts)
    return replace(seen, by=encodable(seen.by), acts=whole)


def usable_reminder_id(answer: object) -> str:
    """Return the id of a task; raise ``CrmOutcomeUnknownError`` for what is none."""
    if not isinstance(answer, str):
        raise _unusable("id of a task", answer)
    return answer


def usable_results(answer: object) -> Sequence[CheckResult]:
    """Return what a check found; raise ``CrmOutcomeUnknownError`` for what can't be shown."""
    if not isinstance(answer, list | tuple):
        raise _unusable("answer", answer)
    return [_checked(result, CheckResult, RESULT) for result in answer]


def _checked[T](answer: object, kind: type[T], parts: Mapping[str, Fits]) -> T:
    if not isinstance(answer, kind):
        raise _unusable(kind.__name__, answer)
    for name, fits in parts.items():
        value = getattr(answer, name)
        if not fits(value):
            raise _unusable(f"{kind.__name__}.{name}", value)
    return answer


def _unusable(part: str, value: object) -> CrmOutcomeUnknownError:
    fault = f"the adapter failed: its {part} can't be used, a value of type {type(value).__name__}"
    return CrmOutcomeUnknownError(fault)


def _is_truth(value: object) -> bool:
    return isinstance(value, bool)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_encodable(value: object) -> bool:
    """Tell whether a text can be compared with what the CRM shows: not if a character was cut."""
    return isinstance(value, str) and not HALVES.search(value)


def _is_id(value: object) -> bool:
    return bool(value) and _is_encodable(value)


def _are_texts(value: object) -> bool:
    return (
        isinstance(value, Collection)
        and not isinstance(value, str | bytes)
        and all(map(_is_text, value))
    )


def _is_baseline(value: object) -> bool:
    return isinstance(value, dict) and all(map(_is_encodable, (*value, *value.values())))


def _is_time(value: object) -> bool:
    """Tell whether it is a time with a zone, and one that there is in UTC."""
    try:
        return isinstance(value, datetime) and bool(value.tzinfo and value.astimezone(UTC))
    except (OverflowError, ValueError):
        return False


def _encodable_each(remarks: Collection[str]) -> tuple[str, ...]:
    return tuple(map(encodable, remarks))


RECORD: Mapping[str, Fits] = {"id": _is_id, "url": _is_text, "baseline": _is_baseline}
UPSERTED: Mapping[str, Fits] = {
    "owner": _is_encodable,
    "owner_changed": _is_truth,
    "created": _is_truth,
    "holds": _are_texts,
    "remarks": _are_texts,
}
NOTED: Mapping[str, Fits] = {"id": _is_text, "remarks": _are_texts}
SEEN: Mapping[str, Fits] = {
    "at": lambda value: value is None or _is_time(value),
    "by": _is_text,
    "acts": lambda value: isinstance(value, list | tuple),
    "all_told": _is_truth,
    "owner": _is_encodable,
}
ACT: Mapping[str, Fits] = {
    "at": _is_time,
    "by": _is_text,
    "outcome": lambda value: value is None or isinstance(value, Outcome),
    "closed": _is_truth,
}
RESULT: Mapping[str, Fits] = {"what": _is_text, "mend": _is_text}
