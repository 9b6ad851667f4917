"""No text is longer than a column of a table, which counts in UTF-16 units."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.lead import Submission
from shared.intake.limits import LARGEST_BODY
from shared.intake.parse import parse
from shared.intake.texts import LONGEST_COLUMN, LONGEST_TEXT
from tests.fakes import START

CUT = "Description has more than 32,768 characters and was cut"


def parsed(body: bytes, content_type: str = "") -> Submission:
    assert len(body) <= LARGEST_BODY
    return parse(body, content_type, submission_id="s1", received_at=START)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize("item", ["1", '"\x01\x02"', '{"\x01":0}', "[[]]"])
def test_what_grows_as_json_is_cut(item: str) -> None:
    items = ",".join([item] * (32_000 // (len(item) + 1)))
    lead = parsed(f'{{"LeadSource":"a-b|c","Description":[{items}]}}'.encode())

    assert units(lead.description) <= LONGEST_COLUMN
    assert (CUT in lead.warnings) == (units(lead.description) == LONGEST_COLUMN)


@pytest.mark.parametrize("character", ["x", "ü", "語", "🙂"])
def test_a_text_is_never_cut_however_long(character: str) -> None:
    frame = '{{"LeadSource":"a-b|c","Description":"{}"}}'
    room = LARGEST_BODY - len(frame) + 4
    text = character * (room // len(character.encode()))

    lead = parsed(frame.format(text).encode())

    assert lead.description == text
    assert CUT not in lead.warnings


def test_no_character_is_cut_in_half() -> None:
    lead = parsed(json.dumps({"OfferTitle": "x" + "🙂" * LONGEST_TEXT}).encode())

    assert lead.offer_title == "x" + "🙂" * (LONGEST_TEXT // 2 - 1)
    assert "OfferTitle has more than 1,000 characters and was cut" in lead.warnings


@given(st.lists(st.text(max_size=3) | st.integers(0, 9), max_size=6), st.integers(1, 2_000))
def test_whatever_is_described_fits(items: list[str | int], times: int) -> None:
    body = json.dumps({"LeadSource": "a", "Description": items * times}).encode()[:LARGEST_BODY]
    if body.endswith(b"}"):
        assert units(parsed(body).description) <= LONGEST_COLUMN
