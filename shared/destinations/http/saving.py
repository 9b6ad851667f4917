"""A lead is written without the fields that a CRM refuses by name, rather than not at all."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from shared.destinations.http.refused import without_refused
from shared.domain.errors import CrmError, CrmFieldsRefusedError
from shared.domain.lead import Contact, Lead
from shared.ports.crm import Changed


@dataclass(frozen=True, slots=True)
class Body:
    """The fields of a request, and a remark for each value that is not as it was given.

    ``open`` are the fields that the customer's words are in: what is said of one of these is said
    of this lead, and what is said of another one is said of the settings. ``stand_ins`` are those
    that hold a placeholder.
    """

    values: Mapping[str, Any]
    open: frozenset[str]
    remarks: tuple[str, ...]
    stand_ins: frozenset[str] = frozenset()

    @property
    def by_settings(self) -> frozenset[str]:
        """Return the fields whose values the settings alone decide."""
        return frozenset(self.values.keys() - self.open)

    def with_values(self, values: Mapping[str, Any]) -> "Body":
        """Return it with further values, such as an owner."""
        return replace(self, values={**self.values, **values})


NOTHING = Body({}, frozenset(), ())


@dataclass(frozen=True, slots=True)
class Saved[Answer]:
    """What was written and answered; ``refused`` are the fields that were left out."""

    body: Body
    answer: Answer
    refused: frozenset[str] = frozenset()


type BodyOf = Callable[[Collection[str]], Body]
"""Makes a body without some fields."""


async def save[Answer](
    body_of: BodyOf,
    send: Callable[[Body], Awaitable[Answer]],
    for_good: Callable[[CrmFieldsRefusedError, Body], CrmError],
) -> Saved[Answer]:
    """Write a lead; raise ``CrmError``.

    ``for_good`` says of the whole body what a refusal means of a value that can't be left out.
    """
    whole = body_of(frozenset())

    async def attempt(refused: frozenset[str]) -> tuple[Body, Answer]:
        body = body_of(refused)
        return body, await send(body)

    try:
        (body, answer), refused = await without_refused(attempt, whole.open)
    except CrmFieldsRefusedError as error:
        raise for_good(error, whole) from None
    return Saved(body, answer, refused)


def to_fill(
    lead: Lead,
    changed: Changed,
    names: Mapping[str, str],
    shown: Mapping[str, object],
    first_values: Callable[[Contact], Mapping[str, str]],
    *,
    all_ours: bool = False,
) -> list[str]:
    """Return the fields, by our names, to write to a record that was found: others' values stay.

    What stands there may be an older value of ours, of a request that got no answer: one of the
    ``first_values`` of a contact. ``names`` are the CRM's; ``all_ours`` says that every value is.
    """
    contacts = (lead.contact, *(interest.submission.contact for interest in changed.interests))
    new, *older = (first_values(contact) for contact in contacts)
    return [
        name
        for name in lead.contact.given()
        if (theirs := names.get(name))
        and (there := shown.get(theirs) or "") != new.get(theirs)
        and (all_ours or not there or any(there == values.get(theirs) for values in older))
    ]
