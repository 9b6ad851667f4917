"""What the page's form sends. Pure."""

from dataclasses import dataclass
from urllib.parse import parse_qs

LARGEST_FORM = 32 * 1024
MOST_FIELDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The fields as typed; "" for what was not sent."""

    token: str = ""
    action: str = ""
    by: str = ""
    outcome: str = ""
    note: str = ""
    look_on: str = ""


EMPTY = Form()


def read_form(body: bytes) -> Form:
    """Return the fields of a form; one that no page of ours sends is empty."""
    if len(body) > LARGEST_FORM:
        return EMPTY
    try:
        given = parse_qs(body.decode("utf-8", "replace"), max_num_fields=MOST_FIELDS)
    except ValueError:
        return EMPTY
    last = {name: values[-1] for name, values in given.items()}
    return Form(**{name: last.get(name, "") for name in Form.__dataclass_fields__})
