"""What the sender of a push is told. Pure."""

from http import HTTPStatus

from ingest_lead.ingest import Accepted, Refused
from shared.answers import RETRY_LATER, Answer, Body, problem
from shared.ports.quarantine import QuarantineReason


class AcceptedBody(Body):
    """The body of 202: the push is stored; warnings did not cost the lead."""

    submission_id: str
    status: str = "accepted"
    warnings: tuple[str, ...] = ()


STATUS = {
    QuarantineReason.INVALID: HTTPStatus.BAD_REQUEST,
    QuarantineReason.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}


def answer(outcome: Accepted | Refused) -> Answer:
    """Return the answer to a push that is stored, as a lead or in quarantine."""
    if isinstance(outcome, Accepted):
        body = AcceptedBody(submission_id=outcome.submission_id, warnings=outcome.warnings)
        return Answer(status=HTTPStatus.ACCEPTED, body=body.model_dump_json(by_alias=True))
    return problem(
        STATUS[outcome.reason],
        "The body is not a valid lead. It is kept under quarantineId and can be released by its"
        " receiver.",
        errors=outcome.faults,
        quarantine_id=outcome.quarantine_id,
    )


def wrong_method(method: str) -> Answer:
    """Return the answer to anything but POST."""
    detail = f"{method} is not understood here: POST the lead as JSON."
    return problem(HTTPStatus.METHOD_NOT_ALLOWED, detail, headers={"Allow": "POST"})


def not_stored() -> Answer:
    """Return the answer to a push that could not be stored."""
    return problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The lead could not be stored and is not accepted: send it again.",
        headers=RETRY_LATER,
    )
