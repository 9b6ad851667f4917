"""How soon customers are answered, as an operator asks for it."""

import csv
import io
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from cli.figure_text import print_figures
from shared.bootstrap import utc_now
from shared.domain.acts import Act, Outcome
from shared.domain.errors import CrmUnavailableError
from shared.domain.rules import rules_without_file
from shared.operations.actions import record_follow_up, undo_follow_up
from shared.operations.figure_views import SpanView
from shared.operations.figures import Asked, By, figures
from shared.ports.leads import LeadChange, StoredLead
from tests.cli.account import DAY, Account
from tests.telling import rules

HOUR = timedelta(hours=1)
ALL = Asked(within=DAY)
MONDAY = datetime.fromisoformat("2026-11-23T10:00:00Z")


async def answer(
    account: Account,
    stored: StoredLead,
    after: timedelta,
    outcome: Outcome | None = None,
    *,
    newest_only: bool = False,
) -> StoredLead:
    """Follow up some time after the lead first came."""
    at = stored.lead.created_at + after
    act = Act(said_at=at, seen_at=at, by="sam", outcome=outcome, newest_only=newest_only)
    return await record_follow_up(account.stores, stored, act, rules_without_file())


async def given(account: Account, stored: StoredLead, **changed: object) -> StoredLead:
    """Change a lead as somebody else would."""
    lead = replace(stored.lead, **changed)  # type: ignore[arg-type]
    return await account.stores.leads.commit(LeadChange(before=stored, lead=lead, at=utc_now()))


async def a_month(account: Account) -> None:
    """Three answered, of whom two in time and one perhaps; one late and one that still may wait."""
    now = utc_now()
    for number, hours, outcome in ((1, 1, Outcome.WON), (2, 3, None), (3, 30, Outcome.LOST)):
        lead = await account.push(
            f"c{number}@example.com",
            at=now - 10 * DAY,
            LeadSource=f"AzureMarketplace-INS|contoso.o{number % 2}",
        )
        await answer(account, lead, hours * HOUR, outcome, newest_only=number == 3)
    await account.push("late@example.com", at=now - 3 * DAY)
    account.crm.fails.append(CrmUnavailableError("503"))
    await account.push("new@example.com", at=now - HOUR)


async def test_k1_answered_in_time_open_and_late_are_counted_with_their_numbers(
    account: Account,
) -> None:
    await a_month(account)

    total = (await figures(account.stores, ALL)).total

    assert (total.leads, total.interests, total.waits) == (5, 5, 5)
    assert (total.answered, total.in_time, total.decided) == (3, 2, 4)
    assert (total.share_in_time, total.at_most, total.perhaps_in_time) == (0.5, 1, 1)
    assert total.wall_clock == SpanView(n=3, median_seconds=3 * 3600, p90_seconds=30 * 3600)
    assert total.working_time == SpanView(n=0, median_seconds=None, p90_seconds=None)
    assert (total.open, total.late) == (2, 1)
    assert {name: n for name, n in total.outcomes.items() if n} == {"won": 1, "lost": 1}
    [to] = total.destinations
    assert (to.destination, to.leads, to.delivered) == ("crm", 5, 4)


async def test_k1_a_withdrawn_follow_up_is_none(account: Account) -> None:
    lead = await account.push("zoe@example.com", at=utc_now() - 2 * DAY)
    done = await answer(account, lead, HOUR, Outcome.WON)
    await undo_follow_up(account.stores, done, rules_without_file())

    total = (await figures(account.stores, ALL)).total

    assert (total.answered, total.open, total.late, total.outcomes["won"]) == (0, 1, 1, 0)


async def test_k2_working_time_is_by_the_calendar_of_then_and_the_group_is_of_then(
    account: Account,
) -> None:
    friday = MONDAY - 3 * DAY + 6 * HOUR  # at 16:00, and the team works from nine to five
    lead = await given(account, await account.push("zoe@example.com", at=friday), owner="anna")
    lead = await given(account, lead, team="north")
    act = Act(said_at=MONDAY, seen_at=MONDAY, by="anna")
    done = await record_follow_up(account.stores, lead, act, rules())
    await given(account, done, owner="bo", team="south")

    by_owner = await figures(account.stores, replace(ALL, by=By.OWNER))
    by_team = await figures(account.stores, replace(ALL, by=By.TEAM))

    two_hours = SpanView(n=1, median_seconds=2 * 3600, p90_seconds=2 * 3600)
    assert [(one.name, one.working_time) for one in by_owner.groups] == [("anna", two_hours)]
    assert [one.name for one in by_team.groups] == ["north"]


async def test_k3_tests_do_not_contact_repeats_and_merged_leads_are_in_no_figure(
    account: Account,
) -> None:
    await account.push("zoe@example.com")
    await account.push("zoe@example.com")
    await account.push("MSFT_TEST_1@example.com")
    await account.push("nobody@example.com", ActionCode="DNC")
    await account.queue_body(b'{"OfferTitle": "Things"}')
    await account.route_queued()
    await given(account, await account.push("twin@example.com"), merged_into="b" * 32)

    view = await figures(account.stores, ALL)

    assert (view.total.leads, view.total.interests, view.total.waits) == (1, 1, 1)
    assert view.left_out == {"merged": 1, "test": 1, "do_not_contact": 1, "unanswerable": 1}
    assert dict(view.read) == {"leads": 5, "submissions": 6, "acts": 0, "unreadable": 0}


async def test_k3_of_two_leads_that_are_one_customer_each_wait_counts_once(
    account: Account,
) -> None:
    now = utc_now()
    gone = await account.push("ada@example.com", at=now - 3 * DAY, OfferTitle="Looms")
    await answer(account, gone, HOUR, Outcome.MEETING)
    await account.push("ada@mills.example", at=now - HOUR, OfferTitle="Yarn")

    before = (await figures(account.stores, ALL)).total
    for _ in range(2):
        await account.command("merge", "ada@example.com", "ada@mills.example", "--yes")
        view = await figures(account.stores, ALL)

        after = view.total
        assert (before.leads, after.leads, view.left_out["merged"]) == (2, 1, 1)
        assert (after.waits, after.answered, after.open) == (2, 1, 1)
        assert after.wall_clock == before.wall_clock
        assert after.outcomes == before.outcomes


@pytest.mark.parametrize(
    ("by", "names"),
    [
        (By.OFFER, {"contoso.o1": 2, "contoso.o0": 1, "": 2}),
        (By.SOURCE, {"AzureMarketplace": 3, "": 2}),
        (By.STAGE, {"active": 5}),
        (By.COUNTRY, {"": 5}),
        (By.TEAM, {"": 5}),
    ],
)
async def test_k1_each_wait_is_in_one_group(
    account: Account, by: By, names: dict[str, int]
) -> None:
    await a_month(account)

    view = await figures(account.stores, replace(ALL, by=by))

    assert {one.name: one.waits for one in view.groups} == names
    assert sum(one.answered for one in view.groups) == view.total.answered
    assert [one.waits for one in view.groups] == sorted(names.values(), reverse=True)


async def test_k1_since_is_when_a_customer_began_to_wait(account: Account) -> None:
    await a_month(account)

    since = await figures(account.stores, replace(ALL, since=utc_now() - 5 * DAY))

    assert (since.total.waits, since.total.answered, since.total.late) == (2, 0, 1)
    assert since.total.share_in_time == 0.0


async def test_k1_what_an_older_version_did_not_keep_is_told(account: Account) -> None:
    asked_at = utc_now() - 10 * DAY
    old = await account.push("old@example.com", at=asked_at)
    done = replace(old.lead.follow_up, done_at=asked_at + HOUR, done_by="bo")
    await given(account, old, follow_up=done)

    view = await figures(account.stores, ALL)
    told = (await account.command("figures")).out

    assert view.complete_after == asked_at
    assert view.total.at_most == 1
    assert f"Facts are complete for waits after {asked_at:%Y-%m-%d %H:%M} UTC;" in told
    assert "at most 1 h 0 min in the median" in told


async def test_the_command_tells_people_what_it_read_and_left_out(account: Account) -> None:
    await a_month(account)
    await account.push("MSFT_TEST_1@example.com")

    told = await account.command("figures", "--since", "30d", "--by", "offer")

    lines = told.out.splitlines()
    assert (told.code, told.err) == (0, "")
    assert lines[1:4] == [
        "leads               5 with 5 interests",
        "waits               5: 3 answered, 2 open",
        "in time             at least 50% (2 of 4 answered or late; 1 more may have been)",
    ]
    assert "late                1 of 2 open" in lines
    assert "outcomes            1 won, 1 lost" in lines
    assert "delivered           4 of 5 leads to crm" in lines
    rows = {line.split()[0]: " ".join(line.split()[1:]) for line in lines if line}
    assert rows["contoso.o1"] == "2 2 2 1 of 2 ≤ 15 h 30 min ≤ 30 h 0 min – 0 0"
    assert rows["(none)"] == "2 2 0 0 of 1 – – – 2 1"
    assert "Read 6 leads, 6 submissions and 3 acts." in lines
    assert "Not counted: 1 test lead." in lines


async def test_programs_get_the_same_as_json_and_spreadsheets_a_line_a_group(
    account: Account,
) -> None:
    await a_month(account)
    lead = await account.push("sly@example.com", LeadSource="=cmd()-INS|contoso.o1")
    await answer(account, lead, HOUR)

    as_json = (await account.command("figures", "--by", "source", "--json")).json
    as_csv = (await account.command("figures", "--by", "source", "--csv")).out
    all_csv = (await account.command("figures", "--csv")).out

    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(as_csv))}
    assert [group["name"] for group in as_json["groups"]] == ["AzureMarketplace", "", "=cmd()"]
    assert rows.keys() == {"AzureMarketplace", "", "'=cmd()"}
    azure = rows["AzureMarketplace"]
    assert (azure["waits"], azure["answered"], azure["in_time"]) == ("3", "3", "2")
    assert (azure["wall_clock_median_seconds"], azure["outcome_won"]) == ("10800", "1")
    assert (azure["leads_crm"], azure["delivered_crm"]) == ("3", "3")
    assert (rows[""]["share_in_time"], rows[""]["working_time_median_seconds"]) == ("0.0", "")
    [total] = csv.DictReader(io.StringIO(all_csv))
    assert (total["name"], total["waits"], total["late"]) == ("", "6", "1")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--by", "mood"), "there are no figures by 'mood'; choose one of: team, owner, source"),
        (("--json", "--csv"), "use --json or --csv, not both"),
        (("--since", "soon"), "'soon' is not a time"),
    ],
)
async def test_what_can_not_be_asked_is_said(
    account: Account, arguments: tuple[str, ...], why: str
) -> None:
    told = await account.command("figures", *arguments)

    assert told.code == 2
    assert why in told.err


async def test_nothing_to_count_is_told_as_that(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    view = await figures(account.stores, ALL)

    print_figures(view)

    told = capsys.readouterr().out
    assert view.total.share_in_time is None
    assert "in time             none is answered or late yet\n" in told
    assert "first follow-up     not known for any\n" in told


async def test_an_owner_whom_only_a_crm_knows_is_named_as_in_notices(
    account: Account, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    await given(account, await account.push("zoe@example.com"), owner="dynamics:7")

    print_figures(await figures(account.stores, replace(ALL, by=By.OWNER)))

    assert "somebody in dynamics (7)" in capsys.readouterr().out


async def test_k1_an_outcome_that_only_a_newer_version_knows_is_counted_by_its_name(
    account: Account,
) -> None:
    stored = await account.push("zoe@fabrikam.example", at=utc_now() - DAY)
    await answer(account, stored, HOUR, Outcome.WON)
    await account.push("joe@contoso.example")
    table = account.table("Leads").client
    [row] = [row async for row in table.query_entities("outcome eq 'won'")]
    await table.update_entity({**row, "outcome": "postponed"}, mode="merge")

    told = await account.command("figures", "--by", "source", "--csv")
    view = await figures(account.stores, ALL)

    assert (view.total.outcomes["postponed"], view.total.outcomes["won"]) == (1, 0)
    assert "outcome_postponed" in told.out
