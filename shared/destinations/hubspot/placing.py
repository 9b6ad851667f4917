"""Which contact is a lead's: the one that we know, one that HubSpot finds for us, or a new one.

HubSpot recognises a contact by its e-mail, and refuses a second one with the same. For leads
without an e-mail that it takes, a property of our own with unique values does that, if the account
has it. See
https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from shared.destinations.http.owners import owned
from shared.destinations.http.refused import refusals, refused_before, without_refused
from shared.destinations.http.texts import customers_words, mark, recreated
from shared.destinations.http.values import for_empty
from shared.destinations.hubspot.answers import Record
from shared.destinations.hubspot.api import OTHER_EMAILS, HubspotApi
from shared.destinations.hubspot.fields import (
    MESSAGE,
    OWNER,
    VENDOR,
    contact_values,
    new_contact,
    optional,
)
from shared.destinations.hubspot.follow_up import FILLED
from shared.destinations.hubspot.meaning import MissingError, TakenError
from shared.destinations.hubspot.placed import GoneError, Placed
from shared.destinations.hubspot.settings import HubspotSettings
from shared.domain.errors import (
    CrmFieldsRefusedError,
    CrmRejectedError,
    CrmUncertainError,
)
from shared.domain.identity import normalized_email
from shared.domain.lead import Interest, Lead
from shared.ports.crm import Changed

EMAIL = "email"

NOT_FOUND_AGAIN = (
    "the contact may exist, and without an e-mail that HubSpot takes it can't be found; a property"
)
BY_ID = "with unique values would prevent this"


class Placing:
    """Finds or creates the contact of a lead, and writes its values."""

    def __init__(self, api: HubspotApi, settings: HubspotSettings) -> None:
        """Take the account, and what new contacts get."""
        self._api = api
        self._settings = settings

    async def find(self, lead: Lead, changed: Changed) -> Placed | None:
        """Return the contact that we know, or that has the e-mail or our id; nothing is written.

        Two contacts that sales merged are a third: it is sales's too.
        """
        before = changed.record
        contact = await self._api.contact(before.id) if before else None
        if before is None or contact is None:
            contact = await self.look(lead)
            if before is None or contact is None or contact.id != before.id:
                return self._found(changed, contact, lead) if contact else None
        merged = contact.id != before.id
        return Placed(
            contact=contact,
            existed=merged or bool(before.baseline.get("existed")),
            before=before,
            filled=frozenset(filter(None, before.baseline.get(FILLED, "").split(","))),
            refused=refused_before(before),
            remarks=(f"record {before.id} was merged into {contact.id}",) if merged else (),
        )

    async def look(self, lead: Lead) -> Record | None:
        """Return the contact with the e-mail, or with our id; None if there is none to be found."""
        if email := normalized_email(lead.contact.email):
            found = await self._api.contact(email, EMAIL)
            return found if found and self._is_of(lead, found) else None
        return await self._by_our_id(lead)

    async def _by_our_id(self, lead: Lead) -> Record | None:
        has_id = await self._api.has_unique(self._our_id)
        return await self._api.contact(lead.lead_id, self._our_id) if has_id else None

    async def create(
        self, lead: Lead, changed: Changed, *, uncertain: bool, again: bool = False
    ) -> Placed:
        """Create the contact with its owner, or return one that is there against expectation.

        ``again`` says that the one that is in the way was looked for before, and is gone. Raises
        ``CrmUncertainError`` if the contact may exist and can't be found.
        """
        has_id = await self._api.has_unique(self._settings.id_property)

        async def create(owner: str) -> Placed:
            return await self._create(
                lead, changed, owner, has_id=has_id, uncertain=uncertain, again=again
            )

        placed, remarks = await owned(create, changed.owner)
        return replace(placed, remarks=(*placed.remarks, *remarks))

    async def _create(
        self,
        lead: Lead,
        changed: Changed,
        owner: str,
        *,
        has_id: bool,
        uncertain: bool,
        again: bool,
    ) -> Placed:
        hidden = customers_words(lead, changed.interests)

        async def send(left_out: frozenset[str]) -> Placed:
            new = new_contact(lead, changed, self._settings, has_id=has_id, refused=left_out)
            if uncertain and not has_id and EMAIL not in new.values:
                raise CrmUncertainError(f"{NOT_FOUND_AGAIN} {self._settings.id_property} {BY_ID}")
            given = {OWNER: owner} if owner else {}
            try:
                made = await self._api.create({**new.values, **given}, hidden)
            except MissingError as error:
                if error.names.isdisjoint(left_out):
                    raise
                raise CrmRejectedError(str(error)) from None
            except TakenError as taken:
                return await self._there(lead, changed, taken, again=again)
            told = MESSAGE in new.values
            return Placed(contact=made, created=True, told=told, remarks=new.remarks)

        placed, left_out = await without_refused(send, optional(self._settings))
        anew = (recreated(changed.record.id),) if changed.record and placed.created else ()
        there = () if placed.created else refusals(VENDOR, left_out)
        return replace(placed, refused=left_out, remarks=(*anew, *placed.remarks, *there))

    async def update(
        self, lead: Lead, changed: Changed, placed: Placed, owner: str, *, uncertain: bool
    ) -> tuple[Placed, tuple[str, ...]]:
        """Send what the marketplace changed, and an owner; return remarks if that is refused.

        Raises ``GoneError`` if sales deleted the contact.
        """

        async def update(owner_id: str) -> Placed:
            return await self._update(lead, changed, placed, owner_id, uncertain=uncertain)

        return await owned(update, owner)

    async def _update(
        self, lead: Lead, changed: Changed, placed: Placed, owner: str, *, uncertain: bool
    ) -> Placed:
        contact = placed.contact
        sent = contact_values(lead.contact, self._settings, changed.fields - {EMAIL})
        perhaps = self._perhaps_ours(sent.values, changed, placed, uncertain=uncertain)
        values = self._to_write(sent.values, placed, perhaps)
        hidden = (*customers_words(lead, changed.interests), *contact.texts)

        async def send(left_out: frozenset[str]) -> None:
            rest = {name: value for name, value in values.items() if name not in left_out}
            rest |= {OWNER: owner} if owner else {}
            if rest and not await self._api.update(contact.id, rest, hidden):
                raise GoneError(f"contact {contact.id} was deleted meanwhile")

        _, left_out = await without_refused(send, values)
        return replace(
            placed,
            filled=placed.filled | perhaps | values.keys() - left_out,
            refused=placed.refused - values.keys() | left_out,
            remarks=(*placed.remarks, *sent.remarks, *refusals(VENDOR, left_out)),
        )

    def _perhaps_ours(
        self, values: Mapping[str, str], changed: Changed, placed: Placed, *, uncertain: bool
    ) -> frozenset[str]:
        """Return the names of values that we may have written without hearing of it.

        They are as an interest since has given them.
        """
        if not uncertain and placed.existed:
            return frozenset()
        given = [i.submission.contact for i in changed.interests]
        ours = [contact_values(contact, self._settings).values for contact in given]
        held = placed.contact
        return frozenset(n for n in values if any(held.text(n) == one.get(n) for one in ours))

    def _to_write(
        self, values: Mapping[str, str], placed: Placed, perhaps: frozenset[str]
    ) -> dict[str, str]:
        """Return the values that differ from those in HubSpot, and may replace them.

        What sales had or corrected stays: of a contact that sales had before us, only what is empty
        or what we have filled changes; of one that we created without hearing of it, what is ours
        still.
        """
        held = placed.contact
        new = {name: value for name, value in values.items() if held.text(name) != value}
        if placed.existed and not self._settings.fill_empty_only:
            return new
        if placed.before is not None and not placed.existed:
            return new
        return for_empty(new, {**held.properties, **dict.fromkeys(placed.filled | perhaps)})

    async def _there(
        self, lead: Lead, changed: Changed, taken: TakenError, *, again: bool
    ) -> Placed:
        """Return the contact that keeps us from creating one, if it is the lead's."""
        told = await self._api.contact(taken.contact_id) if taken.contact_id else None
        contact = told or await self._by_our_id(lead) or await self.look(lead)
        if contact is None and again and taken.contact_id:
            raise CrmFieldsRefusedError(f"{taken}: a deleted contact has it", fields={EMAIL})
        if contact is None and again:
            raise CrmRejectedError(str(taken))
        if contact is None:
            raise GoneError(f"{taken}, but there is no such contact")
        if not self._is_of(lead, contact):
            raise CrmRejectedError(
                f"{taken}, which has another e-mail: correct or merge contact {contact.id}, then"
                " release the lead"
            )
        return self._found(changed, contact, lead)

    def _is_of(self, lead: Lead, contact: Record) -> bool:
        """Tell whether a contact has the lead's e-mail or our id: it may be written then only."""
        emails = (contact.text(EMAIL), *contact.text(OTHER_EMAILS).split(";"))
        email = normalized_email(lead.contact.email)
        known = bool(email) and email in map(normalized_email, emails)
        return known or contact.text(self._our_id) == lead.lead_id

    def _found(self, changed: Changed, contact: Record, lead: Lead) -> Placed:
        """Return a contact in whose place nothing was known, or one that is gone."""
        before, made = changed.record, _made_of(changed.interests, contact)
        remarks: tuple[str, ...] = ()
        if before:
            elsewhere = f"record {before.id} is gone there: now it is {contact.id}"
            remarks = (recreated(before.id) if made else elsewhere,)
        ours = made or contact.text(self._our_id) == lead.lead_id
        return Placed(contact=contact, existed=not ours, remarks=remarks)

    @property
    def _our_id(self) -> str:
        return self._settings.id_property


def _made_of(interests: Sequence[Interest], contact: Record) -> bool:
    """Tell whether we created a contact for one of these interests, without hearing of it."""
    return any(mark(interest) in contact.text(MESSAGE) for interest in interests)
