"""How a customer becomes one ``Lead``, and how it is changed later.

Neither a lost answer nor a race doubles or overwrites anything: the id field is unique, so that a
second create is refused; before an update, one query tells owner, status, conversion, deletion
and merging; an update sends what the marketplace changed, never status or source, and an owner only
if sales has not changed it. A lead that is
re-created for a deleted one has our id too, and is found by it if its create gets no answer.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial

from shared.destinations.http.owners import owned, owner_of
from shared.destinations.http.refused import refused_before
from shared.destinations.http.saving import NOTHING, Saved, to_fill
from shared.destinations.http.texts import customers_words, recreated
from shared.destinations.salesforce.answers import (
    AlreadyThereError,
    ConvertedError,
    GoneError,
)
from shared.destinations.salesforce.api import SalesforceApi, quoted
from shared.destinations.salesforce.contact import our_fields
from shared.destinations.salesforce.fields import DESCRIPTION
from shared.destinations.salesforce.follow_up import status_baseline
from shared.destinations.salesforce.lead_body import (
    changed_lead,
    first_values,
    new_lead,
    with_owner,
)
from shared.destinations.salesforce.lead_row import READ, LeadRow, lead_row
from shared.destinations.salesforce.record import crm_record
from shared.destinations.salesforce.rows import Row, same_id, survivor, the_one
from shared.destinations.salesforce.saving import save
from shared.destinations.salesforce.settings import SalesforceSettings
from shared.domain.delivery import CrmRecord
from shared.domain.errors import CrmError
from shared.domain.lead import Lead
from shared.ports.crm import Changed, Upserted

STAYS = "the lead is converted: its fields stay as they are"


class Upserting:
    """The port's ``upsert`` on Salesforce."""

    def __init__(self, settings: SalesforceSettings, api: SalesforceApi) -> None:
        """Take what new leads are given, and the way to the org."""
        self._settings = settings
        self._api = api

    async def upsert(self, lead: Lead, changed: Changed, *, uncertain: bool) -> Upserted:
        """Create the lead, or send what changed; a converted one is left as it is."""
        try:
            return await self._upsert(lead, changed, look=uncertain)
        except GoneError:  # sales was faster, so what was seen is not there any more
            return await self._upsert(lead, changed, look=True)

    async def _upsert(self, lead: Lead, changed: Changed, *, look: bool) -> Upserted:
        stored = changed.record
        leads = await self._look(lead, stored) if stored or look else {}
        row = survivor(leads, stored.id) if stored else None
        remarks: tuple[str, ...] = ()
        if stored and not row:
            remarks = (recreated(stored.id),)
            changed = replace(changed, record=None)
        row = row or the_one(leads)
        sent = self._update(lead, changed, row) if row else self._create(lead, changed)
        upserted = await sent
        return replace(upserted, remarks=(*remarks, *upserted.remarks))

    async def _look(self, lead: Lead, stored: CrmRecord | None) -> Mapping[str, Row]:
        """Return the leads that have our id, the stored one, and what they were merged into."""
        where = f"{self._settings.id_field} = {quoted(lead.lead_id)}"
        where += f" OR Id = {quoted(stored.id)}" if stored else ""
        columns = dict.fromkeys((*READ, *our_fields(self._settings).values()))
        return await self._api.leads(where, ", ".join(columns))

    async def _create(self, lead: Lead, changed: Changed) -> Upserted:
        """Create the lead, or update the one that is there against expectation."""
        first = next(iter(changed.interests), None)
        rule = self._settings.assignment

        async def send(values: Row) -> str:
            own = "FALSE" if "OwnerId" in values else "TRUE"
            hidden = customers_words(lead, changed.interests)
            return await self._api.create_lead(values, assign=rule or own, hidden=hidden)

        async def create(owner: str) -> Saved[str]:
            return await save(
                lambda left: with_owner(new_lead(self._settings, lead, changed, left), owner), send
            )

        try:
            saved, owner_remarks = await owned(create, changed.owner, unless=(AlreadyThereError,))
        except AlreadyThereError:
            row = the_one(await self._look(lead, None))
            if row is None:
                raise
            return await self._update(lead, changed, row)
        status, owner = await self._first_shown(saved.answer)
        held = [first] if first and DESCRIPTION not in saved.refused else []
        return Upserted(
            record=crm_record(self._settings, saved.answer, lead, status, saved.refused, owner),
            owner=owner,
            created=True,
            holds=frozenset(one.submission.submission_id for one in held),
            remarks=(*saved.body.remarks, *owner_remarks),
        )

    async def _first_shown(self, record_id: str) -> tuple[dict[str, str], str]:
        """Return the status and the owner that the org gave, as far as they can be read.

        That they can't is no fault of the create.
        """
        try:
            rows = await self._api.rows("Lead", f"Id = {quoted(record_id)}", "Status, OwnerId")
        except CrmError:
            return {}, ""
        shown = rows[0] if rows else {}
        status, owner = shown.get("Status"), shown.get("OwnerId")
        return (
            status_baseline(status, "", None) if isinstance(status, str) else {},
            owner if isinstance(owner, str) else "",
        )

    async def _update(self, lead: Lead, changed: Changed, found: Row) -> Upserted:
        """Send the fields that changed; a lead that was found keeps what others wrote."""
        theirs = our_fields(self._settings)
        row = lead_row(found, theirs.values())
        names = changed.fields if changed.record else self._to_fill(lead, changed, row)

        async def send(values: Row) -> str:
            if row.converted:
                raise ConvertedError(STAYS)
            hidden = (*customers_words(lead, changed.interests), *row.texts)
            return await self._api.update_lead(row.record_id, values, hidden=hidden)

        # What was flagged on a lead that is merged by now says nothing of the one in its place.
        same = changed.record if changed.record and changed.record.id == row.record_id else None
        body_of = partial(changed_lead, self._settings, lead, same, names)
        owner = owner_of(changed, row.owner, same=same_id)

        async def update(owner_id: str) -> Saved[str]:
            return await save(lambda left: with_owner(body_of(left), owner_id), send)

        try:
            saved, remarks = await owned(update, owner.to_set, unless=(ConvertedError,))
        except ConvertedError:
            saved, remarks = Saved(NOTHING, row.record_id), (STAYS,)
        sent = {theirs[name] for name in names if name in theirs}
        refused = saved.refused | (refused_before(changed.record) - sent)
        status = status_baseline(row.status, row.changed_at, changed.record)
        now = owner.now(remarks)
        return Upserted(
            record=crm_record(self._settings, row.record_id, lead, status, refused, now),
            owner=now,
            owner_changed=owner.changed,
            remarks=(*saved.body.remarks, *remarks),
        )

    def _to_fill(self, lead: Lead, changed: Changed, row: LeadRow) -> Collection[str]:
        """Return the fields to write to a lead that was found: what others wrote stays."""
        ours_alone = row.made_by == row.changed_by == self._api.user_id
        return to_fill(
            lead,
            changed,
            our_fields(self._settings),
            row.values,
            partial(first_values, self._settings),
            all_ours=ours_alone or not self._settings.fill_empty_only,
        )
