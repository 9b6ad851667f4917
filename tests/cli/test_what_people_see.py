import csv
import io
from dataclasses import replace
from datetime import timedelta

import pytest
from rich.cells import cell_len

from cli.console import say_fact
from cli.lead_details import print_details
from cli.lead_list import print_csv, print_leads
from cli.status_text import print_sweep
from cli.sweep_views import StepView, SweepView
from cli.tables import print_entry, print_quarantine
from shared.domain.follow_up import FollowUp, FollowUpState
from shared.domain.lead import Contact, Lead
from shared.domain.retired import InUse
from shared.operations.lead_details import LeadDetails
from shared.operations.lead_views import LeadView
from shared.operations.quarantine_views import QuarantineView
from shared.ports.leads import StoredLead
from shared.ports.quarantine import QuarantineReason
from shared.ports.reading import RecordedEvent
from tests.examples import LEAD_ID, by_destination, delivery, interest, lead
from tests.fakes import START

LONG = "Long" * 75
NOT_MERGED = replace(lead(), merged_into="", merged_at=None, merged_from=())


def stored(known: Lead | None = None) -> StoredLead:
    return StoredLead(lead=known or NOT_MERGED, deliveries=by_destination(delivery()), etag="1")


def real(first_name: str, last_name: str) -> LeadView:
    contact = Contact(first_name=first_name, last_name=last_name, email="zoe@example.com")
    clock = FollowUp(state=FollowUpState.FOLLOWED_UP)
    known = replace(NOT_MERGED, contact=contact, follow_up=clock, test=False, suppressed=False)
    return LeadView.of(stored(known), InUse())


def entry(*faults: str, truncated: bool = False) -> QuarantineView:
    return QuarantineView(
        quarantine_id="0123456789abcdef",
        received_at=START,
        reason=QuarantineReason.INVALID,
        faults=faults,
        state="discarded",
        content_type="",
        size=1_234,
        truncated=truncated,
        decided_at=START + timedelta(days=1),
        note="typed by hand",
    )


def test_at_80_columns_a_lead_is_a_block_and_the_contact_has_room(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    print_leads([real("Zoë", "O'Hara"), real("花子", "見本\x1b[2J")], START)

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "5a5a5a5a  Zoë O'Hara, zoe@example.com"
    assert lines[1].startswith("          Get it now ×2: ")
    assert r"花子 見本\x1b[2J, zoe@example.com" in "\n".join(lines)
    assert all(len(line) <= 80 for line in lines)
    assert " · delivered · anna · followed up · 2026-11-02 09:00 UTC" in " ".join(
        " ".join(line.split()) for line in lines
    )


def test_at_40_columns_nothing_is_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")

    print_leads([real("Zoë", LONG)], START)

    lines = capsys.readouterr().out.splitlines()
    assert all(len(line) <= 40 for line in lines)
    assert LONG in "".join(line.strip() for line in lines)


def test_a_list_for_a_file_is_wide_and_has_no_blanks_at_the_ends(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)

    print_leads([real("Zoë", "O'Hara"), LeadView.of(stored(), InUse())], START)

    head, *lines = capsys.readouterr().out.splitlines()
    names = "received (UTC) lead contact action offer country stage delivery owner follow-up"
    assert head.split() == names.split()
    assert "Zoë O'Hara, zoe@example.com" in lines[0]
    assert '(test) (do not contact) Zoë O"Hara\\, Fabrikam, Gräf & S…' in lines[1]
    assert "Get it now ×2" in lines[0]
    assert all(line == line.rstrip() for line in lines)


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (timedelta(hours=23, minutes=30), "due in 23 h"),
        (timedelta(minutes=5), "due in 5 min"),
        (timedelta(0), "late by 0 min"),
        (-timedelta(hours=3), "late by 3 h"),
        (-timedelta(days=4), "late by 4 d"),
    ],
)
def test_a_list_says_until_when_or_how_late(
    capsys: pytest.CaptureFixture[str], due: timedelta, words: str
) -> None:
    clock = FollowUp(state=FollowUpState.WAITING, due_at=START + due)
    waits = LeadView.of(stored(replace(NOT_MERGED, follow_up=clock)), InUse())

    print_leads([waits], START)

    assert words in capsys.readouterr().out


def test_csv_holds_nothing_that_a_spreadsheet_computes(capsys: pytest.CaptureFixture[str]) -> None:
    print_csv([real("=HYPERLINK(1)", '+1"2"'), real("@a", "-1"), real("Zoë", "O'Hara\n,")])

    head, *rows = csv.reader(io.StringIO(capsys.readouterr().out))
    named = [dict(zip(head, row, strict=True)) for row in rows]
    assert [(row["first_name"], row["last_name"]) for row in named] == [
        ("'=HYPERLINK(1)", '\'+1"2"'),
        ("'@a", "'-1"),
        ("Zoë", "O'Hara\n,"),
    ]
    assert named[0]["actions"] == "Get it now ×2"


def test_csv_ends_with_the_ids_of_owner_and_team(capsys: pytest.CaptureFixture[str]) -> None:
    print_csv([real("Zoë", "O'Hara").model_copy(update={"owner": "=cmd", "team": "east"})])

    head, row = csv.reader(io.StringIO(capsys.readouterr().out))
    assert head[-3:] == ["test", "owner", "team"]
    assert row[-2:] == ["'=cmd", "east"]


def test_a_list_names_an_owner_whom_only_a_crm_knows_as_notices_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_leads([real("Zoë", "O'Hara").model_copy(update={"owner": "dynamics:7"})], START)

    assert "somebody in dynamics (7)" in capsys.readouterr().out


def test_no_leads_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    print_leads([], START)

    assert capsys.readouterr().out == "no leads\n"


def test_a_lead_is_shown_with_all_that_is_known(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    history = [interest(1, description="first\nsecond\x1b"), interest(2, repeat_of="submission-1")]
    told = RecordedEvent(number=1, at=START, kind="followed_up", destination="", detail="anna")

    print_details(LeadDetails.with_history(stored(), history, [told], InUse()), START)

    assert (
        capsys.readouterr().out
        == """\
lead 5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a, version 1, known by email
  name         Zoë O"Hara\\
  email        zoe@fabrikam.example
  phone        +49 30 123456
  country      DE
  company      Fabrikam, Gräf & Söhne 株式会社 🙂
  title        Head of 'Things'
  also named   Z O
  is           test, do not contact
  stage        active
  received     2026-11-02 09:00 UTC
  owner        anna
  team         north
  rule         enterprise
  priority     high
  tags         big
  qualified    no: country is missing
  follow-up    waiting, due in 24 h (2026-11-03 09:00 UTC), followed up
               2026-11-01 09:00 UTC by anna: called
  next         2026-11-03 09:00 UTC: the lead is flagged as overdue, and any
               default channel is told
  azure_table  delivered (r1, https://crm.example/r1); the CRM's own words:
               “no”; next attempt 2026-11-02 09:00 UTC
submissions
  2026-11-02 09:01  submissi  Get it now: Things
                              AzureMarketplace-INS|fabrikam.things
                              first
                              second\\x1b
                              warning: Phone is not a valid number
                              warning: something else
  2026-11-02 09:02  submissi  Get it now: Things
                              AzureMarketplace-INS|fabrikam.things
                              repeat of submissi
                              warning: Phone is not a valid number
                              warning: something else
events
  2026-11-02 09:00  followed up  anna
"""
    )


def test_what_is_told_of_a_lead_begins_in_one_column_however_long_a_name_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    to = replace(delivery(), destination="https_endpoint")
    known = StoredLead(lead=NOT_MERGED, deliveries=by_destination(delivery(), to), etag="1")

    print_details(LeadDetails.with_history(known, [], [], InUse()), START)

    told = capsys.readouterr().out
    for beginning in (
        "  company        Fabrikam",
        "  azure_table    delivered",
        "  https_endpoint delivered",
    ):
        assert f"\n{beginning}" in told


@pytest.mark.parametrize("company", ["Looms " * 30, "株式会社 " * 30, "مصنع " * 30])
def test_no_line_of_a_lead_is_longer_than_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, company: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    known = replace(NOT_MERGED, contact=Contact(company=company, email="zoe@example.com"))

    print_details(LeadDetails.with_history(stored(known), [], [], InUse()), START)

    lines = capsys.readouterr().out.splitlines()
    assert max(map(cell_len, lines)) <= 80
    [first] = [number for number, line in enumerate(lines) if line.startswith("  company ")]
    assert lines[first + 1].startswith(" " * 15 + company.split(maxsplit=1)[0])


def test_a_fact_for_a_file_is_a_line_and_an_address_stays_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    address = "https://crm.example/" + "r" * 60

    say_fact("next  ", f"see {address} and {address} and {address}")
    monkeypatch.setenv("COLUMNS", "40")
    say_fact("next  ", f"see {address}")

    assert capsys.readouterr().out.splitlines() == [
        f"next  see {address} and {address} and {address}",
        "next  see",
        f"      {address}",
    ]


def test_the_quarantine_is_listed_with_its_faults_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    fault = "the body is not JSON: Expecting property name at line 2, column 1"

    print_quarantine([entry(fault, "and [more]")])
    print_quarantine([])

    assert (
        capsys.readouterr().out
        == """\
received (UTC)   id       state     bytes why
2026-11-02 09:00 01234567 discarded 1,234 the body is not JSON: Expecting
                                          property name at line 2, column 1; and
                                          [more] (typed by hand)
nothing is in quarantine
"""
    )


def test_a_body_is_shown_as_it_came(capsys: pytest.CaptureFixture[str]) -> None:
    print_entry(entry("no JSON", truncated=True), b"[red]\xff\x1b[2J\nzoe")

    assert (
        capsys.readouterr().out
        == """\
quarantine 0123456789abcdef, discarded at 2026-11-03 09:00 UTC: typed by hand
  received 2026-11-02 09:00 UTC
  1,234 bytes, the first 14 of them kept, without a content type
  no JSON

[red]\\xff\\x1b[2J
zoe
"""
    )


def test_a_sweep_says_what_it_did_or_would_do(capsys: pytest.CaptureFixture[str]) -> None:
    step = StepView(
        lead_id=LEAD_ID,
        flagged=True,
        followed_up=False,
        requeued=False,
        parked=["crm"],
        next_due_at=START,
    )
    idle = step.model_copy(update={"flagged": False, "parked": [], "next_due_at": None})
    dry = SweepView(at=START, done=False, leads=[step, idle], outbox=1, strays=2, failed=1)

    print_sweep(dry)
    print_sweep(dry.model_copy(update={"done": True, "leads": [], "strays": 0, "failed": 0}))
    print_sweep(dry.model_copy(update={"leads": [], "outbox": 0, "strays": 0, "failed": 0}))

    assert (
        capsys.readouterr().out
        == f"""\
lead {LEAD_ID}: flagged, parked for crm; next look 2026-11-02 09:00 UTC
lead {LEAD_ID}: nothing to do; no more looks
due: 2 leads, 1 message of the outbox, 2 stray rows of the index, as of 2026-11-02 09:00 UTC; \
nothing was changed
! 1 lead can't be dealt with now and will be due again
dealt with 0 leads, 1 message of the outbox, as of 2026-11-02 09:00 UTC
nothing is due, as of 2026-11-02 09:00 UTC
"""
    )
