"""Whose lead it is, by the id that a CRM shows, and what they are called."""

from dataclasses import replace

import pytest

from shared.domain.planning import owner_name, owner_words, same_owner
from tests.domain.histories import merged, submission
from tests.telling import rules

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
def test_a5_one_owner_is_spelt_in_several_ways(one: str, other: str, same: bool) -> None:  # noqa: FBT001
    assert same_owner(one, other) is same
    assert same_owner(other, one) is same


@pytest.mark.parametrize(
    ("owner", "called"),
    [
        ("anna", "Anna"),
        ("zoe", "zoe"),
        ("dynamics:systemuser:7", "somebody in dynamics (systemuser:7)"),
        ("", ""),
    ],
)
def test_an_owner_is_called_the_same_everywhere(owner: str, called: str) -> None:
    lead = replace(merged([submission()]), owner=owner, team="north")

    assert owner_name(rules(), lead) == called
    assert owner == "anna" or owner_words(owner) == called
