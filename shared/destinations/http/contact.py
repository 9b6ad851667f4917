"""What a CRM is given of a contact, and what is told in words beside the interest instead.

A value that is too long is cut if its beginning is of use, as that of a company's name is; an
address, a number, a country is left out. So is what the CRM does not accept.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from shared.destinations.http.countries import CountryFormat, country_for
from shared.destinations.http.refused import refusals
from shared.destinations.http.texts import as_given
from shared.destinations.http.values import fitted
from shared.domain.lead import CONTACT_FIELDS, Contact

WHOLE = {"email", "phone", "country"}
"""Fields whose values are sent whole or not at all."""

UNKNOWN_COUNTRY = "not a country that we know"


@dataclass(frozen=True, slots=True)
class Written:
    """Values by the CRM's names; a remark and a line of words for each that is not as given."""

    values: dict[str, str]
    remarks: tuple[str, ...]
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """How one CRM has contacts: its name, its fields by ours, their lengths, and its countries."""

    vendor: str
    names: Mapping[str, str]
    lengths: Mapping[str, int]
    country: CountryFormat

    def written(
        self,
        contact: Contact,
        fields: Collection[str] = CONTACT_FIELDS,
        refused: Collection[str] = (),
    ) -> Written:
        """Return the contact's fields; ``refused`` are the CRM's names of some to leave out."""
        given = {n: v for n, v in contact.given().items() if n in fields and n in self.names}
        wanted = {name: self._wanted(name, value) for name, value in given.items()}
        unfit = {name: why for name, value in wanted.items() if (why := self._unfit(name, value))}
        not_accepted = [name for name in given if self.names[name] in refused]
        sent = {n: v for n, v in wanted.items() if n not in {*unfit, *not_accepted}}
        fit = fitted({self.names[name]: value for name, value in sent.items()}, self.lengths)
        cut = [name for name, value in sent.items() if fit.values[self.names[name]] != value]
        left_out = [name for name in unfit if name not in not_accepted]
        return Written(
            fit.values,
            (
                *fit.remarks,
                *(f"{self.names[name]} left out: {unfit[name]}" for name in left_out),
                *refusals(self.vendor, [self.names[name] for name in not_accepted]),
            ),
            (
                *as_given(contact, [*cut, *left_out]),
                *as_given(contact, not_accepted, self.vendor),
            ),
        )

    def _wanted(self, name: str, given: str) -> str:
        return country_for(self.country, given) if name == "country" else given

    def _unfit(self, name: str, wanted: str) -> str:
        """Return why a value is left out, "" if it is not."""
        if not wanted:
            return UNKNOWN_COUNTRY
        theirs = self.names[name]
        too_long = name in WHOLE and fitted({theirs: wanted}, self.lengths).remarks
        return f"longer than {self.lengths[theirs]} characters" if too_long else ""
