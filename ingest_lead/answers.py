"""What the sender of a push is told. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from ingest_lead.ingest import Accepted, Refused
from shared.ports.quarantine import QuarantineReason

RETRY_AFTER_SECONDS = 60


class _Body(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)


class AcceptedBody(_Body):
    """The body of 202: the push is stored; warnings did not cost the lead."""

    submission_id: str
    status: str = "accepted"
    warnings: tuple[str, ...] = ()


class Problem(_Body):
    """Problem details, see https://www.rfc-editor.org/rfc/rfc9457."""

    title: str
    status: int
    detail: str
    errors: tuple[str, ...] = ()
    quarantine_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer."""

    status: HTTPStatus
    body: str
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


STATUS = {
    QuarantineReason.INVALID: HTTPStatus.BAD_REQUEST,
    QuarantineReason.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}


def answer(outcome: Accepted | Refused) -> Answer:
    """Return the answer to a push that is stored, as a lead or in quarantine."""
    if isinstance(outcome, Accepted):
        body = AcceptedBody(submission_id=outcome.submission_id, warnings=outcome.warnings)
        return Answer(status=HTTPStatus.ACCEPTED, body=body.model_dump_json(by_alias=True))
    return _problem(
        STATUS[outcome.reason],
        "The body is not a valid lead. It is kept under quarantineId and can be released by its"
        " receiver.",
        errors=outcome.faults,
        quarantine_id=outcome.quarantine_id,
    )


def wrong_method(method: str) -> Answer:
    """Return the answer to anything but POST."""
    detail = f"{method} is not understood here: POST the lead as JSON."
    return _problem(HTTPStatus.METHOD_NOT_ALLOWED, detail, headers={"Allow": "POST"})


def not_stored() -> Answer:
    """Return the answer to a push that could not be stored."""
    return _problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The lead could not be stored and is not accepted: send it again.",
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )


def _problem(
    status: HTTPStatus,
    detail: str,
    *,
    errors: tuple[str, ...] = (),
    quarantine_id: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    problem = Problem(
        title=status.phrase,
        status=status.value,
        detail=detail,
        errors=errors,
        quarantine_id=quarantine_id,
    )
    return Answer(
        status=status,
        body=problem.model_dump_json(by_alias=True, exclude_defaults=True),
        media_type="application/problem+json",
        headers=headers or {},
    )
