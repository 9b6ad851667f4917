"""What others are given beside a contact: codes that a program can compare. Pure."""

from typing import TYPE_CHECKING

from shared.domain.identity.person import person

if TYPE_CHECKING:
    from shared.domain.lead import Contact

NORMAL_FORMS = ("country_code", "country_name", "phone_e164")


def normal_forms(contact: "Contact") -> dict[str, str]:
    """Return country and telephone in the forms of ISO 3166 and E.164; "" for what has none."""
    who = person(contact)
    return dict(zip(NORMAL_FORMS, (who.country, who.country_name, who.phone.number), strict=True))
