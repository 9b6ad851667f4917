"""What can't be read as a vendor documents it is no answer."""

import pytest

from shared.destinations.http.reading import understood
from shared.domain.errors import CrmUnavailableError


@pytest.mark.parametrize(
    "error", [KeyError("a"), TypeError("a"), ValueError("a"), IndexError(), OverflowError()]
)
def test_an_answer_that_can_not_be_read_is_none(error: Exception) -> None:
    with (
        pytest.raises(CrmUnavailableError, match=r"^not as Fabrikam answers, check FABRIKAM_URL$"),
        understood("Fabrikam", "FABRIKAM_URL"),
    ):
        raise error


def test_another_fault_is_left_as_it_is() -> None:
    with pytest.raises(OSError, match="disk"), understood("Fabrikam", "FABRIKAM_URL"):
        raise OSError("disk")
