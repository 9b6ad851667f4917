"""State and Country/Territory Picklists, where an admin has enabled them.

A country is then a code of ISO 3166 and the name that goes with it; one gives the other. See
https://help.salesforce.com/s/articleView?id=sf.admin_state_country_picklists_overview.htm
"""

from collections.abc import Iterator

import pycountry
from starlette.responses import JSONResponse

from local.fakes.salesforce.answers import error
from local.fakes.salesforce.org import Row

NAMES = {
    country.alpha_2: getattr(country, "common_name", country.name)
    for country in pycountry.countries
}
CODES = {name: code for code, name in NAMES.items()}
PROBLEM = (
    "There's a problem with this country, even though it may appear correct. Please select a"
    " country/territory from the list of valid countries."
)


def refusals(given: Row) -> Iterator[JSONResponse]:
    """Return what is said of a country that is none of the list."""
    for name, known in (("Country", CODES), ("CountryCode", NAMES)):
        if given.get(name) and given[name] not in known:
            yield error("FIELD_INTEGRITY_EXCEPTION", f"{PROBLEM}: {name}", name)


def completed(given: Row) -> Row:
    """Return a code with its name, or a name with its code."""
    if given.get("CountryCode"):
        return {**given, "Country": NAMES[given["CountryCode"]]}
    return {**given, "CountryCode": CODES[given["Country"]]} if given.get("Country") else given
