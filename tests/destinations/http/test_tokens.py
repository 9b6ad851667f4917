"""Tokens, as logins answer with them: what can't be sent is none."""

import json
from datetime import timedelta

import pytest

from shared.destinations.http.tokens import Token, token_in
from shared.domain.errors import CrmUnavailableError
from tests.fakes import START

LASTS = timedelta(hours=1)


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("3599", 3599),
        ('"3599"', 3599),
        ('" 3599.5 "', 3599.5),
        ("0", 0),
        ("-1", 0),
        ("1e999", 86_400),
        ("1" + "0" * 30, 86_400),
    ],
)
def test_a_token_lasts_as_long_as_is_told_and_a_day_at_most(told: str, seconds: float) -> None:
    answer = json.loads(f'{{"access_token": "t", "expires_in": {told}}}')

    assert token_in(answer, START) == Token("t", START + timedelta(seconds=seconds))


@pytest.mark.parametrize("told", ["null", '"soon"', "[1]", "NaN", "1" + "0" * 400])
def test_a_token_whose_end_can_not_be_read_is_none(told: str) -> None:
    answer = json.loads(f'{{"access_token": "t", "expires_in": {told}}}')

    with pytest.raises(CrmUnavailableError, match="the answer to the login has no token"):
        token_in(answer, START)
    assert token_in(answer, START, LASTS).ends_at == START + LASTS


@pytest.mark.parametrize("text", [None, "", 7, ["t"], "tök", "t t", "t\r\nX-Other: 1"])
def test_a_token_that_no_header_can_carry_is_none(text: object) -> None:
    with pytest.raises(CrmUnavailableError, match="the answer to the login has no token"):
        token_in({"access_token": text, "expires_in": 60}, START, LASTS)
