from dataclasses import replace
from datetime import timedelta

from shared.bootstrap import utc_now
from shared.domain.troubles import Cause
from shared.operations.status import MOST_CHECKED, StatusView, status, warnings
from shared.ports.index import Doing, Swept, TidiedTo, Trouble
from tests.cli.account import DAY, Account


async def test_an_empty_account_has_nothing_to_tell(account: Account) -> None:
    view = await status(account.stores)

    assert [(queue.name, queue.messages) for queue in view.queues] == [
        ("leads", 0),
        ("leads-poison", 0),
    ]
    assert set(dict(view.leads).values()) == {0}
    assert (view.quarantined, view.outbox, view.last_lead_at, view.last_sweep) == (0, 0, None, None)
    assert view.warnings == []


async def test_what_waits_and_what_is_stuck_is_counted(account: Account) -> None:
    await account.push("old@example.com", at=utc_now() - 2 * DAY)
    await account.sweep()
    newest = await account.push("new@example.com")
    await account.parked("parked@example.com")
    parked = await account.stores.lead("parked@example.com")
    await account.push("MSFT_TEST_1@test.com")
    await account.quarantine(b"no lead")
    await account.sweeping.outbox.keep("1", "message")
    await account.queue_body(b"{}")
    await account.queue_client("leads-poison").create_queue()
    await account.queue_client("leads-poison").send_message("poison")

    view = await status(account.stores)

    assert dict(view.leads) == {
        "last_24_hours": 2,
        "due": 4,
        "overdue": 1,
        "parked": 1,
        "test": 1,
    }
    assert [queue.messages for queue in view.queues] == [1, 1]
    assert all(queue.oldest_at for queue in view.queues)
    assert (view.quarantined, view.outbox) == (1, 1)
    assert view.last_lead_at is not None
    assert view.last_lead_at == parked.lead.created_at > newest.lead.created_at
    assert view.last_sweep is not None
    assert view.last_sweep.counts["flagged"] == 1
    assert view.warnings == [
        "1 lead is overdue: see `leads list --state overdue`",
        "1 lead is parked: see `leads list --state parked`",
        "1 body is in quarantine: see `leads quarantine list`",
        "1 push is in the outbox: could the queue be written?",
        "leads-poison is not empty: does quarantine_poison run?",
    ]


async def test_what_was_dealt_with_counts_no_longer_though_it_is_listed(account: Account) -> None:
    await account.parked("zoe@example.com")
    await account.push("zoe@example.com", OfferTitle="Other things")

    assert (await status(account.stores)).leads.parked == 0


async def test_many_leads_are_counted_as_they_are_listed(account: Account) -> None:
    for number in range(MOST_CHECKED + 1):
        await account.stores.index.put_overdue(f"{number:032x}", utc_now())

    assert (await status(account.stores)).leads.overdue == MOST_CHECKED + 1


async def test_a_timer_that_has_stopped_is_told(account: Account) -> None:
    await account.sweep()
    view = await status(account.stores)

    assert view.warnings == []
    [told] = warnings(view, utc_now() + timedelta(hours=1))
    assert told.startswith("no sweep since 2")
    assert told.endswith(" UTC: does nurture_timer run?")


async def test_a_timer_that_never_ran_is_told_once_a_lead_is_old_enough(account: Account) -> None:
    await account.push("zoe@example.com")
    view: StatusView = await status(account.stores)

    assert warnings(view, utc_now()) == []
    assert warnings(view, utc_now() + timedelta(hours=1)) == [
        "no sweep yet: does nurture_timer run?"
    ]


async def test_d3_a_destination_that_takes_nothing_is_not_said_to_reject_the_app(
    account: Account,
) -> None:
    told = Trouble(
        destination="hubspot",
        doing=Doing.DELIVER,
        reason="503",
        at=utc_now(),
        cause=Cause.UNREACHABLE,
    )
    await account.stores.index.put_trouble(told)

    [warning] = (await status(account.stores)).warnings

    assert warning.startswith("hubspot has taken no lead for an hour or more, so leads wait (last")


async def test_a_destination_that_refuses_us_is_told_first(account: Account) -> None:
    await account.parked("zoe@example.com")
    told = Trouble(destination="hubspot", doing=Doing.DELIVER, reason="401\nno", at=utc_now())
    await account.stores.index.put_trouble(told)
    await account.stores.index.put_trouble(replace(told, doing=Doing.ASK))

    view = await status(account.stores)

    assert [(one.destination, one.doing) for one in view.troubles] == [
        ("hubspot", "ask"),
        ("hubspot", "deliver"),
    ]
    at = f"{told.at:%Y-%m-%d %H:%M} UTC"
    assert view.warnings[:2] == [
        (
            "hubspot can't be asked about all leads, so follow-ups are not seen"
            f" (last at {at}): 401 no; see `leads check`"
        ),
        f"hubspot rejects the app, so leads wait (last at {at}): 401 no; see `leads check`",
    ]
    assert len(view.warnings) == 3


async def test_faults_of_the_app_in_the_last_sweep_are_warned_of(account: Account) -> None:
    await account.stores.index.put_heartbeat(utc_now(), Swept(failed=1, faults=2), TidiedTo())

    assert (await status(account.stores)).warnings == [
        "the last sweep had 2 faults of the app: see the errors in the log of nurture_timer"
    ]


async def test_faults_while_digests_and_troubles_were_told_are_warned_of_with_the_others(
    account: Account,
) -> None:
    """The next sweep writes its heartbeat before it tells anything."""
    await account.stores.index.put_announcing_faults(1)
    for faults in (1, 0):
        await account.stores.index.put_heartbeat(utc_now(), Swept(faults=faults), TidiedTo())
        counts = f"{faults + 1} fault{'s' if faults else ''}"
        assert (await status(account.stores)).warnings == [
            f"the last sweep had {counts} of the app: see the errors in the log of nurture_timer"
        ]

    await account.stores.index.put_announcing_faults(0)
    assert (await status(account.stores)).warnings == []
