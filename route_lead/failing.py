"""What a failure means for a delivery: when it is tried again, or that it is not. Pure."""

from datetime import datetime, timedelta

from route_lead.outcomes import Failure
from shared.domain.delivery import UNCERTAIN, Delivery, delay_asked_for, retry_delay
from shared.domain.errors import (
    CrmCredentialsError,
    CrmError,
    CrmOutcomeUnknownError,
    CrmRejectedError,
    CrmSettingsError,
    CrmUnavailableError,
    CrmUncertainError,
    SettingsError,
    StorageRefusedError,
)
from shared.domain.troubles import UNREACHABLE_AFTER

PAST_THE_CLAIM = timedelta(seconds=1)

type DeliveryError = CrmError | SettingsError | StorageRefusedError


def failure(error: DeliveryError, delivery: Delivery, now: datetime, jitter: float) -> Failure:
    """Return what becomes of a delivery; no wait is shorter than our own schedule."""
    own = retry_delay(delivery, now, jitter)
    match error:
        case CrmRejectedError():
            return Failure(reason=str(error), delay=None)
        case CrmUncertainError():
            return Failure(reason=f"{UNCERTAIN}{error}", delay=None)
        case StorageRefusedError():
            return Failure(
                reason=f"what came of it can't be kept: {error}", delay=None, maybe_done=True
            )
        case CrmOutcomeUnknownError(retry_after=asked_for):
            past = (delivery.claim_ends_at or now) - now + PAST_THE_CLAIM
            delay = max(delay_asked_for(own, asked_for), past)
            return Failure(reason=str(error), delay=delay, maybe_done=True)
        case CrmUnavailableError(retry_after=asked_for, daily_quota=quota):
            delay = delay_asked_for(own, asked_for, daily_quota=quota)
            return Failure(reason=str(error), delay=delay)
        case _:
            return Failure(reason=str(error), delay=own)


def trouble(error: DeliveryError) -> str:
    """Return what the log says of an error that only a person can end; "" for any other."""
    match error:
        case SettingsError():
            return str(error)
        case CrmCredentialsError():
            return "it refuses our credentials"
        case CrmSettingsError():
            return "our settings do not fit it"
        case CrmOutcomeUnknownError(trouble=True):
            return "our credentials or settings do not fit it, or those of what is on the way"
        case _:
            return ""


def fails_for_long(error: DeliveryError, delivery: Delivery, now: datetime) -> bool:
    """Tell whether a destination that may come back has taken nothing of a lead for an hour."""
    since = delivery.failing_since
    for_now = isinstance(error, CrmUnavailableError | CrmOutcomeUnknownError)
    return for_now and since is not None and now - since >= UNREACHABLE_AFTER
