"""Answers that are read strictly: what is not as a vendor documents it is no answer."""

from collections.abc import Iterator
from contextlib import contextmanager

from shared.domain.errors import CrmUnavailableError


@contextmanager
def understood(vendor: str, setting: str) -> Iterator[None]:
    """Take an answer to a question that can't be read for none."""
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise CrmUnavailableError(f"not as {vendor} answers, check {setting}") from error
