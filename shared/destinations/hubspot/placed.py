"""What is known of a lead's contact while it is placed."""

from dataclasses import dataclass

from shared.destinations.hubspot.answers import Record
from shared.domain.delivery import CrmRecord
from shared.domain.errors import CrmUnavailableError


class GoneError(CrmUnavailableError):
    """Nobody: sales deleted the contact while we were at it; it is looked for again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """The contact of a lead, ``created`` or found.

    ``existed`` says that sales had it before us; ``before`` is what we knew of this contact.
    ``filled`` are properties of such a contact that we have filled, ``refused`` those whose newest
    value HubSpot does not accept. ``told`` says that the message is the first interest.
    """

    contact: Record
    created: bool = False
    existed: bool = False
    before: CrmRecord | None = None
    filled: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    told: bool = False
    remarks: tuple[str, ...] = ()
