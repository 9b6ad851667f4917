"""A lead is bound to the record that the publisher means, whatever the customer's words are."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from local.fakes.dynamics import DynamicsServer
from shared.destinations.dynamics.bindings import binding_fault, own_columns
from shared.destinations.dynamics.settings import DynamicsSettings
from tests.destinations.dynamics.odata_key import Address, read
from tests.destinations.dynamics.world import CrmFor, customer, new
from tests.examples import interest

ACCOUNT = "parentaccountid@odata.bind"
BY_NAME = "/accounts(name='{company}',address1_country='{country}')"
ANOTHER = "00000000-0000-0000-0000-000000000001"
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)
CRAFTED = [
    "O'Brien",
    "''",
    f"x') or /accounts({ANOTHER}",
    f"x%27)/$ref?@p=('{ANOTHER}",
    "a',address1_country='b",
    "a/b\\c?d#e&f+g:h;i,j=k(l)m%n",
    "{country} 日本 🙂",
]


def bound(address: str, **contact: str) -> str:
    """Return the address that a lead of a customer is bound to."""
    own = own_columns({ACCOUNT: address}, customer(**contact), interest())
    return str(own.values[ACCOUNT])


@settings(max_examples=400, deadline=None)
@given(company=WORDS, country=WORDS)
@example(company=CRAFTED[2], country=CRAFTED[4])
def test_a_customers_words_are_a_keys_value_and_nothing_else(company: str, country: str) -> None:
    address = read(bound(BY_NAME, company=company, country=country))

    assert address == Address("accounts", {"name": company, "address1_country": country})


@pytest.mark.parametrize("company", CRAFTED)
def test_no_company_name_binds_to_a_record_of_the_customers_choice(company: str) -> None:
    assert read(bound("/accounts(name='{company}')", company=company)).key == {"name": company}


def test_what_is_done_to_a_text_is_done_before_it_is_written_for_a_url() -> None:
    assert read(bound("/accounts(name='{company:.3}')", company="''''")).key == {"name": "'''"}


@pytest.mark.parametrize(
    "address",
    [
        "/accounts({company})",
        "/{company}(name='x')",
        "/accounts(name='x',{company}='y')",
        "/accounts(name='it''s',accountnumber={company})",
    ],
)
def test_a_customers_words_may_stand_in_quotes_only(address: str) -> None:
    assert "{company} outside of quotes" in binding_fault(address)


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({ACCOUNT: "/accounts({company})"}, "'parentaccountid@odata.bind' has {company} outside"),
        ({ACCOUNT: "/accounts(name='{company})"}, "has a quote that is not closed"),
        *(
            ({name: "/accounts({company})"}, f"'{name}' has an @ that is not p@odata.bind")
            for name in ("p@OData.Bind", "p@bind", "p@x@odata.bind", "p@odata.type")
        ),
        ({"LeadId": ANOTHER}, "'LeadId' is set by the relay itself"),
    ],
)
def test_a_setting_that_a_customer_could_bend_is_refused(own: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        DynamicsSettings.model_validate(
            {
                "DYNAMICS_URL": "https://fabrikam.crm4.dynamics.com",
                "DYNAMICS_CREDENTIAL": "managedidentity",
                "DYNAMICS_FIELDS": json.dumps(own),
            }
        )


async def test_nothing_is_bound_by_an_empty_text(crm_for: CrmFor, server: DynamicsServer) -> None:
    owner = "ownerid@odata.bind"
    crm = crm_for(DYNAMICS_FIELDS=json.dumps({owner: "/teams(name='{company}')"}))

    upserted = await crm.upsert(customer(company=""), new(), uncertain=False)

    assert server.bodies[0]["body"][owner] == f"/teams({server.team.id})"
    assert upserted.remarks == (f"{owner} left out: nothing was given to look it up by",)
