"""What the newest identity rule would make of the leads that are stored: a dry run.

A lead keeps its id, whichever rule made it, so two leads can be one customer by the newest rule,
and one lead several. Nothing is changed here. Memory is bounded: what does not fit waits for
another pass.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Literal, Self

from shared.domain.errors import UnreadableLeadError
from shared.domain.identity import RULES, DedupeKey, dedupe_key, lead_id
from shared.domain.lead import KeyKind, Submission
from shared.following import followed
from shared.operations.stores import AT_A_TIME, Stores
from shared.operations.views import View
from shared.ports.leads import StoredLead

AT_ONCE = 50_000
"""Leads with another id by the newest rule that one pass remembers."""

SHOWN = 100
"""Leads of one customer that are named."""

FIRST, END = "", "g"
"""Before and after all ids, which are hex digits."""

JOINED_BY = {
    KeyKind.EMAIL: "the same e-mail address",
    KeyKind.PHONE: "the same phone number and name",
    KeyKind.NAME: "the same name and company",
    KeyKind.SUBMISSION: "the same content, and nothing else to recognise the customer by",
}
SPLIT_BY = {
    KeyKind.EMAIL: "an e-mail address that is a placeholder",
    KeyKind.PHONE: "a phone number that identifies nobody",
    KeyKind.NAME: "a name or a company that is a placeholder",
    KeyKind.SUBMISSION: "submissions of different content",
}
EXTENSIONS = "one phone number with different extensions"

type Told = Callable[[], AsyncIterator[tuple[str, Submission]]]


class IdentityChange(View):
    """Leads that are one customer, or one lead that is several, by the newest identity rule."""

    change: Literal["join", "split"]
    reason: str
    lead_ids: Sequence[str]

    @classmethod
    def split(cls, stored_id: str, keys: set[DedupeKey], former: DedupeKey) -> Self:
        """Return that one lead has submissions of several customers."""
        numbers = {key.parts[0].partition(";")[0] for key in keys if key.kind is KeyKind.PHONE}
        extensions = len(numbers) == 1 and all(key.kind is KeyKind.PHONE for key in keys)
        reason = EXTENSIONS if extensions else SPLIT_BY[former.kind]
        return cls(change="split", reason=reason, lead_ids=(stored_id,))


async def identity_changes(
    stores: Stores, *, at_once: int = AT_ONCE
) -> AsyncIterator[IdentityChange]:
    """Yield the leads that the newest rule would split, then those that it would join."""
    told = stores.told
    async for change in _splits(told):
        if not await _took_in(stores, change.lead_ids[0]):
            yield change
    secret = await stores.secret()
    start = FIRST
    while start != END:
        moved, start = await _moved(told, secret, start, at_once)
        ids = sorted(moved)
        for some in (ids[at : at + AT_A_TIME] for at in range(0, len(ids), AT_A_TIME)):
            present = {stored.lead.lead_id for stored in await stores.read(some)}
            for new_id in some:
                kind, lead_ids = moved[new_id]
                named = (*((new_id,) if new_id in present else ()), *sorted(lead_ids))
                joined = await _still_apart(stores, named) if len(named) > 1 else ()
                if len(joined) > 1:
                    yield IdentityChange(change="join", reason=JOINED_BY[kind], lead_ids=joined)


async def _took_in(stores: Stores, lead_id: str) -> bool:
    """Tell whether a person has said that a lead is one customer: another was merged into it."""
    return any(stored.lead.merged_from for stored in await stores.read([lead_id]))


async def _still_apart(stores: Stores, ids: Sequence[str]) -> Sequence[str]:
    """Return the leads that these are by now: of those that were merged, the one that stayed."""
    ends = [await _end(stores, stored) for stored in await stores.read(ids)]
    return list(dict.fromkeys(ends))


async def _end(stores: Stores, stored: StoredLead) -> str:
    """Return the id of the lead that one has become part of, as far as that can be read."""
    try:
        return (await followed(stores.leads, stored)).lead_id
    except UnreadableLeadError as error:
        stores.unread.add(error.lead_id)
        return error.lead_id


async def _splits(told: Told) -> AsyncIterator[IdentityChange]:
    """Yield leads whose submissions have several keys; those of one lead come together."""
    of, keys, former = "", set[DedupeKey](), None
    async for stored_id, submission in told():
        if stored_id != of:
            if former and len(keys) > 1:
                yield IdentityChange.split(of, keys, former)
            of, keys, former = stored_id, set(), RULES[-1].key(submission)
        if len(keys) < SHOWN:
            keys.add(dedupe_key(submission))
    if former and len(keys) > 1:
        yield IdentityChange.split(of, keys, former)


async def _moved(
    told: Told, secret: bytes, start: str, at_once: int
) -> tuple[dict[str, tuple[KeyKind, set[str]]], str]:
    """Return leads by the id that they would have, where it is another, and where to go on."""
    end = END
    found: dict[str, tuple[KeyKind, set[str]]] = {}
    async for stored_id, submission in told():
        key = dedupe_key(submission)
        new_id = lead_id(key, secret)
        if new_id == stored_id or not start <= new_id < end:
            continue
        _, ids = found.setdefault(new_id, (key.kind, set()))
        if len(ids) < SHOWN:
            ids.add(stored_id)
        if len(found) > at_once:
            end = sorted(found)[at_once // 2]
            found = {new_id: kept for new_id, kept in found.items() if new_id < end}
    return found, end
