"""A field that a CRM refuses is left out, and no other."""

import pytest

from shared.destinations.http.refused import (
    MissingFieldsError,
    as_sent,
    refusals,
    without_refused,
)
from shared.domain.errors import CrmError, CrmFieldsRefusedError, CrmRejectedError

OPTIONAL = ("email", "phone", "country")


class Picky:
    """A CRM that refuses fields, one or several at a time."""

    def __init__(self, *refused: set[str]) -> None:
        self.refused = list(refused)
        self.left_out: list[frozenset[str]] = []

    async def send(self, left_out: frozenset[str]) -> str:
        self.left_out.append(left_out)
        if self.refused:
            raise CrmFieldsRefusedError("not these", fields=self.refused.pop(0))
        return "done"


async def test_what_is_refused_is_left_out_until_the_rest_is_taken() -> None:
    crm = Picky({"email"}, {"phone", "country"})

    assert await without_refused(crm.send, OPTIONAL) == ("done", frozenset(OPTIONAL))
    assert crm.left_out == [frozenset(), {"email"}, {"email", "phone", "country"}]


async def test_what_is_taken_is_sent_once() -> None:
    assert await without_refused(Picky().send, OPTIONAL) == ("done", frozenset())


@pytest.mark.parametrize("refused", [{"optOut"}, {"email", "optOut"}, set[str]()])
async def test_a_field_that_must_not_be_left_out_is_a_refusal_of_the_lead(
    refused: set[str],
) -> None:
    crm = Picky(refused)

    with pytest.raises(CrmRejectedError, match="not these"):
        await without_refused(crm.send, OPTIONAL)

    assert len(crm.left_out) == 1


async def test_a_field_that_is_refused_although_it_was_not_sent_ends_it() -> None:
    crm = Picky({"email"}, {"email"})

    with pytest.raises(CrmRejectedError, match="not these"):
        await without_refused(crm.send, OPTIONAL)

    assert len(crm.left_out) == 2


@pytest.mark.parametrize(
    ("required", "raised"), [("Phone", CrmRejectedError), ("industry", MissingFieldsError)]
)
async def test_what_is_refused_and_then_required_is_said_of_the_lead_and_nothing_else_is(
    required: str, raised: type[CrmError]
) -> None:
    async def send(left_out: frozenset[str]) -> None:
        if left_out:
            raise MissingFieldsError("required", fields=[required])
        raise CrmFieldsRefusedError("no", fields=["phone"])

    with pytest.raises(raised, match="required") as told:
        await without_refused(send, OPTIONAL)

    assert type(told.value) is raised
    assert ("gave for phone is not accepted" in str(told.value)) == (required == "Phone")


def test_a_name_is_known_in_any_case_and_any_other_stays_as_it_is() -> None:
    assert as_sent({"jobtitle": "Clerk", "Phone": ""}, ["JobTitle", "PHONE", "Fax"]) == {
        "jobtitle",
        "Phone",
        "Fax",
    }


def test_a_field_is_known_by_its_other_names_unless_another_one_has_them() -> None:
    twins = {"job title": ("title",), "state": ("Country", "CountryCode"), "fax": ("phone",)}

    assert as_sent({"title", "Country"}, ["Job Title", "STATE"], twins) == {"title", "Country"}
    assert as_sent({"State", "Country"}, ["state"], twins) == {"State"}
    assert as_sent({"Country"}, ["Fax"], twins) == {"Fax"}


def test_a_remark_names_the_field() -> None:
    assert refusals("HubSpot", {"phone", "email"}) == (
        "email left out: not accepted by HubSpot",
        "phone left out: not accepted by HubSpot",
    )
