"""Which contact is a lead's: the one that we know, one that HubSpot finds for us, or a new one.

HubSpot recognises a contact by its e-mail, and refuses a second one with the same. For leads
without e-mail, a property of our own with unique values does that, if the account has it. See
https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from shared.destinations.http.texts import mark, recreated
from shared.destinations.http.values import Fitted
from shared.destinations.hubspot.answers import Record, TakenError
from shared.destinations.hubspot.api import HubspotApi
from shared.destinations.hubspot.fields import MESSAGE, contact_values, new_contact
from shared.destinations.hubspot.settings import HubspotSettings
from shared.domain.delivery import CrmRecord
from shared.domain.errors import CrmUncertainError
from shared.domain.identity import normalized_email
from shared.domain.lead import Interest, Lead
from shared.ports.crm import Changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """The contact of a lead, updated or ``created``.

    ``existed`` says that it was there before us; ``before`` is what we knew of this contact.
    """

    contact: Record
    created: bool = False
    existed: bool = False
    before: CrmRecord | None = None
    remarks: tuple[str, ...] = ()


class Placing:
    """Finds or creates the contact of a lead, and writes its values."""

    def __init__(self, api: HubspotApi, settings: HubspotSettings) -> None:
        """Take the account, and what new contacts get."""
        self._api = api
        self._settings = settings

    async def place(self, lead: Lead, changed: Changed, *, uncertain: bool) -> Placed:
        """Update the contact that is known, or that has the e-mail or our id, or create one."""
        before = changed.record
        sent = contact_values(lead, changed.fields - {"email"}, self._settings)
        if before and (contact := await self._api.update(before.id, sent.values)):
            existed = bool(before.baseline.get("existed"))
            return Placed(contact=contact, existed=existed, before=before, remarks=sent.remarks)
        placed = await self._found_or_new(lead, changed.interests, sent, uncertain=uncertain)
        return _instead_of(before, placed, changed.interests) if before else placed

    async def _found_or_new(
        self, lead: Lead, interests: Sequence[Interest], sent: Fitted, *, uncertain: bool
    ) -> Placed:
        our_id = self._settings.id_property
        has_id = await self._api.has_unique(our_id)
        contact = await self._found(lead, sent, has_id=has_id, uncertain=uncertain)
        if contact is None:
            new = new_contact(lead, interests, self._settings, has_id=has_id)
            try:
                made = await self._api.create(new.values)
                return Placed(contact=made, created=True, remarks=new.remarks)
            except TakenError as taken:
                key = (taken.contact_id,) if taken.contact_id else (lead.lead_id, our_id)
                contact = await self._api.update(key[0], sent.values, *key[1:])
                if contact is None:
                    raise
        ours = contact.text(our_id) == lead.lead_id or _made_of(interests, contact)
        return Placed(contact=contact, existed=not ours, remarks=sent.remarks)

    async def _found(
        self, lead: Lead, sent: Fitted, *, has_id: bool, uncertain: bool
    ) -> Record | None:
        """Update the contact with the e-mail, or without one, with our id; None if there is none.

        Raises ``CrmUncertainError`` if there may be one that can't be found.
        """
        our_id = self._settings.id_property
        if email := normalized_email(lead.contact.email):
            return await self._api.update(email, sent.values, "email")
        if has_id:
            return await self._api.update(lead.lead_id, sent.values, our_id)
        if uncertain:
            raise CrmUncertainError(
                "the contact may exist, and without an e-mail HubSpot can't find it; a property"
                f" {our_id} with unique values would prevent this"
            )
        return None


def _made_of(interests: Sequence[Interest], contact: Record) -> bool:
    """Tell whether we created a contact for one of these interests, without hearing of it."""
    return any(mark(interest) in contact.text(MESSAGE) for interest in interests)


def _instead_of(before: CrmRecord, placed: Placed, interests: Sequence[Interest]) -> Placed:
    """Remark that the contact that we knew is gone, and what is in its place."""
    if placed.created or _made_of(interests, placed.contact):
        remark = recreated(before.id)
    else:
        remark = f"record {before.id} is gone there: now it is {placed.contact.id}"
    return replace(placed, remarks=(remark, *placed.remarks))
