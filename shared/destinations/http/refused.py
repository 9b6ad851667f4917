"""Fields that a CRM refuses by name: the lead is delivered without them, and a person told.

One refused value must not keep a customer waiting: a mistyped country, an e-mail address under a
top-level domain that does not exist. Some fields are never left out: what says that the customer
must not be contacted, our own id, and what the record is found by.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from types import MappingProxyType

from shared.domain.delivery import CrmRecord
from shared.domain.errors import CrmFieldsRefusedError, CrmRejectedError, CrmSettingsError
from shared.ports.crm import Noted

REFUSED = "refused"


class MissingFieldsError(CrmSettingsError):
    """Fields are required that the lead has no value for; the operator must map them."""

    def __init__(self, reason: str, *, fields: Collection[str]) -> None:
        """Take the reason, and the fields by the CRM's names."""
        super().__init__(reason)
        self.fields = frozenset(fields)


async def without_refused[Answer](
    send: Callable[[frozenset[str]], Awaitable[Answer]], optional: Collection[str]
) -> tuple[Answer, frozenset[str]]:
    """Send without what is refused of the ``optional`` fields; return which those are, too.

    ``send`` takes the fields to leave out, by the CRM's names. Each round has at least one more.
    A field that is refused and then required is no fault of the settings.
    """
    left_out: frozenset[str] = frozenset()
    while True:
        try:
            return await send(left_out), left_out
        except CrmFieldsRefusedError as error:
            refused = error.fields.intersection(optional) - left_out
            if not refused or refused != error.fields - left_out:
                raise
            left_out |= refused
        except MissingFieldsError as error:
            if wanted := as_sent(left_out, error.fields) & left_out:
                names = ", ".join(sorted(wanted))
                told = f"{error}; what the customer gave for {names} is not accepted"
                raise CrmRejectedError(told) from None
            raise


def as_sent(
    sent: Collection[str],
    named: Iterable[str],
    twins: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> set[str]:
    """Return names of fields as a request spells them, which a CRM may tell in any case.

    ``twins`` are further names, in lower case, and the fields that each may mean. Names of fields
    that were not sent are returned as they are.
    """
    spelled = {name.casefold(): {name} for name in sent}
    meant = {name: {twin for twin in fields if twin in sent} for name, fields in twins.items()}
    known = meant | spelled
    return {one for name in named for one in known.get(name.casefold()) or {name}}


def remembered(fields: Collection[str]) -> dict[str, str]:
    """Return what the baseline of a record has of fields whose newest value is not in it."""
    return {REFUSED: ",".join(sorted(fields))} if fields else {}


def refused_before(record: CrmRecord | None) -> frozenset[str]:
    """Return the fields that a baseline remembers."""
    given = record.baseline.get(REFUSED, "") if record else ""
    return frozenset(given.split(",")) - {""}


def refusals(vendor: str, fields: Collection[str]) -> tuple[str, ...]:
    """Return a remark for each field that was left out; never its value."""
    return tuple(f"{name} left out: not accepted by {vendor}" for name in sorted(fields))


def not_noted(refusal: CrmRejectedError) -> Noted:
    """Return what is told of an interest that a record is not given: the lead is there without."""
    return Noted(id="", remarks=(f"interest not noted: {refusal}",))
