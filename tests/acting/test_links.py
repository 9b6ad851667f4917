"""Links to act: who made them, for whom, until when."""

import hmac
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer

from shared.acting.links import (
    LINK,
    PURPOSE,
    VALID_FOR,
    ActLink,
    ExpiredLinkError,
    InvalidLinkError,
    form_token,
    link_to_act,
    read_link,
    shown_for,
)

LEAD = "90456f65571d00a8b903f80c8cbe1d87"
SECRET = b"a" * 64
URL = "https://relay.example.com"
NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


def token(recipient: str = "ada", *, secret: bytes = SECRET, now: datetime = NOW) -> str:
    [found] = parse_qs(urlsplit(link_to_act(LEAD, recipient, URL, secret, now)).query)["link"]
    return found


def link(recipient: str = "ada", *, now: datetime = NOW) -> ActLink:
    return read_link(token(recipient, now=now), SECRET, now)


def test_a_link_leads_to_the_app_and_names_lead_recipient_and_end() -> None:
    assert link_to_act(LEAD, "ada", URL, SECRET, NOW).startswith(f"{URL}/api/act?link=")
    assert link() == ActLink(lead_id=LEAD, recipient="ada", ends_at=NOW + timedelta(days=14))


@given(recipient=st.text(max_size=60), public_url=st.sampled_from([URL, f"{URL}/leads"]))
def test_a_link_is_an_address_whatever_a_member_is_called(recipient: str, public_url: str) -> None:
    address = link_to_act(LEAD, recipient, public_url, SECRET, NOW)

    assert all(" " < char < "\x7f" and char not in "\"'()<>[\\]`{|}" for char in address)
    [found] = parse_qs(urlsplit(address).query)["link"]
    assert read_link(found, SECRET, NOW).recipient == recipient


def test_a_link_to_a_person_names_who_acts_and_one_to_a_team_does_not() -> None:
    assert link("ada").member == "ada"
    assert link("team:emea").member == ""
    assert link("team:").member == ""


def test_an_app_that_does_not_know_its_address_makes_no_link() -> None:
    assert link_to_act(LEAD, "ada", "", SECRET, NOW) == ""


def test_without_a_secret_no_link_is_made_and_none_is_valid() -> None:
    assert link_to_act(LEAD, "ada", URL, b"", NOW) == ""
    with pytest.raises(InvalidLinkError, match="no link was ever signed"):
        read_link(token(), b"", NOW)


def test_a_link_is_valid_for_14_days() -> None:
    last = NOW + VALID_FOR - timedelta(milliseconds=1)

    assert read_link(token(), SECRET, last) == link()
    with pytest.raises(ExpiredLinkError, match="expired"):
        read_link(token(), SECRET, NOW + VALID_FOR)


def test_f4_links_and_forms_die_when_the_lead_id_secret_changes() -> None:
    form = form_token(link(), "interest|s1", SECRET)

    with pytest.raises(InvalidLinkError, match="not one of ours"):
        read_link(token(), b"b" * 64, NOW)
    assert shown_for(form, link(), b"b" * 64) == ""


@given(place=st.integers(0, 400), char=st.sampled_from("aA0_-.~é "))
def test_a_link_that_was_changed_is_not_ours(place: int, char: str) -> None:
    good = token()
    at = place % len(good)
    changed = good[:at] + char + good[at + 1 :]
    if changed == good or at == len(good) - 1:  # the last digit has bits that say nothing
        return

    with pytest.raises(InvalidLinkError, match="not one of ours"):
        read_link(changed, SECRET, NOW)


@given(st.text())
def test_any_other_text_is_not_ours(text: str) -> None:
    with pytest.raises(InvalidLinkError, match="not one of ours"):
        read_link(text, SECRET, NOW)


@pytest.mark.parametrize("said", ["x", [], [LEAD, "ada", "soon"], [1, 2, 3], {"lead": LEAD}])
def test_what_another_version_signed_is_not_ours(said: object) -> None:
    signer = URLSafeSerializer(
        hmac.digest(SECRET, PURPOSE, "sha256"),
        salt=LINK,
        signer_kwargs={"digest_method": sha256, "key_derivation": "hmac"},
    )

    with pytest.raises(InvalidLinkError, match="not one of ours"):
        read_link(str(signer.dumps(said)), SECRET, NOW)


def test_the_token_of_a_form_is_no_link_and_the_other_way_round() -> None:
    with pytest.raises(InvalidLinkError, match="not one of ours"):
        read_link(form_token(link(), "interest|s1", SECRET), SECRET, NOW)
    assert shown_for(token(), link(), SECRET) == ""


def test_a_form_says_what_it_was_shown_for_to_its_own_link_only() -> None:
    form = form_token(link(), "interest|s1", SECRET)

    assert shown_for(form, link(), SECRET) == "interest|s1"
    assert shown_for(form, link("grace"), SECRET) == ""
    assert shown_for(form, link(now=NOW + timedelta(seconds=1)), SECRET) == ""
    assert shown_for("", link(), SECRET) == ""
