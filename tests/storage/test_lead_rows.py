"""What is stored is read back as it was, whatever is in it."""

import json
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from pydantic import ValidationError

from shared.domain.acts import Act, Outcome, Via
from shared.domain.clock import answered
from shared.domain.delivery import CrmRecord, Delivery
from shared.domain.lead import CONTACT_FIELDS, KeyKind, Lead
from shared.domain.notices import Occasion, Role, new_notice
from shared.domain.priority import Priority, rank
from shared.domain.qualification import decision_of
from shared.ports.leads import Event, EventKind, RecordedInterest
from shared.storage.columns import Row
from shared.storage.lead_rows import (
    ALWAYS,
    act_row,
    delivery_row,
    event_row,
    interest_row,
    lead_row,
    notice_row,
    read_act,
    read_delivery,
    read_interest,
    read_lead,
    read_notice,
)
from shared.storage.newer_keys import newer_in_lead, with_newer_keys
from tests import examples, strategies
from tests.fakes import START

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

COLUMN_TYPES = {str, int, bool, bytes}
NOTICE = new_notice(
    "l1",
    recipient=Role.OWNER,
    occasion=Occasion.NEW,
    because_of="s1",
    now=START,
    send_from=START,
)


def same_as_default(value: "DataclassInstance") -> list[str]:
    return [f.name for f in fields(value) if getattr(value, f.name) == f.default]


@settings(max_examples=50)
@given(strategies.LEAD)
def test_a_lead_is_read_back_as_it_was(lead: Lead) -> None:
    row = lead_row(lead)

    assert read_lead(row) == lead
    assert {type(column) for column in row.values()} <= COLUMN_TYPES


@settings(max_examples=50)
@given(strategies.DELIVERY)
def test_a_delivery_is_read_back_as_it_was(delivery: Delivery) -> None:
    row = delivery_row(examples.LEAD_ID, delivery)

    assert read_delivery(row) == delivery
    assert {type(column) for column in row.values()} <= COLUMN_TYPES


@settings(max_examples=50)
@given(strategies.RECORDED)
def test_an_interest_is_read_back_as_it_was(recorded: RecordedInterest) -> None:
    row = interest_row(examples.LEAD_ID, recorded)

    assert read_interest(row) == recorded.interest
    assert (row["body"], row["content_type"]) == (recorded.body, recorded.content_type)
    assert {type(column) for column in row.values()} <= COLUMN_TYPES


def test_every_field_but_those_that_storage_counts_is_tried_by_the_examples() -> None:
    assert same_as_default(examples.lead()) == ["next_event", "updated_at", "last_change"]
    assert same_as_default(examples.lead().follow_up) == []
    assert same_as_default(examples.delivery()) == ["last_change"]
    assert same_as_default(examples.submission()) == ["description", "test"]


def test_a_lead_of_an_older_app_is_read_with_defaults() -> None:
    row = {"PartitionKey": examples.LEAD_ID, "RowKey": "lead", "schema": 1}

    read = read_lead(row | {"key_kind": "phone", "created_at": "2026-11-02T09:00:00.000000Z"})

    assert read == Lead(lead_id=examples.LEAD_ID, key_kind=KeyKind.PHONE, created_at=START)


def test_a_delivery_of_an_older_app_is_read_with_defaults() -> None:
    row = {"PartitionKey": examples.LEAD_ID, "RowKey": "lead|delivery|azure_table"}

    assert read_delivery(row) == Delivery(destination="azure_table")


@pytest.mark.parametrize("row", [lead_row(examples.lead()), interest_row("", examples.recorded())])
def test_a_column_of_a_newer_app_is_no_matter(row: Row) -> None:
    read = read_lead if row["RowKey"] == "lead" else read_interest

    assert read(row | {"mood": "good"}) == read(row)


def test_what_a_newer_app_put_into_an_act_stays_with_it() -> None:
    first, second = examples.acted(START), examples.acted(START + timedelta(hours=1))
    lead = answered(examples.lead(), first)
    row = lead_row(lead)
    row["acts"] = json.dumps([act | {"mood": "good"} for act in json.loads(row["acts"])])
    after = answered(read_lead(row), second)

    written = with_newer_keys(lead_row(after), newer_in_lead(row, read_lead(row)), after)

    moods = {act["at"]: act.get("mood") for act in json.loads(written["acts"])}
    assert moods.pop(after.acts[-1].at.strftime("%Y-%m-%dT%H:%M:%SZ")) is None
    assert set(moods.values()) == {"good"}
    assert read_lead(written) == after


def test_what_was_written_says_by_which_change() -> None:
    lead = replace(examples.lead(), last_change="c0ffee")
    delivery = replace(examples.delivery(), last_change="c0ffee")

    assert read_lead(lead_row(lead)).last_change == "c0ffee"
    assert read_delivery(delivery_row(examples.LEAD_ID, delivery)).last_change == "c0ffee"


@pytest.mark.parametrize("open_since", [{"claim_id": "c1"}, {"uncertain": True}])
def test_a_row_that_does_not_say_what_was_sent_leaves_any_field_in_doubt(
    open_since: dict[str, object],
) -> None:
    """As version 0.1.0 wrote it, when a request was under way or without an answer."""
    row = {"PartitionKey": examples.LEAD_ID, "RowKey": "lead|delivery|azure_table"}

    assert read_delivery(row | open_since).sent == CONTACT_FIELDS


def test_the_body_of_a_push_is_kept_byte_for_byte_and_not_as_text() -> None:
    body = bytes(range(256)) * 128

    assert interest_row("", examples.recorded(body=body))["body"] == body


def test_keys_sort_by_time_and_number() -> None:
    interests = [interest_row("", examples.recorded(n))["RowKey"] for n in range(1, 100)]
    events = [event_row("", n, examples.told(), START)["RowKey"] for n in (1, 9, 10, 99_999)]

    assert interests == sorted(interests)
    assert interests[0] == "interest|20261102T090100000000Z|submission-1"
    assert events == sorted(events)
    assert events[0] == "event|00000001"


def test_an_event_says_what_when_and_where() -> None:
    row = event_row("1" * 32, 7, examples.told(EventKind.PARKED, "“no”"), START)

    assert row == {
        "PartitionKey": "1" * 32,
        "RowKey": "event|00000007",
        "schema": 1,
        "kind": "parked",
        "destination": "azure_table",
        "detail": "“no”",
        "at": "2026-11-02T09:00:00.000000Z",
    }


def test_readers_see_whom_nobody_may_contact() -> None:
    assert lead_row(examples.lead())["do_not_contact"] is True


K2_ACT = Act(
    said_at=START,
    seen_at=START + timedelta(hours=1),
    by="anna",
    via=Via.CRM,
    destination="dynamics",
    outcome=Outcome.MEETING,
    note="called",
    closed=True,
    look_on=date(2027, 3, 3),
    withdraws="another",
    newest_only=True,
    owner="anna",
    team="north",
    open_since=START - timedelta(hours=2),
    working_seconds=0,
)


def test_k2_an_act_is_read_back_with_the_owner_team_and_working_time_of_then() -> None:
    assert same_as_default(K2_ACT) == []
    assert read_act(act_row(examples.LEAD_ID, K2_ACT)) == K2_ACT
    none_told = replace(K2_ACT, open_since=None, working_seconds=None)
    assert read_act(act_row(examples.LEAD_ID, none_told)) == none_told


def test_k2_an_act_of_an_older_row_is_read_without_them() -> None:
    new = {"newest_only", "owner", "team", "open_since", "working_seconds"}
    row = {k: v for k, v in act_row(examples.LEAD_ID, K2_ACT).items() if k not in new}

    read = read_act(row)

    assert (read.by, read.owner, read.team) == ("anna", "", "")
    assert (read.newest_only, read.open_since, read.working_seconds) == (False, None, None)


@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        (EventKind.ASSIGNED, {"former_owner": "", "owner": "", "team": "", "rule": ""}),
        (EventKind.FLAGGED, {"unchecked": False}),
        (EventKind.STEP, {"step": 0, "unchecked": False}),
        (EventKind.NOTIFIED, {"recipient": "", "channel": "", "notice_id": ""}),
        (EventKind.RECORDED, {}),
    ],
)
def test_k2_what_an_event_tells_stands_in_columns_also_where_it_is_nothing(
    kind: EventKind, columns: dict[str, object]
) -> None:
    row = event_row(examples.LEAD_ID, 1, Event(kind=kind), START)

    assert row.keys() - {"PartitionKey", "RowKey", "schema", "at"} == columns.keys() | ALWAYS
    assert row.items() >= columns.items()


def test_words_that_only_a_newer_version_knows_stay_as_they_are() -> None:
    acts = json.loads(lead_row(examples.lead())["acts"])
    words = {"key_kind": "passport", "priority": "urgent", "stage_reached": "renewed"}
    row = {**lead_row(examples.lead()), **words}
    row["acts"] = json.dumps([{**act, "outcome": "postponed"} for act in acts])

    lead = read_lead(row)

    assert lead.stage == "renewed"
    assert rank(lead.priority) > rank(Priority.HIGH)
    assert (lead.anonymous, decision_of(lead.acts)) == (False, None)
    written = lead_row(lead)
    assert {name: written[name] for name in words} == words
    assert json.loads(written["acts"]) == json.loads(row["acts"])


def test_an_act_and_a_notice_keep_the_words_of_a_newer_version() -> None:
    act = {**act_row("l1", examples.acted(START)), "via": "telepathy", "outcome": "postponed"}
    notice = {**notice_row("l1", NOTICE), "occasion": "birthday"}

    assert act_row("l1", read_act(act)) == act
    assert notice_row("l1", read_notice(notice)) == notice


@pytest.mark.parametrize(
    ("column", "value"), [("follow_up_state", "paused"), ("follow_up_ladder_kind", "spiral")]
)
def test_a_clock_that_only_a_newer_version_knows_is_not_read(column: str, value: str) -> None:
    with pytest.raises(ValidationError, match=value):
        read_lead({**lead_row(examples.lead()), column: value})


def test_half_a_character_never_keeps_a_lead_from_being_written() -> None:
    """Whatever text is not cleaned before: a row that can't be written is a lead that is lost."""
    half = "x\ud83d"
    record = CrmRecord(id=half, baseline={half: half})
    contact = replace(examples.CONTACT, company=half)
    delivery = Delivery(
        destination="crm",
        record=record,
        last_error=half,
        remarks=(half,),
        delivered_contact=contact,
    )
    event = Event(kind=EventKind.PARKED, destination="crm", detail=half)
    rows = [
        delivery_row(examples.LEAD_ID, delivery),
        event_row(examples.LEAD_ID, 1, event, START),
        lead_row(replace(examples.lead(), contact=contact)),
    ]

    assert json.dumps(rows, ensure_ascii=False).encode()
    read = read_delivery(rows[0])
    assert read.record == CrmRecord(id="x\ufffd", baseline={"x\ufffd": "x\ufffd"})
    assert read.remarks == ("x\ufffd",)


def test_half_a_character_that_an_older_version_wrote_is_read() -> None:
    row = delivery_row(examples.LEAD_ID, Delivery(destination="crm"))

    assert read_delivery(row | {"last_error": "x\ud83d"}).last_error == "x\ufffd"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("follow_up_due_at", "2026-11-02T09:00:00"),
        ("created_at", "2026-11-02T09:00:00"),
        ("dues", '{"s1":"2026-11-02T09:00:00"}'),
    ],
)
def test_a_time_without_a_zone_is_not_read(column: str, value: str) -> None:
    with pytest.raises(ValidationError, match="timezone"):
        read_lead({**lead_row(examples.lead()), column: value})
