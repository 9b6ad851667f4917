"""Which person in Marketo a lead is, and what becomes of that person."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from shared.destinations.http.owners import remembered_owner
from shared.destinations.http.texts import customers_words, mark, recreated
from shared.destinations.marketo.api import MarketoApi
from shared.destinations.marketo.contact import FIELDS
from shared.destinations.marketo.fields import (
    DO_NOT_CONTACT,
    STATUS,
    Person,
    keys_of,
    new_person,
    text,
)
from shared.destinations.marketo.follow_up import SUPPRESSED, acted_at, baseline, known_before
from shared.destinations.marketo.settings import MarketoSettings
from shared.destinations.marketo.updates import existing, update
from shared.domain.delivery import CrmRecord
from shared.domain.errors import CrmRejectedError, CrmUnavailableError
from shared.domain.lead import Interest, Lead
from shared.ports.crm import Changed, Upserted

LOOKS = 2
"""How often a person is looked for who is deleted or merged while we write."""


class Placing:
    """Finds the person of a lead, updates or creates one."""

    def __init__(
        self, api: MarketoApi, settings: MarketoSettings, clock: Callable[[], datetime]
    ) -> None:
        """Take the instance and how it is to be filled."""
        self._api = api
        self._settings = settings
        self._clock = clock

    async def place(
        self, lead: Lead, changed: Changed, refused: Collection[str], *, uncertain: bool
    ) -> Upserted:
        """Update the person or create one; look again if somebody was quicker than we."""
        # Who has the e-mail is found by the create; who has our id is not, for sure.
        by_email = FIELDS["email"] in keys_of(self._settings, lead, refused)
        look = changed.record is not None or not by_email
        found = await self.find(lead, changed.record, refused) if look else None
        for _ in range(LOOKS):
            if found is None and (created := await self._create(lead, changed, refused)):
                return created
            found = found or await self._existing(lead, refused)
            updated = await self._update(lead, changed, found, refused, uncertain=uncertain)
            if updated:
                return updated
            found = await self.find(lead, changed.record, refused)
        raise CrmUnavailableError("the person was deleted or merged meanwhile, again and again")

    async def _create(
        self, lead: Lead, changed: Changed, refused: Collection[str]
    ) -> Upserted | None:
        """Create the person; return None if there is one."""
        lookup = next(iter(keys_of(self._settings, lead, refused)), "")
        if not lookup:
            raise CrmRejectedError(
                "Marketo recognises a person by e-mail, and the lead has none that Marketo takes:"
                " set MARKETO_ID_FIELD, then release the lead"
            )
        first, before = next(iter(changed.interests), None), changed.record
        person, remarks = new_person(self._settings, lead, changed, refused)
        created = await self._api.create(lookup, person, customers_words(lead, changed.interests))
        if not created:
            return None
        acted = acted_at(None, before.baseline if before else {}, (), self._clock())
        known = baseline(lead, text(person, STATUS), acted) | remembered_owner(lead.owner)
        record = CrmRecord(id=created, baseline=known)
        held = [first.submission.submission_id] if first and self._settings.interest_field else []
        anew = [recreated(before.id)] if before else []
        return Upserted(
            record=record, created=True, holds=frozenset(held), remarks=(*anew, *remarks)
        )

    async def _update(
        self,
        lead: Lead,
        changed: Changed,
        found: Person,
        refused: Collection[str],
        *,
        uncertain: bool,
    ) -> Upserted | None:
        """Send what changed; nothing that sales works on. None if the person is gone meanwhile."""
        known, before = self._known(lead, changed, found), changed.record
        has_our_id = text(found, self._settings.id_field) == lead.lead_id
        sent = update(
            self._settings,
            lead,
            changed,
            existing(found, before, has_our_id=has_our_id),
            refused=refused,
            uncertain=uncertain,
        )
        flags = DO_NOT_CONTACT if lead.suppressed and SUPPRESSED not in known else {}
        person = {**sent.person, **flags}
        if person and not await self._api.update(
            found["id"], person, _known_words(lead, changed, found)
        ):
            return None
        acted = acted_at(found, known, self._settings.open_statuses, self._clock())
        told = {**baseline(lead, text(found, STATUS), acted), **sent.known}
        record, remarks = CrmRecord(id=text(found, "id"), baseline=told), sent.remarks
        if before is not None and before.id != record.id:
            gone = f"record {before.id} was merged or deleted there: now {record.id}"
            if self._holds(found, changed.first):
                gone = recreated(before.id)
            remarks = (gone, *remarks)
        return Upserted(record=record, remarks=remarks)

    def _holds(self, found: Person, first: Interest | None) -> bool:
        """Tell whether a person holds an interest that was not delivered: without an answer."""
        return first is not None and mark(first) in text(found, self._settings.interest_field)

    def _known(self, lead: Lead, changed: Changed, found: Person) -> Mapping[str, str]:
        """Return the baseline to compare a person with."""
        made = new_person(self._settings, lead, changed).person
        ours = text(found, self._settings.id_field) == lead.lead_id
        return known_before(changed.record, found, ours=ours, given=text(made, STATUS))

    async def find(
        self, lead: Lead, record: CrmRecord | None, refused: Collection[str] = ()
    ) -> Person | None:
        """Return the person of a record, or else of a lead: who was merged is another now."""
        same = await self._api.persons("id", [record.id], *self._read) if record else []
        return same[0] if same else await self._search(lead, refused)

    async def _search(self, lead: Lead, refused: Collection[str] = ()) -> Person | None:
        """Return who has the lead's e-mail, or else our id of it."""
        for field, value in keys_of(self._settings, lead, refused).items():
            found = await self._api.persons(field, [value], *self._read)
            if len(found) > 1:
                raise CrmRejectedError(
                    f"{len(found)} persons in Marketo match the lead: merge them, then release the"
                    " lead"
                )
            if found:
                return found[0]
        return None

    async def _existing(self, lead: Lead, refused: Collection[str]) -> Person:
        """Return the person who kept us from creating one."""
        if found := await self._search(lead, refused):
            return found
        raise CrmUnavailableError("Marketo says that the person exists, but does not show it")

    @property
    def _read(self) -> tuple[str, ...]:
        """Return what of a person decides what is written."""
        return *FIELDS.values(), self._settings.id_field, self._settings.interest_field


def _known_words(lead: Lead, changed: Changed, found: Person) -> list[str]:
    """Return what is known of a customer, here and in Marketo."""
    there = [text(found, name) for name in FIELDS.values()]
    return [*customers_words(lead, changed.interests), *there]
