"""What Salesforce says of a lead that it refuses, and what it means."""

from collections.abc import Awaitable, Callable

from shared.destinations.http import saving
from shared.destinations.http.saving import Body, BodyOf, Saved
from shared.destinations.salesforce.answers import UnfitValuesError
from shared.destinations.salesforce.rows import Row
from shared.domain.errors import (
    CrmError,
    CrmFieldsRefusedError,
    CrmRejectedError,
    CrmSettingsError,
)


async def save(body_of: BodyOf, write: Callable[[Row], Awaitable[str]]) -> Saved[str]:
    """Write a lead, and return the id that Salesforce answers; raise ``CrmError``."""

    async def send(body: Body) -> str:
        return await write(body.values) if body.values else ""

    return await saving.save(body_of, send, _for_good)


def _for_good(error: CrmFieldsRefusedError, whole: Body) -> CrmError:
    """Return what it means that a value is refused that can't be left out."""
    if error.fields <= whole.stand_ins:
        return CrmSettingsError(f"{error}: correct SALESFORCE_COMPANY_PLACEHOLDER")
    if isinstance(error, UnfitValuesError) and error.fields & whole.by_settings:
        return CrmSettingsError(f"{error}: correct the setting that gives this value")
    return CrmRejectedError(str(error))
