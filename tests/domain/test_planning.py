"""Whose lead it is, by the id that a CRM shows."""

import pytest

from shared.domain.planning import same_owner

GUID = "9f0c3b3e-1d2a-4f5b-8c6d-7e8f9a0b1c2d"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (GUID, f"systemuser:{GUID}", True),
        (GUID.upper(), f"systemuser:{GUID}", True),
        (f"{{{GUID}}}", GUID, True),
        (f"systemuser:{{{GUID}}}", GUID, True),
        (GUID, f"team:{GUID}", False),
        ("0055g00000ABCdE", "0055g00000ABCde", False),
        ("0055g00000ABCde", "0055g00000ABCdeAAB", True),
        ("0055g00000ABCdE", "0055g00000ABCdeAAB", False),
        ("12345", "12345", True),
        ("12345", "12346", False),
        ("", "", False),
    ],
)
def test_one_owner_is_spelt_in_several_ways(one: str, other: str, same: bool) -> None:  # noqa: FBT001
    """A5."""
    assert same_owner(one, other) is same
    assert same_owner(other, one) is same
