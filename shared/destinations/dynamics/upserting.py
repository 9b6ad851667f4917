"""How a customer becomes one lead, and how it is changed later.

A record of ours is found by its key, which is made of the lead's id: nothing is ever uncertain, and
a lead that sales deleted is re-created under the key that it had. A closed one (qualified,
disqualified) is not changed and counts as followed up. A merged one stands for the lead that it was
merged into.
"""

from collections.abc import Collection, Sequence
from functools import partial

from shared.destinations.dynamics.answers import GoneError, ReadOnlyError
from shared.destinations.dynamics.api import DynamicsApi
from shared.destinations.dynamics.codes import IN_THE_WAY
from shared.destinations.dynamics.fields import (
    COLUMNS,
    DESCRIPTION,
    DO_NOT_CONTACT,
    FLAGGED,
    flagged,
    lead_key,
)
from shared.destinations.dynamics.follow_up import OPEN, first_baseline, is_another, status_baseline
from shared.destinations.dynamics.lead_body import (
    first_values,
    new_lead,
    our_fields,
    tells,
    with_owner,
    writing,
)
from shared.destinations.dynamics.owner import same_owner, shown_owner
from shared.destinations.dynamics.rows import Row
from shared.destinations.dynamics.saving import save
from shared.destinations.dynamics.settings import DynamicsSettings
from shared.destinations.http.owners import owned, owner_of, remembered_owner
from shared.destinations.http.refused import refused_before, remembered
from shared.destinations.http.saving import Body, Saved, to_fill
from shared.destinations.http.texts import customers_words, recreated
from shared.domain.delivery import CrmRecord
from shared.domain.errors import CrmRejectedError, CrmSettingsError
from shared.domain.lead import Lead
from shared.ports.crm import Changed, Upserted

CLOSED = "closed in Dynamics 365: its fields were left as they are"


class Upserting:
    """The port's ``upsert`` on the table ``lead``."""

    def __init__(self, settings: DynamicsSettings, api: DynamicsApi, url: str) -> None:
        """Take what new leads are given, the way to the environment, and its address."""
        self._settings = settings
        self._api = api
        self._url = url

    async def upsert(self, lead: Lead, changed: Changed) -> Upserted:
        """Create the lead under its own key, or update the fields that the marketplace changed."""
        try:
            return await self._upsert(lead, changed)
        except GoneError:  # sales was faster, so what was seen is not there any more
            pass
        try:
            return await self._upsert(lead, changed)
        except KeyTakenError as error:
            raise CrmRejectedError(f"{error}: {IN_THE_WAY}") from None

    async def _upsert(self, lead: Lead, changed: Changed) -> Upserted:
        before = changed.record
        shown = await self._api.lead(before.id) if before else None
        if before is None or shown is None:
            return await self._create(lead, changed)
        return await self._update(lead, changed, shown, _not_as_it_was(before, shown))

    async def _create(self, lead: Lead, changed: Changed) -> Upserted:
        """Create the lead, anew if its record was deleted; or find what went unanswered."""
        row_key, first = lead_key(lead, changed.record), next(iter(changed.interests), None)
        remarks = [recreated(changed.record.id)] if changed.record else []
        hidden = customers_words(lead, changed.interests)

        async def send(body: Body) -> Row | None:
            return await self._api.create("leads", row_key, body.values, hidden)

        async def create(owner: str) -> Saved[Row | None]:
            return await save(
                lambda left: with_owner(new_lead(self._settings, lead, changed, left), owner),
                send,
                self._api.required_columns,
            )

        saved, owner_remarks = await owned(create, changed.owner)
        if saved.answer is None:
            shown = await self._api.lead(row_key)
            if shown is None:
                raise KeyTakenError(f"lead {row_key} can't be created and is not there")
            return await self._update(lead, changed, shown, remarks)
        row, body = saved.answer, saved.body
        held = [first] if first and tells(body.values.get(DESCRIPTION), first) else []
        owner = shown_owner(row) or ("" if owner_remarks else changed.owner)
        told = flagged(lead) | remembered(saved.refused) | remembered_owner(owner)
        return Upserted(
            record=self._record(row_key, first_baseline({**body.values, **row}) | told),
            owner=owner,
            created=True,
            holds=frozenset(one.submission.submission_id for one in held),
            remarks=(*remarks, *body.remarks, *owner_remarks),
        )

    async def _update(
        self, lead: Lead, changed: Changed, shown: Row, remarks: Sequence[str]
    ) -> Upserted:
        """Send what the marketplace changed; a closed lead is left as it is."""
        row_key, before = str(shown["leadid"]), changed.record
        known = before.baseline if before and before.id == row_key else {}
        flags = {name: value for name, value in known.items() if name == FLAGGED}
        refused = refused_before(before)
        owner = owner_of(changed, shown_owner(shown), same=same_owner)
        seen = status_baseline(shown, known)
        told = flags | remembered(refused) | remembered_owner(owner.shown)
        closed = Upserted(
            record=self._record(row_key, seen | told),
            owner=owner.shown,
            owner_changed=owner.changed,
            remarks=(*remarks, CLOSED),
        )
        if shown["statecode"] != OPEN:
            return closed
        new = changed.fields if before else self._to_fill(lead, changed, shown)
        names = our_fields(self._settings, new)
        consent = DO_NOT_CONTACT if lead.do_not_contact and not flags else {}
        hidden = (*customers_words(lead, changed.interests), *_texts(shown))

        def body_of(left_out: Collection[str]) -> Body:
            written = writing(self._settings).written(lead.contact, names, left_out)
            values = {k: v for k, v in written.values.items() if shown.get(k) != v}
            return Body({**values, **consent}, frozenset(values), written.remarks)

        async def send(body: Body) -> Row:
            return await self._api.change(row_key, body.values, hidden) if body.values else {}

        async def update(owner_id: str) -> Saved[Row]:
            try:
                return await save(
                    lambda left: with_owner(body_of(left), owner_id),
                    send,
                    self._api.required_columns,
                )
            except GoneError:  # the lead is, or the owner: Dataverse says the same of both
                if not owner_id or await self._api.lead(row_key) is None:
                    raise
                raise CrmSettingsError(f"there is no {owner_id}") from None

        try:
            saved, owner_remarks = await owned(update, owner.to_set, unless=(ReadOnlyError,))
        except ReadOnlyError:
            return closed
        sent, now = {COLUMNS[name] for name in names}, owner.now(owner_remarks)
        told = flags | flagged(lead) | remembered(saved.refused | (refused - sent))
        return Upserted(
            record=self._record(row_key, seen | told | remembered_owner(now)),
            owner=now,
            owner_changed=owner.changed,
            remarks=(*remarks, *saved.body.remarks, *owner_remarks),
        )

    def _to_fill(self, lead: Lead, changed: Changed, shown: Row) -> Collection[str]:
        """Return the fields to write to a lead that was found: what sales made of it stays."""
        return to_fill(lead, changed, COLUMNS, shown, partial(first_values, self._settings))

    def _record(self, row_key: str, baseline: dict[str, str]) -> CrmRecord:
        url = f"{self._url}/main.aspx?pagetype=entityrecord&etn=lead&id={row_key}"
        return CrmRecord(id=row_key, url=url, baseline=baseline)


class KeyTakenError(GoneError):
    """The key of a lead is taken, and there is no lead under it."""


def _texts(shown: Row) -> list[str]:
    """Return what of a lead may be the customer's."""
    return [v for n in (*COLUMNS.values(), DESCRIPTION) if isinstance(v := shown.get(n), str)]


def _not_as_it_was(before: CrmRecord, shown: Row) -> list[str]:
    """Return what has become of a record; one was re-created by an attempt without an answer."""
    if shown["leadid"] != before.id:
        return [f"record {before.id} was merged into {shown['leadid']}"]
    return [recreated(before.id)] if is_another(shown, before.baseline) else []
