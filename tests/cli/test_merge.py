"""``leads merge``: two leads of one customer become one (A6)."""

from dataclasses import replace

from shared.bootstrap import utc_now
from shared.domain.envelope import Deliver
from shared.ports.leads import LeadChange
from tests.cli.account import DAY, Account


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
        f"lead {named} (ada@example.com) becomes part of lead {stays} (ada@mills.example)",
        "  1 submission and 1 follow-up go with it",
        "  the owner is nobody yet",
        "  crm: record 1 stays, and is told",
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

    assert told.out.splitlines()[1] == "  1 submission goes with it"
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
