"""``leads merge``: two leads of one customer become one (A6)."""

import json
from dataclasses import replace
from pathlib import Path

from route_lead.changes import record
from shared.bootstrap import utc_now
from shared.committing import commit
from shared.domain.envelope import Deliver
from shared.domain.identity import dedupe_key
from shared.intake.parse import parse
from shared.ports.index import KnownDestinations
from shared.ports.leads import LeadChange, StoredLead
from tests.cli.account import DAY, RULES, Account


async def test_a6_a_lead_is_merged_with_all_that_is_known_of_it(office: Account) -> None:
    gone = await office.push("ada@example.com", OfferTitle="Looms", Description="Call me – 急ぎ")
    kept = await office.push("ada@mills.example")
    await office.command("follow-up", gone.lead.lead_id, "--by", "sam", "--at", "1h ago")
    before = await office.stores.histories.recorded(gone.lead.lead_id)

    told = await office.command("merge", "ada@example.com", "ada@mills.example", "--yes")
    await office.route(Deliver(lead_id=gone.lead.lead_id).to_text())

    named, stays = gone.lead.lead_id[:8], kept.lead.lead_id[:8]
    assert (told.code, told.err) == (0, "")
    assert told.out.splitlines() == [
        f"lead {named} (ada@example.com)",
        f"  becomes part of lead {stays} (ada@mills.example)",
        "  1 submission and 1 follow-up go with it",
        "  the owner is nobody yet",
        "  crm: record 1 stays",
        "  this can't be undone",
        f"lead {named} is now part of lead {stays}",
    ]
    rows = await office.stores.histories.recorded(kept.lead.lead_id)
    taken = next(r for r in rows if r.interest.submission == before[0].interest.submission)
    assert (taken.body, taken.content_type) == (before[0].body, before[0].content_type)
    assert (taken.due_at, taken.rule) == (before[0].due_at, before[0].rule)
    acts = await office.stores.histories.acts(kept.lead.lead_id)
    assert [act.by for act in acts] == ["sam"]
    note = next(r for r in office.crm.records if r.lead_id == gone.lead.lead_id).notes[-1]
    assert note == f"merged-{gone.lead.lead_id}"

    again = await office.command("merge", "ada@example.com", "ada@mills.example", "--yes")
    assert (again.code, again.err) == (0, "")
    assert again.out.startswith(f"lead {named} was merged into lead {stays}, ")


async def test_a6_a_dry_run_changes_nothing(office: Account) -> None:
    gone = await office.push("ada@example.com")
    kept = await office.push("ada@mills.example")

    told = await office.command("merge", "ada@example.com", "ada@mills.example", "--dry-run")

    assert told.out.splitlines()[2] == "  1 submission goes with it"
    for stored in (gone, kept):
        assert await office.stores.leads.read(stored.lead.lead_id) == stored


async def test_a6_what_can_not_be_merged_is_said(office: Account) -> None:
    await office.push("ada@example.com")

    told = await office.command("merge", "ada@example.com", "ada@example.com", "--yes")
    other = await office.command("merge", "ada@example.com", "nobody@example.com", "--yes")

    assert (told.code, told.out) == (1, "")
    assert "can't be merged" in told.err
    assert (other.code, other.err) == (1, "leads: there is no lead 'nobody@example.com'\n")


async def test_a6_a_merged_lead_says_what_it_is_part_of_and_is_not_pending(office: Account) -> None:
    gone = await office.push("ada@example.com")
    kept = await office.push("ada@mills.example")
    await office.command("merge", "ada@example.com", "ada@mills.example", "--yes")

    shown = await office.command("show", "ada@example.com")
    other = await office.command("show", kept.lead.lead_id)
    other_json = await office.command("show", kept.lead.lead_id, "--json")
    listed = await office.listed("--state", "merged")

    assert f"  merged into  lead {kept.lead.lead_id}, " in shown.out
    assert f"  took in      lead {gone.lead.lead_id}\n" in other.out
    [merged] = listed
    assert (merged["lead_id"], merged["merged_into"]) == (gone.lead.lead_id, kept.lead.lead_id)
    assert merged["merged_at"] is not None
    assert merged["follow_up"] == "none"
    pending = await office.listed("--state", "pending")
    assert [lead["lead_id"] for lead in pending] == [kept.lead.lead_id]
    assert "merged" in (await office.command("list")).out
    assert other_json.json["merged_from"] == [gone.lead.lead_id]


async def test_a6_into_a_lead_that_is_merged_itself_goes_to_the_end(office: Account) -> None:
    first = await office.push("ada@example.com")
    second = await office.push("ada@mills.example")
    third = await office.push("ada@yards.example")
    await office.command("merge", "ada@mills.example", "ada@yards.example", "--yes")

    told = await office.command("merge", "ada@example.com", "ada@mills.example", "--yes")

    assert told.out.splitlines()[0] == (
        f"lead {second.lead.lead_id[:8]} was merged into lead {third.lead.lead_id[:8]}"
    )
    found = await office.stores.leads.read(first.lead.lead_id)
    assert found is not None
    assert found.lead.merged_into == third.lead.lead_id


async def test_a6_a_follow_up_that_only_an_older_version_knew_goes_with_its_lead(
    office: Account,
) -> None:
    gone = await office.push("ada@example.com", at=utc_now() - DAY)
    kept = await office.push("ada@mills.example", at=utc_now() - DAY)
    clock = replace(gone.lead.follow_up, done_at=utc_now(), done_by="sam")
    await office.stores.leads.commit(
        LeadChange(before=gone, lead=replace(gone.lead, follow_up=clock), at=utc_now())
    )

    await office.command("merge", "ada@example.com", "ada@mills.example", "--yes")

    acts = await office.stores.histories.acts(kept.lead.lead_id)
    assert [(act.by, act.via) for act in acts] == [("sam", "earlier_version")]


async def test_a6_a_follow_up_on_a_merged_lead_is_one_on_the_other(office: Account) -> None:
    await office.push("ada@example.com")
    kept = await office.push("ada@mills.example")
    await office.command("merge", "ada@example.com", "ada@mills.example", "--yes")

    told = await office.command("follow-up", "ada@example.com", "--by", "sam")
    undone = await office.command("undo-follow-up", "ada@example.com")
    explained = await office.command("explain", "ada@example.com")

    assert told.out.startswith(f"lead {kept.lead.lead_id}: followed up at ")
    assert undone.out.startswith(f"lead {kept.lead.lead_id}: the follow-up of ")
    assert (explained.code, explained.err) == (0, "")
    acts = await office.stores.histories.acts(kept.lead.lead_id)
    assert [act.by for act in acts if not act.withdraws] == ["sam"]
    await office.stores.leads.commit(
        LeadChange(
            before=kept_now(await office.stores.leads.read(kept.lead.lead_id)),
            lead=replace(kept.lead, merged_into="c8" * 16),
            at=utc_now(),
        )
    )
    gone = await office.command("follow-up", "ada@example.com")
    assert gone.code == 1
    assert gone.err.endswith(f" was merged into lead {'c8' * 16}, which is gone\n")


def kept_now(stored: StoredLead | None) -> StoredLead:
    assert stored is not None
    return stored


async def test_a6_a_phone_number_that_both_gave_finds_the_one_that_stays(office: Account) -> None:
    details = {"UserDetails": {"Email": "ada@mills.example", "Phone": "+49 30 901820"}}
    gone = {"UserDetails": {"LastName": "Byron", "Phone": "+49 30 901820"}}
    for body in (details, gone):
        await office.queue_body(json.dumps({**body, "ActionCode": "INS"}).encode())
    await office.route_queued()
    kept = await office.stores.lead("ada@mills.example")
    other = await office.stores.lead("+49 30 901820", last_name="Byron")
    await office.command("merge", other.lead.lead_id, "ada@mills.example", "--yes")

    shown = await office.command("show", "+49 30 901820")

    assert shown.out.startswith(f"lead {kept.lead.lead_id}, ")


async def test_a6_a_new_destination_is_not_given_merged_leads(office: Account) -> None:
    await office.push("ada@example.com")
    await office.push("ada@mills.example")
    await office.command("merge", "ada@example.com", "ada@mills.example", "--yes")
    known = KnownDestinations(in_use=frozenset({"crm", "hubspot"}), retired=frozenset())
    await office.stores.index.put_known_destinations(known)

    told = await office.command("deliver", "--to", "hubspot", "--dry-run")

    assert told.out == "hubspot: 2 lacking\n"  # the third is merged


async def test_a6_leads_identity_leaves_out_what_is_merged_and_names_the_command(
    office: Account,
) -> None:
    gone, kept = await office.push("ada@example.com"), await office.push("ada@mills.example")
    moved = replace(gone.lead, lead_id="ab" * 16)
    rows = await office.stores.histories.recorded(gone.lead.lead_id)
    await office.stores.leads.commit(
        LeadChange(before=None, lead=moved, at=utc_now(), interest=rows[0])
    )

    before = await office.command("identity")
    await office.command("merge", "ab" * 16, gone.lead.lead_id, "--yes")
    await office.command("merge", gone.lead.lead_id, kept.lead.lead_id, "--yes")
    after = await office.command("identity")

    assert before.out.splitlines() == [
        f"join {gone.lead.lead_id[:8]}, abababab: the same e-mail address",
        "`leads merge LEAD INTO` makes one lead of two",
    ]
    assert after.out == "today's identity rules would join or split no lead\n"


async def test_a6_an_export_holds_what_a_merge_wrote(office: Account, tmp_path: Path) -> None:
    gone, kept = await office.push("ada@example.com"), await office.push("ada@mills.example")
    await office.command("merge", "ada@example.com", "ada@mills.example", "--yes")
    file = str(tmp_path / "leads.jsonl")
    await office.command("export", "--all", file)
    before = [await office.stores.leads.read(one.lead.lead_id) for one in (gone, kept)]
    await office.wipe()

    told = await office.command("import", file, "--yes")

    assert told.code == 0
    after = [await office.stores.leads.read(one.lead.lead_id) for one in (gone, kept)]
    assert [one and one.lead.merged_into for one in after] == [kept.lead.lead_id, ""]
    assert [one and one.lead for one in after] == [one and one.lead for one in before]
    await office.push("ada@example.com")
    again = await office.stores.leads.read(kept.lead.lead_id)
    assert again is not None
    assert again.lead.submissions == 3


async def test_a6_the_sweep_takes_along_what_an_older_version_recorded(office: Account) -> None:
    gone, kept = await office.push("ada@example.com"), await office.push("ada@mills.example")
    await office.command("merge", "ada@example.com", "ada@mills.example", "--yes")
    merged = kept_now(await office.stores.leads.read(gone.lead.lead_id))
    body = b'{"UserDetails": {"Email": "ada@example.com"}, "ActionCode": "PLT"}'
    parsed = parse(body, "", submission_id="s-late", received_at=utc_now())
    change = record(
        merged,
        parsed,
        lead_id=gone.lead.lead_id,
        key=dedupe_key(parsed),
        body=body,
        content_type="",
        rules=RULES,
        now=utc_now(),
    )
    await commit(office.stores.leads, office.stores.index, change)

    swept = await office.command("sweep", "--at", "+25h")

    assert (swept.code, swept.err) == (0, "")
    rows = await office.stores.histories.submissions(kept.lead.lead_id)
    assert "s-late" in [row.submission.submission_id for row in rows]
    after = kept_now(await office.stores.leads.read(gone.lead.lead_id))
    assert after.lead.follow_up.state == "none"
