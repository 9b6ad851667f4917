"""host.json and the code rest on each other's figures."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest_lead.ingest import STORE_WITHIN
from local.host_json import parse_time_span, read_host_json
from local.queues import INVISIBLE_FOR
from nurture_timer.asking import ASK_WITHIN
from nurture_timer.tidying import SETTLED
from shared.domain.delivery import (
    CLAIM,
    GIVE_UP_AFTER,
    LONGEST_DELAY,
    LONGEST_QUOTA,
    UPSERT_DEADLINE,
)
from shared.domain.schedule import GRACE
from shared.intake.limits import LARGEST_BODY

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def host_json() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((ROOT / "host.json").read_bytes())
    return read


def test_a_claim_outlasts_a_request_and_a_hidden_message_outlasts_the_claim() -> None:
    assert timedelta(0) < UPSERT_DEADLINE < CLAIM < INVISIBLE_FOR < GRACE


def test_no_writer_is_at_work_any_more_on_the_lead_of_a_row_that_is_settled(
    host_json: dict[str, Any],
) -> None:
    longest = parse_time_span(host_json["functionTimeout"])

    assert longest <= timedelta(minutes=10)
    assert longest + ASK_WITHIN < SETTLED


def test_a_push_is_answered_before_the_platform_gives_up() -> None:
    assert timedelta(seconds=230) > 2 * STORE_WITHIN


def test_a_postponement_is_shorter_than_a_message_can_be_hidden() -> None:
    assert LONGEST_DELAY < LONGEST_QUOTA < timedelta(days=7) < GIVE_UP_AFTER


def test_messages_are_plain_text_and_a_bug_does_not_burn_all_tries_at_once() -> None:
    queues = read_host_json(ROOT).queues

    assert queues.base64 is False
    assert queues.max_dequeue_count == 5
    assert queues.visibility_timeout >= timedelta(seconds=30)
    assert queues.new_batch_threshold <= queues.batch_size <= 32


def test_the_route_is_the_one_that_is_pasted_into_partner_center() -> None:
    assert read_host_json(ROOT).route_prefix == "api"


def test_the_largest_body_fits_a_message_in_base64_with_its_envelope() -> None:
    assert LARGEST_BODY * 4 / 3 + 8 * 1024 < 64 * 1024
