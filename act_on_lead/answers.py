"""What programs are told. Pure."""

from http import HTTPStatus

from act_on_lead.api import InvalidBodyError
from shared.answers import RETRY_LATER, Answer, problem
from shared.operations.errors import NotFoundError, OperationError, UsageError
from shared.operations.lead_views import LeadView

NO_STORE = {"Cache-Control": "no-store"}
ALLOWED = {"show_lead": "GET, HEAD", "record_follow_up": "POST"}


def lead_answer(view: LeadView) -> Answer:
    """Return the answer with a lead in it."""
    return Answer(status=HTTPStatus.OK, body=view.model_dump_json(), headers=NO_STORE)


def not_done(error: OperationError) -> Answer:
    """Return the answer to what can't be done."""
    if isinstance(error, InvalidBodyError):
        detail = "The body is not a follow-up as the OpenAPI description has it."
        return problem(HTTPStatus.BAD_REQUEST, detail, errors=error.faults)
    match error:
        case NotFoundError():
            status = HTTPStatus.NOT_FOUND
        case UsageError():
            status = HTTPStatus.BAD_REQUEST
        case _:
            status = HTTPStatus.CONFLICT
    return problem(status, str(error))


def wrong_method(function: str, method: str) -> Answer:
    """Return the answer to a method that a function does not know."""
    allowed = ALLOWED[function]
    detail = f"{method} is not understood here: use {allowed.partition(',')[0]}."
    return problem(HTTPStatus.METHOD_NOT_ALLOWED, detail, headers={"Allow": allowed})


def not_available() -> Answer:
    """Return the answer while storage or a setting is at fault."""
    detail = "The leads can't be reached at the moment. Send it again, with its time in `at`."
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers=RETRY_LATER)
