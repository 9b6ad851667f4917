import base64
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.envelope import Deliver, Envelope, Push, parse_message
from shared.domain.errors import InvalidMessageError, NewerMessageError

RECEIVED_AT = datetime(2026, 11, 20, 9, 30, 0, 123456, tzinfo=UTC)
LARGEST_BODY = 32 * 1024
LARGEST_MESSAGE = 64 * 1024
LEAD_ID = "0123456789abcdef" * 2


def push(body: bytes = b"{}", content_type: str = "application/json") -> Push:
    return Push(submission_id="s-1", received_at=RECEIVED_AT, content_type=content_type, body=body)


def changed(message: Envelope, **fields: object) -> str:
    """Return the message with other values; None takes a field out."""
    stored = json.loads(message.to_text()) | fields
    return json.dumps({key: value for key, value in stored.items() if value is not None})


def test_a_push_is_stored_in_the_documented_form() -> None:
    assert json.loads(push(b"\xff").to_text()) == {
        "schemaVersion": 1,
        "kind": "push",
        "attempt": 0,
        "submissionId": "s-1",
        "receivedAt": "2026-11-20T09:30:00.123456Z",
        "contentType": "application/json",
        "body": "/w==",
    }


def test_a_delivery_is_stored_in_the_documented_form() -> None:
    message = Deliver(lead_id=LEAD_ID, release_version=3, traceparent="00-1-2-01")
    assert json.loads(message.to_text()) == {
        "schemaVersion": 1,
        "kind": "deliver",
        "attempt": 0,
        "leadId": LEAD_ID,
        "releaseVersion": 3,
        "traceparent": "00-1-2-01",
    }


@settings(deadline=None)
@given(
    body=st.binary(max_size=300),
    content_type=st.text(max_size=20),
    attempt=st.integers(min_value=0),
    received_at=st.datetimes(timezones=st.just(UTC)),
)
def test_any_push_comes_back_as_it_was_sent(
    body: bytes, content_type: str, attempt: int, received_at: datetime
) -> None:
    message = Push(
        submission_id="s-1",
        received_at=received_at,
        content_type=content_type,
        body=body,
        attempt=attempt,
    )
    text = message.to_text()
    assert text.isascii()
    assert parse_message(text) == message
    assert parse_message(base64.b64encode(text.encode()).decode()) == message


@pytest.mark.parametrize("version", [None, 1, 2**40])
def test_any_delivery_comes_back_as_it_was_sent(version: int | None) -> None:
    message = Deliver(lead_id=LEAD_ID, release_version=version, attempt=7, traceparent="00-1-2-01")
    assert parse_message(message.to_text()) == message
    assert parse_message(message.postponed().to_text()).attempt == 8


def test_times_of_other_zones_are_the_same_time() -> None:
    zone = timezone(timedelta(hours=-8))
    other = push().model_copy(update={"received_at": RECEIVED_AT.astimezone(zone)})
    assert parse_message(other.to_text()) == push()


def test_the_largest_body_fits_the_queue() -> None:
    message = Push(
        submission_id="s" * 64,
        received_at=RECEIVED_AT,
        content_type="é" * 1_000,
        body=b"\xff" * LARGEST_BODY,
        attempt=10**6,
        traceparent="0" * 55,
    )
    assert len(message.to_text()) <= LARGEST_MESSAGE


def test_fields_that_this_version_does_not_know_go_along_with_the_message() -> None:
    newer = {"tenant": "contoso", "limits": {"most": 1.5, "at": [None, True]}}
    message = parse_message(changed(push(), **newer))
    again = parse_message(message.with_unsent_claims("c1").postponed().to_text())

    assert isinstance(message, Push)
    assert message.model_copy(update={"attempt": 1}) != push()
    assert again.newer == message.newer == newer
    assert push().newer == {}


def test_what_is_left_of_a_message_has_what_a_newer_version_put_in_and_nothing_done() -> None:
    newer = {"tenant": "contoso", "releaseVersion": 7, "lead_id": "not a lead"}
    first = parse_message(changed(push(), traceparent="00-1-2-01", **newer))
    asked = Deliver(lead_id=LEAD_ID, release_version=3, unsent_claims=("c1",), attempt=2)

    left = Deliver.next_of(first, LEAD_ID)
    assert left.newer == {"tenant": "contoso"}
    assert (left.lead_id, left.release_version, left.attempt) == (LEAD_ID, None, 1)
    assert left.traceparent == "00-1-2-01"
    assert Deliver.next_of(asked, LEAD_ID) == Deliver(lead_id=LEAD_ID, attempt=3)


def test_only_the_fields_that_came_later_may_be_missing() -> None:
    older = changed(push(content_type=""), attempt=None, contentType=None)
    assert parse_message(older) == push(content_type="")


def test_a_postponed_message_differs_in_its_attempt_only() -> None:
    assert push().postponed().postponed() == push().model_copy(update={"attempt": 2})


def test_a_newer_message_is_not_invalid() -> None:
    with pytest.raises(NewerMessageError, match="a newer version of this app"):
        parse_message('{"schemaVersion": 2, "kind": "unheard of"}')


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "message: Invalid JSON"),
        ("{", "message: Invalid JSON"),
        ("null", "message: "),
        ("[]", "message: "),
        ("not base64!", "message: Invalid JSON"),
        ("{\ud800", "message: "),
        ("é", "message: Invalid JSON"),
        ("[" * 30_000, "message: Invalid JSON"),
        (base64.b64encode(b"\xff\xfe").decode(), "message: Invalid JSON"),
        ("!" + base64.b64encode(push().to_text().encode()).decode(), "message: Invalid JSON"),
        ("{}", "schemaVersion: Field required"),
        ('{"schemaVersion": "one"}', "schemaVersion: "),
        ('{"schemaVersion": 1}', "Unable to extract tag"),
        ('{"schemaVersion": 1, "kind": "post"}', "kind should be one of 'push', 'deliver'"),
        (changed(push(), schemaVersion=0), "push.schemaVersion: Input should be 1"),
        (changed(push(), submissionId=None), "push.submissionId: Field required"),
        (changed(push(), submissionId=""), "push.submissionId: "),
        (changed(push(), submissionId="a|b"), "push.submissionId: "),
        (changed(push(), submissionId="a\n"), "push.submissionId: "),
        (changed(push(), receivedAt="2026-11-20T09:30:00"), "push.receivedAt: "),
        (changed(push(), body=None), "push.body: Field required"),
        (changed(push(), body="not base64!"), "push.body: "),
        (changed(push(), body="e!30="), "push.body: "),
        (changed(push(), body="ü"), "push.body: "),
        (changed(push(), body=[1]), "push.body: "),
        (changed(push(), attempt=-1), "push.attempt: "),
        (changed(Deliver(lead_id=LEAD_ID), leadId=LEAD_ID.upper()), "deliver.leadId: "),
        (changed(Deliver(lead_id=LEAD_ID), leadId=LEAD_ID[1:]), "deliver.leadId: "),
        (changed(Deliver(lead_id=LEAD_ID), releaseVersion=0), "deliver.releaseVersion: "),
    ],
)
def test_what_this_app_never_wrote_is_invalid(text: str, fault: str) -> None:
    with pytest.raises(InvalidMessageError) as refused:
        parse_message(text)
    assert fault in str(refused.value)


def test_faults_of_a_message_do_not_repeat_its_values() -> None:
    with pytest.raises(InvalidMessageError) as refused:
        parse_message(changed(push(), submissionId="anna@contoso.com", body="anna@contoso.com"))
    assert "contoso" not in str(refused.value)


@settings(deadline=None)
@given(st.text() | st.binary().map(lambda data: base64.b64encode(data).decode()))
def test_any_text_is_a_message_or_invalid(text: str) -> None:
    with pytest.raises(InvalidMessageError, match=": "):
        parse_message(text)
