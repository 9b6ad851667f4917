import pytest

from shared.domain.company import company_id

SECRET = b"secret"


def test_a7_addresses_of_one_domain_are_of_one_company() -> None:
    company = company_id("ada@fabrikam.example", SECRET)

    assert len(company) == 32
    assert company == company_id(" Zoe@FABRIKAM.example", SECRET)
    assert company != company_id("ada@contoso.example", SECRET)
    assert "fabrikam" not in company


def test_a7_only_the_holder_of_the_secret_can_make_the_id_of_a_company() -> None:
    assert company_id("ada@fabrikam.example", SECRET) != company_id("ada@fabrikam.example", b"")


@pytest.mark.parametrize("email", ["ada@gmail.com", "ada@mailinator.com", "no address", ""])
def test_a7_a_free_a_disposable_and_no_address_is_of_no_company(email: str) -> None:
    assert company_id(email, SECRET) == ""
