"""``/api/leads/{lead_id}``, ``…/follow-up`` and ``/api/act``: decode, act, answer."""

import logging
from collections.abc import Awaitable, Callable

import azure.functions as func

from act_on_lead.acting import ActPorts
from act_on_lead.answers import lead_answer, not_available, not_done, wrong_method
from act_on_lead.api import follow_up, show
from act_on_lead.telling import not_now
from act_on_lead.visit import DID, look, press
from act_on_lead.wiring import act_ports
from shared.acting.links import PARAMETER
from shared.answers import METHODS, Answer
from shared.domain.errors import SettingsError, StorageUnavailableError
from shared.operations.errors import OperationError
from shared.operations.lead_views import LeadView

log = logging.getLogger(__name__)

bp = func.Blueprint()

LOOKS = ("GET", "HEAD")


@bp.function_name("show_lead")
@bp.route("leads/{lead_id}", methods=METHODS, auth_level=func.AuthLevel.FUNCTION)
async def show_lead(req: func.HttpRequest) -> func.HttpResponse:
    """Show a lead to a program."""
    if req.method not in LOOKS:
        return _response(wrong_method("show_lead", req.method))
    lead_id = req.route_params["lead_id"]
    return await _for_programs(lambda ports: show(lead_id, ports))


@bp.function_name("record_follow_up")
@bp.route("leads/{lead_id}/follow-up", methods=METHODS, auth_level=func.AuthLevel.FUNCTION)
async def record_follow_up(req: func.HttpRequest) -> func.HttpResponse:
    """Record what somebody did, as a program tells it."""
    if req.method != "POST":
        return _response(wrong_method("record_follow_up", req.method))
    lead_id, body = req.route_params["lead_id"], req.get_body()
    return await _for_programs(lambda ports: follow_up(lead_id, body, ports))


@bp.function_name("act_by_link")
@bp.route("act", methods=(*LOOKS, "POST"), auth_level=func.AuthLevel.ANONYMOUS)
async def act_by_link(req: func.HttpRequest) -> func.HttpResponse:
    """Show the page behind a link, or do what its form asks for: the link is the key."""
    token = req.params.get(PARAMETER, "")
    try:
        ports = act_ports()
        if req.method in LOOKS:
            return _response(await look(token, req.params.get(DID, ""), ports))
        return _response(await press(token, req.get_body(), ports))
    except (StorageUnavailableError, SettingsError) as error:
        log.error("a link could not be opened: %s", error)  # noqa: TRY400 - says it all
        return _response(not_now())


async def _for_programs(ask: Callable[[ActPorts], Awaitable[LeadView]]) -> func.HttpResponse:
    try:
        view = await ask(act_ports())
    except OperationError as error:
        return _response(not_done(error))
    except (StorageUnavailableError, SettingsError) as error:
        log.error("a lead could not be reached: %s", error)  # noqa: TRY400 - says it all
        return _response(not_available())
    return _response(lead_answer(view))


def _response(given: Answer) -> func.HttpResponse:
    return func.HttpResponse(
        given.body,
        status_code=given.status.value,
        headers=dict(given.headers),
        mimetype=given.media_type,
        charset="utf-8",
    )
