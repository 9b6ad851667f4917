"""The text field that shows what a customer did: Marketo has no notes."""

from shared.destinations.http.texts import interest_text, mark
from shared.destinations.http.values import CUT, Fitted
from shared.domain.lead import Interest

TEXT_AREA_BYTES = 30_000
"""Of a field of type Text Area, see
https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/lead-database/field-types
"""


def with_interest(field: str, interest: Interest, before: str, addition: str) -> Fitted:
    """Return the field with an interest before the others, and a line of ours added to it.

    Nothing is returned if it stands there already. Where not all fit, the oldest give way.
    """
    ours = mark(interest)
    if not field or ours in before:
        return Fitted({}, ())
    whole = "\n".join(filter(None, (interest_text(interest), addition)))
    below = f"\n\n{before}" if before else ""
    # What is below is cut after the mark, by which a note is recognised, and never in it.
    least = f"\n{ours}\n\n{CUT}" if before else f"\n{ours}"
    said = _cut(whole, TEXT_AREA_BYTES - len(least.encode()))
    remarks = (f"{field} cut to {TEXT_AREA_BYTES} bytes",) if said != whole else ()
    return Fitted({field: _cut(f"{said}\n{ours}{below}", TEXT_AREA_BYTES)}, remarks)


def _cut(text: str, size: int) -> str:
    """Cut a text to so many bytes, never within a character."""
    whole = text.encode()
    if len(whole) <= size:
        return text
    return whole[: size - len(CUT.encode())].decode(errors="ignore") + CUT
