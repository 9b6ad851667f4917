"""Which fields of a record that was found are filled, and what of a lead is left out."""

from collections.abc import Collection
from datetime import UTC, datetime

import pytest

from shared.destinations.http.saving import Body, save, to_fill
from shared.domain.errors import CrmError, CrmFieldsRefusedError, CrmRejectedError, CrmSettingsError
from shared.domain.lead import Contact, Interest, KeyKind, Lead, Submission
from shared.ports.crm import Changed

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)
NAMES = {"last_name": "LastName", "company": "Company", "phone": "Phone"}


def lead_with(contact: Contact, *before: Contact) -> tuple[Lead, Changed]:
    lead = Lead(lead_id="1" * 32, key_kind=KeyKind.EMAIL, contact=contact, created_at=NOW)
    interests = [
        Interest(
            submission=Submission(submission_id=f"s{n}", received_at=NOW, contact=one), version=n
        )
        for n, one in enumerate(before, 1)
    ]
    return lead, Changed(record=None, fields=frozenset(), interests=interests)


def first_values(contact: Contact) -> dict[str, str]:
    """Write a name and a company; nobody is without a name."""
    values = {"LastName": contact.last_name or "(no name)", "Company": contact.company}
    return {name: value for name, value in values.items() if value}


@pytest.mark.parametrize(
    ("shown", "filled"),
    [
        ({}, ["last_name", "company", "phone"]),
        ({"LastName": "Weaver", "Company": None}, ["company", "phone"]),
        ({"LastName": "(no name)", "Company": "Looms"}, ["last_name", "company", "phone"]),
        ({"LastName": "Somebody", "Company": "Else", "Phone": "1"}, []),
    ],
)
def test_a_record_that_was_found_keeps_what_is_not_an_older_value_of_ours(
    shown: dict[str, object], filled: list[str]
) -> None:
    older = Contact(company="Looms")
    lead, changed = lead_with(Contact(last_name="Weaver", company="Looms Ltd", phone="2"), older)

    assert sorted(to_fill(lead, changed, NAMES, shown, first_values)) == sorted(filled)


def test_a_record_that_is_all_ours_gets_every_other_value() -> None:
    lead, changed = lead_with(Contact(last_name="Weaver", company="Looms", title="Dr"))
    shown = {"LastName": "Somebody", "Company": "Looms"}

    found = to_fill(lead, changed, NAMES, shown, first_values, all_ours=True)

    assert found == ["last_name"]


WHOLE = {"Phone": "1", "Status": "New"}


def body_of(left_out: Collection[str]) -> Body:
    values = {name: value for name, value in WHOLE.items() if name not in left_out}
    return Body(values, frozenset({"Phone"} & values.keys()), ())


def for_good(error: CrmFieldsRefusedError, whole: Body) -> CrmError:
    kind = CrmSettingsError if error.fields & whole.by_settings else CrmRejectedError
    return kind(str(error))


async def test_what_is_refused_of_the_customer_is_left_out_and_told() -> None:
    async def send(body: Body) -> str:
        if "Phone" in body.values:
            raise CrmFieldsRefusedError("no number", fields={"Phone"})
        return "done"

    saved = await save(body_of, send, for_good)

    assert saved.answer == "done"
    assert saved.refused == {"Phone"}
    assert saved.body.values == {"Status": "New"}


async def test_what_is_refused_of_the_settings_is_a_fault_of_theirs() -> None:
    async def send(body: Body) -> str:
        raise CrmFieldsRefusedError("no such status", fields=set(body.values) - {"Phone"})

    with pytest.raises(CrmSettingsError, match="no such status"):
        await save(body_of, send, for_good)
