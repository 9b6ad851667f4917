"""The text field that shows what a customer did: Marketo has no notes."""

from collections.abc import Sequence

from shared.destinations.http.texts import interest_text, mark
from shared.destinations.http.values import CUT, Fitted
from shared.domain.lead import Interest

TEXT_AREA_BYTES = 30_000
"""Of a field of type Text Area, see
https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/lead-database/field-types
"""

LINE_BYTES = 3_000
"""Of one of our lines: all that there can be leave room for the interest."""


def with_interest(field: str, interest: Interest, before: str, told: Sequence[str] = ()) -> Fitted:
    """Return the field with an interest before the others, and lines of ours below its text.

    Nothing is returned if it stands there already. Where not all fit, the oldest give way.
    """
    ours = mark(interest)
    if not field or ours in before:
        return Fitted({}, ())
    end = "\n".join((*(_cut(line, LINE_BYTES) for line in told), ours))
    # What is below is cut after the mark, by which a note is recognised, and never in it.
    least = f"\n{end}\n\n{CUT}" if before else f"\n{end}"
    whole = interest_text(interest)
    said = _cut(whole, TEXT_AREA_BYTES - len(least.encode()))
    remarks = (f"{field} cut to {TEXT_AREA_BYTES} bytes",) if said != whole else ()
    return Fitted({field: _above(f"{said}\n{end}", before)}, remarks)


def with_lines(field: str, told: Sequence[str], before: str) -> dict[str, str]:
    """Return the field with lines of ours above what it has, without those that it has."""
    new = [line for line in (_cut(line, LINE_BYTES) for line in told) if line not in before]
    return {field: _above("\n".join(new), before)} if field and new else {}


def _above(text: str, before: str) -> str:
    return _cut(f"{text}\n\n{before}" if before else text, TEXT_AREA_BYTES)


def _cut(text: str, size: int) -> str:
    """Cut a text to so many bytes, never within a character."""
    whole = text.encode()
    if len(whole) <= size:
        return text
    return whole[: size - len(CUT.encode())].decode(errors="ignore") + CUT
