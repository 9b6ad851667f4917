"""What Dataverse says of a lead that it refuses, and what it means."""

from collections.abc import Awaitable, Callable, Collection

from shared.destinations.dynamics.answers import PlugInError, UnboundError
from shared.destinations.dynamics.bindings import BIND, is_hard_to_read
from shared.destinations.dynamics.owner import OWNER_BIND
from shared.destinations.http import saving
from shared.destinations.http.refused import MissingFieldsError, as_sent
from shared.destinations.http.saving import Body, BodyOf, Saved
from shared.domain.errors import (
    CrmError,
    CrmFieldsRefusedError,
    CrmRejectedError,
    CrmSettingsError,
)

type Write[Answer] = Callable[[Body], Awaitable[Answer]]
type RequiredColumns = Callable[[], Awaitable[set[str]]]


async def save[Answer](
    body_of: BodyOf, write: Write[Answer], required: RequiredColumns
) -> Saved[Answer]:
    """Write a lead; raise ``CrmError``.

    ``required`` are asked for where a plug-in of the publisher refuses the lead.
    """

    async def send(body: Body) -> Answer:
        try:
            return await write(body)
        except UnboundError as error:
            open_ones = _unbound(body, unreadable=error.unreadable)
            if not open_ones:
                raise
            raise CrmFieldsRefusedError(str(error), fields=open_ones) from None
        except PlugInError as error:
            if named := error.fields & body.open:
                raise CrmFieldsRefusedError(str(error), fields=named) from None
            wanted = await required()
            missing = as_sent(wanted, error.words) & wanted - body.values.keys()
            if not missing:
                raise
            raise _missing(error, missing) from None

    return await saving.save(body_of, send, _for_good)


def _unbound(body: Body, *, unreadable: bool) -> set[str]:
    """Return the lookups that the customer's words are in, and that may be at fault."""
    bound = {name for name in body.open if name.endswith(BIND)}
    return {n for n in bound if not unreadable or is_hard_to_read(str(body.values[n]))}


def _missing(error: PlugInError, missing: Collection[str]) -> MissingFieldsError:
    names = ", ".join(sorted(missing))
    mend = f"set {names} in DYNAMICS_FIELDS, or make it optional"
    return MissingFieldsError(f"{error}: {mend}", fields=missing)


def _for_good(error: CrmFieldsRefusedError, whole: Body) -> CrmError:
    """Return what it means that a value is refused that can't be left out."""
    if not isinstance(error, PlugInError) and error.fields & whole.by_settings:
        named = " or ".join(sorted({_setting_of(n) for n in error.fields & whole.by_settings}))
        return CrmSettingsError(f"{error}: correct {named}")
    return CrmRejectedError(str(error))


def _setting_of(column: str) -> str:
    own = {OWNER_BIND: "DYNAMICS_OWNER", "leadsourcecode": "DYNAMICS_LEAD_SOURCE_CODE"}
    return own.get(column, "DYNAMICS_FIELDS")
