"""Pushes to try: the documented samples, and the official one with other values."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.domain.errors import InvalidPushError
from shared.domain.lead import CONTACT_KEYS, Submission
from shared.intake.parse import parse

RECEIVED_AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)

OFFICIAL_SAMPLE: dict[str, Any] = {
    "UserDetails": {
        "FirstName": "Some",
        "LastName": "One",
        "Email": "someone@contoso.com",
        "Phone": "16175555555",
        "Country": "USA",
        "Company": "Contoso",
        "Title": "Esquire",
    },
    "LeadSource": "AzureMarketplace",
    "ActionCode": "INS",
    "OfferTitle": "Test Microsoft",
    "Description": "Test run through Power Automate",
}

FAQ_SAMPLE = """{
    "userDetails": {
        "firstName": "MSFT_TEST_636573304831318844",
        "lastName": "MSFT_TEST_636573304831318844",
        "email": "MSFT_TEST_636573304831318844@test.com",
        "phone": "MSFT_TEST_636573304831318844",
        "country": "MSFT_TEST_636573304831318844",
        "company": "MSFT_TEST_636573304831318844",
        "title": "MSFT_TEST_636573304831318844"
    },
    "leadSource": "MSFT_TEST_636573304831318844-MSFT_TEST_636573304831318844|<Offer Name>",
    "actionCode": "MSFT_TEST_636573304831318844",
    "offerTitle": "MSFT_TEST_636573304831318844"
    "description": "MSFT_TEST_636573304831318844"
}"""


def parsed(body: bytes | str | Mapping[str, object], content_type: str = "") -> Submission:
    if isinstance(body, Mapping):
        body = json.dumps(body)
    if isinstance(body, str):
        body = body.encode()
    return parse(body, content_type, submission_id="s1", received_at=RECEIVED_AT)


def faults(body: bytes | str, content_type: str = "") -> tuple[str, ...]:
    with pytest.raises(InvalidPushError) as refused:
        parsed(body, content_type)
    return refused.value.faults


def official(**changes: object) -> Submission:
    """Parse the official sample with other values, of the contact too."""
    contact = {key: changes.pop(key) for key in CONTACT_KEYS if key in changes}
    details = OFFICIAL_SAMPLE["UserDetails"] | contact
    return parsed({**OFFICIAL_SAMPLE, "UserDetails": details, **changes})


NONCHARACTERS = [
    *range(0xFDD0, 0xFDF0),
    *(plane + last for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF)),
]
