"""``POST /api/leads``: decode, store, answer."""

import logging
import re

import azure.functions as func

from ingest_lead.answers import answer, not_stored, wrong_method
from ingest_lead.ingest import Accepted, ingest
from ingest_lead.wiring import ingest_ports
from shared.answers import METHODS, Answer
from shared.domain.errors import SettingsError, StorageUnavailableError

log = logging.getLogger(__name__)

bp = func.Blueprint()

TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
"""See https://www.w3.org/TR/trace-context/#traceparent-header."""


@bp.function_name("ingest_lead")
@bp.route("leads", methods=METHODS, auth_level=func.AuthLevel.FUNCTION)
async def ingest_lead(req: func.HttpRequest) -> func.HttpResponse:
    """Take a push in."""
    if req.method != "POST":
        return _response(wrong_method(req.method))
    try:
        outcome = await ingest(
            req.get_body(),
            req.headers.get("content-type", ""),
            _traceparent(req),
            ingest_ports(),
        )
    except (StorageUnavailableError, SettingsError) as error:
        log.error("a push could not be stored: %s", error)  # noqa: TRY400 - says it all
        return _response(not_stored())
    if isinstance(outcome, Accepted):
        log.info("submission %s accepted", outcome.submission_id)
    else:
        log.warning("a push is in quarantine as %s: %s", outcome.quarantine_id, outcome.reason)
    return _response(answer(outcome))


def _traceparent(req: func.HttpRequest) -> str | None:
    given = req.headers.get("traceparent", "")
    return given if TRACEPARENT.fullmatch(given) else None


def _response(given: Answer) -> func.HttpResponse:
    return func.HttpResponse(
        given.body,
        status_code=given.status.value,
        headers=dict(given.headers),
        mimetype=given.media_type,
        charset="utf-8",
    )
