"""Telling somebody: single notices, lists, and tasks in the CRM."""

from dataclasses import replace

import pytest

from shared.domain.delivery import CrmRecord, Delivery
from shared.domain.errors import (
    ChannelRefusedError,
    ChannelUnavailableError,
    CrmRejectedError,
    CrmUnavailableError,
    SettingsError,
)
from shared.domain.notices import Notice, Occasion, Role, new_notice
from shared.domain.rules import ChannelKind, ChannelRef, Rules
from shared.notices.teller import NoticeTeller
from shared.ports.leads import StoredLead
from shared.ports.telling import Listed, Told
from shared.storage.open_words import kept
from tests.examples import lead
from tests.fakes import START, Clock, FakeCrm, FakeDestinations, FakeLeadStore
from tests.telling import MARTA, NORTH, FakeChannels, FakePlaces, rules

RECORD = Delivery(destination="crm", record=CrmRecord(id="0", url="https://crm.example/0"))
IN_CRM = ChannelRef(name="tasks", kind=ChannelKind.CRM)
BY_TASK = replace(
    rules(replace(NORTH, member_channel="tasks")), channels={**rules().channels, "tasks": IN_CRM}
)


class Telling:
    """A teller over fakes."""

    def __init__(self, in_force: Rules | None = None, crm: FakeCrm | None = None) -> None:
        self.rules = in_force or rules()
        self.crm = crm or FakeCrm()
        self.channels = FakeChannels(clock=Clock())
        self.places = FakePlaces()
        self.teller = NoticeTeller(
            rules=self.in_force,
            channels=self.channels,
            destinations=FakeDestinations(
                {"crm": self.crm, "broken": None, "a_table": FakeCrm(keeps_tasks=False)}
            ),
            leads=FakeLeadStore(),
            clock=Clock(),
            places=self.places,
            link=self.link,
            details=True,
        )
        self.links = True

    async def in_force(self) -> Rules:
        return self.rules

    async def link(self, stored: StoredLead, recipient: str) -> str:
        if not self.links:
            raise SettingsError(["PUBLIC_URL: is wrong"])
        return f"https://relay.example/{stored.lead.lead_id}/{recipient}"


def asked(*deliveries: Delivery) -> StoredLead:
    one = replace(lead(), owner="anna", team="north", suppressed=False, merged_into="")
    named = {delivery.destination: delivery for delivery in deliveries}
    return StoredLead(lead=one, deliveries=named, etag="1")


def notice(role: Role = Role.OWNER, occasion: Occasion = Occasion.NEW) -> Notice:
    return new_notice(
        "l1", recipient=role, occasion=occasion, because_of="s1", now=START, send_from=START
    )


async def test_a_notice_links_to_the_page_to_act_or_goes_without_a_link() -> None:
    there, without = Telling(), Telling()
    without.links = False

    for telling in (there, without):
        told = await telling.teller.tell(asked(RECORD), notice())
        assert told == Told(recipient="anna", channel="people")

    [linked], [bare] = there.channels.arrived, without.channels.arrived
    assert [link.url for link in linked.message.links if "relay.example" in link.url]
    assert not [link.url for link in bare.message.links if "relay.example" in link.url]


async def test_n5_what_finds_no_place_is_to_be_listed() -> None:
    telling = Telling()
    told = [await telling.teller.tell(asked(), notice()) for _ in range(11)]

    assert [one.to_be_listed for one in told] == [False] * 10 + [True]
    assert len(telling.channels.arrived) == 10


@pytest.mark.parametrize("occasion", list(Occasion))
async def test_n5_a_list_names_the_leads(occasion: Occasion) -> None:
    telling = Telling()
    listed = [Listed(stored=asked(RECORD), notice=notice(occasion=occasion))] * 12

    assert await telling.teller.recipient_of(listed[0].stored, listed[0].notice) == "anna"
    assert await telling.teller.may_list("anna")
    told = await telling.teller.tell_list(listed)

    assert told == Told(recipient="anna", channel="people")
    [arrived] = telling.channels.arrived
    assert len(arrived.message.lists[0].items) == 10
    assert arrived.message.lists[0].more == 2


async def test_a_list_of_handovers_says_yours_only_to_a_person() -> None:
    telling = Telling()
    for role, title in (
        (Role.OWNER, "3 leads are now yours"),
        (Role.TEAM, "3 leads have another owner now"),
    ):
        one = Listed(stored=asked(), notice=notice(role, Occasion.REASSIGNED))
        await telling.teller.tell_list([one] * 3)
        assert telling.channels.arrived[-1].message.title == (title,)


async def test_n6_a_manager_reads_times_in_their_own_zone() -> None:
    marta = replace(MARTA, zone="Asia/Tokyo")
    telling = Telling(rules(replace(NORTH, manager=marta)))
    due = replace(asked().lead, follow_up=replace(asked().lead.follow_up, due_at=START))

    for role in (Role.MANAGER, Role.OWNER):
        await telling.teller.tell(replace(asked(), lead=due), notice(role, Occasion.ESCALATION))

    managers, owners = (
        next(fact.value for fact in one.message.facts if fact.label == "Answer by")
        for one in telling.channels.arrived
    )
    assert str(managers[0]).endswith("JST")
    assert str(owners[0]).endswith("UTC")


async def test_without_a_channel_a_list_is_told_to_nobody() -> None:
    telling = Telling(replace(rules(), channels={}, default_channel=""))
    one = Listed(stored=asked(), notice=notice())

    assert await telling.teller.recipient_of(one.stored, one.notice) == ""
    assert await telling.teller.tell_list([one]) == Told()


async def test_who_is_told_in_the_crm_gets_a_task_with_the_record() -> None:
    telling = Telling(BY_TASK)

    told = await telling.teller.tell(asked(RECORD), notice())

    assert told == Told(recipient="anna", channel="tasks")
    assert telling.channels.arrived == []


async def test_n4_without_a_record_the_team_is_told_in_their_place() -> None:
    telling = Telling(BY_TASK)

    told = await telling.teller.tell(asked(Delivery(destination="crm")), notice())

    assert told == Told(recipient="team:north", channel="sales")
    listed = Listed(stored=asked(), notice=notice())
    assert (await telling.teller.tell_list([listed])).channel == "sales"


async def test_n4_a_task_goes_where_tasks_are_kept_else_the_team_is_told() -> None:
    """A table keeps none, and has a record of every lead."""
    in_table = replace(RECORD, destination="a_table")
    both, table_alone = Telling(BY_TASK), Telling(BY_TASK)

    told = await both.teller.tell(asked(in_table, RECORD), notice())
    assert told == Told(recipient="anna", channel="tasks")
    assert list(both.crm.reminders) == [notice().notice_id]

    told = await table_alone.teller.tell(asked(in_table), notice())
    assert told == Told(recipient="team:north", channel="sales")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (CrmRejectedError("400"), ChannelRefusedError),
        (CrmUnavailableError("503"), ChannelUnavailableError),
    ],
)
async def test_a_crm_that_takes_no_task_is_a_channel_that_fails(
    error: Exception, told: type[Exception]
) -> None:
    async def fails(request: str) -> None:
        if request == "crm.remind":
            raise error

    telling = Telling(BY_TASK, FakeCrm(gate=fails))

    with pytest.raises(told, match=r"^tasks: crm (refuses|has not taken) the task$"):
        await telling.teller.tell(asked(RECORD), notice())


async def test_a_crm_that_is_not_set_up_is_a_channel_that_fails() -> None:
    telling = Telling(BY_TASK)
    broken = replace(RECORD, destination="broken")

    with pytest.raises(ChannelUnavailableError, match="tasks: "):
        await telling.teller.tell(asked(broken), notice())


async def test_n4_the_same_news_comes_to_one_channel_once() -> None:
    telling = Telling(rules(replace(NORTH, members=())))
    team = notice(Role.TEAM)
    both = replace(asked(), notices={"team": team, "owner": notice()})

    told = await telling.teller.tell(both, notice())

    assert told == Told(recipient="team:north")
    assert telling.channels.arrived == []


@pytest.mark.parametrize(
    "newer",
    [
        replace(notice(), recipient="deputy"),
        replace(notice(), occasion=kept(Occasion, "birthday")),
    ],
    ids=["recipient", "occasion"],
)
async def test_n4_a_notice_that_only_a_newer_version_knows_waits_for_it(newer: Notice) -> None:
    telling = Telling()
    listed = Listed(stored=asked(), notice=newer)

    for tell in (telling.teller.tell(asked(), newer), telling.teller.tell_list([listed])):
        with pytest.raises(ChannelUnavailableError, match="does not know the notice"):
            await tell

    who = await telling.teller.recipient_of(asked(), newer)
    assert who == ("anna" if newer.recipient == "owner" else "")
    assert telling.channels.told() == []
