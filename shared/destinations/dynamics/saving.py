"""A lead is written without the columns that Dataverse refuses by name, rather than not at all."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from shared.destinations.dynamics.answers import PlugInError, UnboundError
from shared.destinations.dynamics.bindings import BIND, is_hard_to_read
from shared.destinations.dynamics.lead_body import Body
from shared.destinations.http.refused import without_refused
from shared.domain.errors import (
    CrmError,
    CrmFieldsRefusedError,
    CrmRejectedError,
    CrmSettingsError,
)

type Send[Answer] = Callable[[Body], Awaitable[Answer]]
type RequiredColumns = Callable[[], Awaitable[Collection[str]]]


@dataclass(frozen=True, slots=True)
class Saved[Answer]:
    """What was written and answered; ``refused`` are the columns that were left out."""

    body: Body
    answer: Answer
    refused: frozenset[str]


async def save[Answer](
    body_of: Callable[[Collection[str]], Body], send: Send[Answer], required: RequiredColumns
) -> Saved[Answer]:
    """Write a lead; ``body_of`` takes the columns to leave out. Raises ``CrmError``.

    ``required`` are asked for where a plug-in of the publisher refuses the lead.
    """

    async def attempt(refused: frozenset[str]) -> tuple[Body, Answer]:
        body = body_of(refused)
        try:
            return body, await send(body)
        except UnboundError as error:
            open_ones = _unbound(body, unreadable=error.unreadable)
            if not open_ones:
                raise
            raise CrmFieldsRefusedError(str(error), fields=open_ones) from None
        except PlugInError as error:
            if named := error.fields & body.open:
                raise CrmFieldsRefusedError(str(error), fields=named) from None
            missing = error.words.intersection(await required()) - body.values.keys()
            if not missing:
                raise
            raise _missing(error, missing, refused) from None

    whole = body_of(frozenset())
    try:
        (body, answer), refused = await without_refused(attempt, whole.open)
    except PlugInError as error:
        raise CrmRejectedError(str(error)) from None
    except CrmFieldsRefusedError as error:
        raise _for_good(error, whole) from None
    return Saved(body, answer, refused)


def _unbound(body: Body, *, unreadable: bool) -> set[str]:
    """Return the lookups that the customer's words are in, and that may be at fault."""
    bound = {name for name in body.open if name.endswith(BIND)}
    return {n for n in bound if not unreadable or is_hard_to_read(str(body.values[n]))}


def _missing(error: PlugInError, missing: Collection[str], refused: Collection[str]) -> CrmError:
    """Return what it means that a required column has no value."""
    names = ", ".join(sorted(missing))
    if set(missing) & set(refused):
        return CrmRejectedError(f"{error}; what the customer gave for {names} is not accepted")
    return CrmSettingsError(f"{error}: set {names} in DYNAMICS_FIELDS, or make it optional")


def _for_good(error: CrmFieldsRefusedError, whole: Body) -> CrmError:
    """Return what it means that a value is refused that can't be left out."""
    if error.fields & (whole.values.keys() - whole.open):
        return CrmSettingsError(f"{error}: correct DYNAMICS_FIELDS")
    return CrmRejectedError(str(error))
