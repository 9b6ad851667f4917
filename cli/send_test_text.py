"""What ``leads check --send-test`` says of each step, and how to fix it. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus

from pydantic import ValidationError

from cli.send import Sent
from ingest_lead.answers import AcceptedBody
from shared.domain.delivery import Delivery
from shared.domain.lead import Lead
from shared.domain.retired import InUse
from shared.operations.lead_views import delivery_state
from shared.operations.words import counted, one_line
from shared.ports.crm import CheckResult

ANOTHER_URL = "is this the URL of ingest_lead, ending in /api/leads?"

RUNBOOK = "Deliveries are parked"

ENDPOINT_MENDS: Mapping[int, str] = {
    HTTPStatus.BAD_REQUEST: "the app there could not read it: is it another version?"
    " `leads quarantine list` says what was wrong",
    HTTPStatus.UNAUTHORIZED: "the key in the URL is wrong or missing: see infra/README.md for how"
    " to get it, and give the URL with it in --to or LEADS_URL",
    HTTPStatus.FORBIDDEN: "is the function app stopped, or not open to your network? See its"
    " overview in the portal",
    HTTPStatus.NOT_FOUND: "is ingest_lead deployed and not disabled, and does the URL end in"
    " /api/leads?",
    HTTPStatus.SERVICE_UNAVAILABLE: "nothing was stored: is the app's LeadStorage right, and does"
    " it answer? See its log; is the function app itself running?",
}
"""By status. The host says 401 to a wrong key, and 404 for a function that is disabled, see
https://learn.microsoft.com/azure/azure-functions/disable-function. 403 is that of a stopped app.
"""

REDIRECTED = "redirected elsewhere: give the URL as it is in Partner Center, with https://"
FAILED = "the app failed: see its log"
NOT_OURS = f"this is not an answer of the app: {ANOTHER_URL}"


def accepted_id(sent: Sent) -> str:
    """Return the submission id that the app gave; "" if it took nothing or is another app."""
    try:
        return AcceptedBody.model_validate_json(sent.text).submission_id if sent.accepted else ""
    except ValidationError:
        return ""


def answered(sent: Sent, where: str) -> CheckResult:
    """Say what the endpoint answered; nothing of its text, which may hold the URL's key."""
    what = f"answered {sent.status} by {where}"
    if accepted_id(sent):
        return CheckResult(what=what)
    return CheckResult(what=what, mend=_endpoint_mend(sent))


def _endpoint_mend(sent: Sent) -> str:
    if sent.accepted:
        return NOT_OURS
    if mend := ENDPOINT_MENDS.get(sent.status):
        return mend
    if sent.status in range(300, 400):
        return REDIRECTED
    return FAILED if sent.status in range(500, 600) else ANOTHER_URL


def recorded(lead: Lead, seconds: int) -> CheckResult:
    """Say which lead it became."""
    return CheckResult(what=f"recorded as lead {lead.lead_id} within {seconds} s")


def not_recorded(within: timedelta, storage: str) -> CheckResult:
    """Say that it was accepted and not seen in the storage that was looked at."""
    mend = (
        f"accepted, so it is not lost: does route_lead run, and what does its log say? Is {storage}"
        " the app's own storage, and TABLE_PREFIX its own? See `leads status`"
    )
    return CheckResult(what=f"not recorded within {_seconds(within)}", mend=mend)


def kept_from_destinations() -> CheckResult:
    """Say that a lead without deliveries is as it should be: the app's settings want it so."""
    what = "not delivered: TEST_LEADS=record keeps test leads from destinations"
    return CheckResult(what=what)


def arrived(delivery: Delivery, lead: Lead) -> CheckResult | None:
    """Say that a delivery is done or parked; None while it is still to come."""
    name = delivery.destination
    state = delivery_state(delivery, lead.version, InUse())
    if state == "delivered":
        return CheckResult(what=f"delivered to {name}{_record(delivery)}")
    if state == "parked":
        what = f"parked for {name}: {one_line(delivery.parked_reason)}"
        mend = f"fix that (docs/runbook.md, {RUNBOOK}), then `leads release {lead.lead_id[:8]}`"
        return CheckResult(what=what, mend=mend)
    return None


def postponed(delivery: Delivery, *, proven: bool) -> CheckResult:
    """Say why a delivery failed, which goes on by itself."""
    name = delivery.destination
    whose = (
        f"`leads check` found {name} in order from here: does the app have the same settings?"
        if proven
        else f"fix that in {name}, or in the app's settings."
    )
    mend = (
        f"{whose} The lead waits and is tried again automatically,"
        " or now with `leads deliver --pending`"
    )
    return CheckResult(what=failed_attempt(delivery), mend=mend)


def failed_attempt(delivery: Delivery) -> str:
    """Return the last error of a delivery, and when it is tried again."""
    reason = one_line(delivery.last_error)
    next_at = _second(delivery.next_attempt_at)
    tries = counted(delivery.attempts, "attempt")
    return f"postponed for {delivery.destination} after {tries}: {reason}; next attempt {next_at}"


def still_under_way(delivery: Delivery, lead: Lead, within: timedelta) -> CheckResult:
    """Say that time ran out before the destination answered anything."""
    mend = (
        "it continues automatically: is the destination slow? See"
        f" `leads show {lead.lead_id[:8]}`, or wait longer with --within"
    )
    what = f"not delivered to {delivery.destination} within {_seconds(within)}"
    return CheckResult(what=what, mend=mend)


def _record(delivery: Delivery) -> str:
    if delivery.record is None:
        return ""
    url = f" ({delivery.record.url})" if delivery.record.url else ""
    return f" as record {delivery.record.id}{url}"


def _seconds(time: timedelta) -> str:
    return f"{time.total_seconds():.0f} s"


def _second(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else "soon"
