"""Who owns a record: three sides may say so, the lead, sales, and what we saw last.

The baseline of a record has the owner that the CRM showed, or was given, last. If it shows another
one now, sales has changed it: that one stays, and is told. If not, the lead's owner is set. An
owner that an attempt without an answer may have set is no change by sales.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from shared.domain.delivery import OWNER, CrmRecord
from shared.domain.errors import CrmError, CrmRejectedError, CrmSettingsError
from shared.ports.crm import Changed


@dataclass(frozen=True, slots=True)
class Owner:
    """The owner that a record shows, whether sales made it so, and whom to set; "" for nobody."""

    shown: str
    changed: bool
    to_set: str

    def now(self, remarks: tuple[str, ...]) -> str:
        """Return the owner after an update; ``remarks`` are those of ``owned``."""
        return self.shown if remarks or not self.to_set else self.to_set


def _same(one: str, other: str) -> bool:
    return one == other


def owner_of(
    changed: Changed,
    shown: str,
    *,
    ours: bool = True,
    same: Callable[[str, str], bool] = _same,
) -> Owner:
    """Return what is to be done about the owner that a record shows.

    ``ours`` tells that we made the record: of one that sales had before us, any owner is theirs.
    ``same`` compares ids.
    """
    known = changed.record.baseline.get(OWNER) if changed.record else None
    sent = any(same(shown, one) for one in changed.owners_sent)
    # A record that is found, and not known yet, has the owner of an attempt without an answer.
    first_look = known is None and ours and not (changed.owners_sent and changed.record is None)
    before = shown if sent or first_look else known or ""
    theirs, agreed = not same(shown, before), same(shown, changed.owner)
    return Owner(
        shown=shown,
        changed=theirs and not agreed and bool(shown),
        to_set="" if theirs or agreed else changed.owner,
    )


def named_since(record: CrmRecord, shown: str, *, same: Callable[[str, str], bool] = _same) -> str:
    """Return the owner that a record shows and did not show when we delivered, "" if it did."""
    before = record.baseline.get(OWNER)
    return "" if before is None or same(shown, before) else shown


async def owned[T](
    send: Callable[[str], Awaitable[T]], owner: str, *, unless: tuple[type[CrmError], ...] = ()
) -> tuple[T, tuple[str, ...]]:
    """Send something with an owner; if the CRM refuses that, without one and with a remark.

    Both kinds of refusal say that nothing was done; those of ``unless`` are not about the owner.
    """
    remarks: tuple[str, ...] = ()
    if owner:
        try:
            return await send(owner), ()
        except unless:
            raise
        except (CrmRejectedError, CrmSettingsError) as refusal:
            remarks = (f"owner not set: {refusal}",)
    return await send(""), remarks


def remembered_owner(owner: str) -> dict[str, str]:
    """Return what the baseline of a record has of its owner."""
    return {OWNER: owner} if owner else {}
