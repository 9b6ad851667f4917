"""A7: the leads of one company go to one member, on turns in memory and on Azurite."""

import asyncio
from dataclasses import replace

from shared.assignment.choosing import Why
from shared.ports.teams import Company
from tests.contract.office import COMPANY, DAY, TEAMS, Office, a_lead
from tests.fakes import START


async def test_a7_leads_of_one_company_go_to_one_member_and_take_one_turn(office: Office) -> None:
    leads = [a_lead(n, company_id=COMPANY) for n in range(5)]
    given = [await office.gives(lead) for lead in leads]
    others = [(await office.gives(a_lead(n))).member for n in range(10, 13)]

    assert [one.member for one in given] == ["ada"] * 5
    assert [one.why for one in given] == [Why.TURN] + [Why.SAME_COMPANY] * 4
    assert [one.cost for one in given] == [2520, 0, 0, 0, 0]
    assert others == ["bob", "cem", "ada"]
    assert await office.gives(leads[3]) == given[3]


async def test_a7_while_the_holder_is_away_leads_go_by_turns_and_the_holder_stays(
    office: Office,
) -> None:
    await office.gives(a_lead(1, company_id=COMPANY))
    await office.away("ada")
    meanwhile = await office.gives(a_lead(2, company_id=COMPANY))
    office.clock.advance(2 * DAY)

    after = await office.gives(a_lead(3, company_id=COMPANY))

    assert (meanwhile.member, meanwhile.why) == ("bob", Why.TURN)
    assert (after.member, after.why) == ("ada", Why.SAME_COMPANY)


async def test_a7_a_holder_who_is_not_in_the_team_any_more_is_replaced(office: Office) -> None:
    await office.gives(a_lead(1, company_id=COMPANY))
    await office.teams.put_left("ada", START)

    by_turn = await office.gives(a_lead(2, company_id=COMPANY))
    same = await office.gives(a_lead(3, company_id=COMPANY))

    assert (by_turn.member, by_turn.why) == ("bob", Why.TURN)
    assert (same.member, same.why) == ("bob", Why.SAME_COMPANY)
    assert await office.teams.company("east", COMPANY) == Company(
        team="east", company_id=COMPANY, holder="bob"
    )


async def test_a7_the_holder_who_loses_a_lead_does_not_get_it_again(office: Office) -> None:
    await office.gives(a_lead(1, company_id=COMPANY))
    need = replace(a_lead(1, company_id=COMPANY), number=1, owner="ada")

    assert (await office.gives(need)).member == "bob"
    assert (await office.gives(a_lead(2, company_id=COMPANY))).member == "ada"


async def test_a7_each_team_has_a_holder_of_its_own(office: Office) -> None:
    east = await office.gives(a_lead(1, company_id=COMPANY))
    west = await office.gives(a_lead(2, team="west", company_id=COMPANY))

    assert (east.member, west.member) == ("ada", "dora")


async def test_a7_eight_first_leads_of_a_company_at_once_go_to_one_member(office: Office) -> None:
    workers = [office.worker(asyncio.sleep) for _ in range(8)]
    leads = [a_lead(n, company_id=COMPANY) for n in range(8)]

    given = await asyncio.gather(
        *(worker.assign(lead, TEAMS) for worker, lead in zip(workers, leads, strict=True))
    )

    assert len({one.member for one in given}) == 1
    assert sum(one.cost for one in given) == 2520
