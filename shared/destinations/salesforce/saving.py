"""A lead is written without the fields that Salesforce refuses by name, rather than not at all."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace

from shared.destinations.http.refused import without_refused
from shared.destinations.salesforce.answers import MissingFieldsError, UnfitValuesError
from shared.destinations.salesforce.lead_body import Body
from shared.destinations.salesforce.rows import Row
from shared.domain.errors import (
    CrmError,
    CrmFieldsRefusedError,
    CrmRejectedError,
    CrmSettingsError,
)


@dataclass(frozen=True, slots=True)
class Saved:
    """What was written; ``refused`` are Salesforce's names of the fields that were not."""

    record_id: str
    remarks: tuple[str, ...]
    refused: frozenset[str] = frozenset()


async def save(
    body_of: Callable[[Collection[str]], Body], send: Callable[[Row], Awaitable[str]]
) -> Saved:
    """Write a lead; ``body_of`` takes the fields to leave out. Raises ``CrmError``."""
    whole = body_of(frozenset())

    async def attempt(refused: frozenset[str]) -> Saved:
        body = body_of(refused)
        try:
            return Saved(await send(body.values) if body.values else "", body.remarks)
        except MissingFieldsError as error:
            if {name.casefold() for name in error.fields}.isdisjoint(map(str.casefold, refused)):
                raise
            told = f"{error}; what the customer gave for it is not accepted"
            raise CrmRejectedError(told) from None

    try:
        saved, refused = await without_refused(attempt, whole.open)
    except CrmFieldsRefusedError as error:
        raise _for_good(error, whole) from None
    return replace(saved, refused=refused)


def _for_good(error: CrmFieldsRefusedError, whole: Body) -> CrmError:
    """Return what it means that a value is refused that can't be left out."""
    if error.fields <= whole.stand_ins:
        return CrmSettingsError(f"{error}: correct SALESFORCE_COMPANY_PLACEHOLDER")
    from_settings = whole.values.keys() - whole.open
    if isinstance(error, UnfitValuesError) and error.fields & from_settings:
        return CrmSettingsError(f"{error}: correct the setting that gives this value")
    return CrmRejectedError(str(error))
