"""What only a person can mend is parked, and tried again when there is a reason to."""

import pytest

from shared.domain.errors import CrmOutcomeUnknownError, CrmRejectedError, CrmUnavailableError
from shared.ports.leads import EventKind
from tests.fakes import FakeCrm
from tests.route_lead.relay import MINUTE, Relay, push

REFUSED = "LastName is required"


async def a_refused_lead() -> Relay:
    relay = Relay(crms={"crm": FakeCrm(rejects=REFUSED)})
    await relay.take(push(1))
    return relay


async def an_uncertain_lead() -> Relay:
    """Return one whose record may exist: a request had no answer, and the CRM can't be asked."""
    relay = Relay(crms={"crm": FakeCrm(finds=False)})
    relay.crm.fails = [CrmOutcomeUnknownError("no answer within 60 s")]
    await relay.take(push(1))
    await relay.drain()
    return relay


async def test_a_refused_lead_is_parked_with_the_words_of_the_crm() -> None:
    relay = Relay(crms={"crm": FakeCrm(rejects=REFUSED)})
    routed = await relay.take(push(1))
    assert routed is not None
    assert (routed.parked, routed.postponed) == (("crm",), None)
    assert relay.delivery().parked_version == 1
    assert relay.delivery().parked_reason == REFUSED
    assert relay.delivery().claim_id == ""
    assert relay.index.parked == {(relay.clock(), relay.lead.lead_id, "crm")}
    assert relay.told() == [EventKind.RECORDED, EventKind.PARKED]
    assert not relay.queue.messages


async def test_a_parked_lead_is_left_alone() -> None:
    relay = await a_refused_lead()
    await relay.take(relay.deliver())
    await relay.take(push(1))
    await relay.take(push(2, offer="offer-1"))
    assert relay.crm.calls == 1


async def test_a_new_interest_on_a_parked_lead_is_tried_with_all_that_is_missing() -> None:
    relay = await a_refused_lead()
    relay.crm.rejects = ""
    await relay.take(push(2, Title="Manager"))
    relay.assert_delivered("s1", "s2")
    assert relay.delivery().parked_version == 0


async def test_what_came_while_the_crm_refused_is_tried_at_once() -> None:
    relay = Relay()

    async def meanwhile(request: str) -> None:
        if request == "crm.upsert" and relay.crm.calls == 1:
            relay.crm.fails = [CrmRejectedError(REFUSED)]
            await relay.take(push(2))

    relay.crm.gate = meanwhile
    routed = await relay.take(push(1))
    assert routed is not None
    assert routed.parked == ()
    assert relay.delivery().parked_version == 1
    await relay.drain(until=relay.clock() + MINUTE)
    relay.assert_delivered("s1", "s2")


async def test_a_message_releases_what_is_parked_at_its_version_and_delivers_it() -> None:
    relay = await a_refused_lead()
    relay.crm.rejects = ""
    routed = await relay.take(relay.deliver(release_version=1))
    assert routed is not None
    assert routed.delivered == ("crm",)
    relay.assert_delivered("s1")
    assert relay.told()[2:] == [EventKind.RELEASED, EventKind.DELIVERED]


async def test_a_release_that_came_before_does_not_release_a_later_refusal() -> None:
    relay = await a_refused_lead()
    await relay.take(push(2))
    assert relay.delivery().parked_version == 2
    calls = relay.crm.calls
    await relay.take(relay.deliver(release_version=1))
    assert relay.crm.calls == calls
    assert relay.delivery().parked_version == 2


async def test_what_is_refused_again_is_parked_again() -> None:
    relay = await a_refused_lead()
    relay.crm.rejects = "Company is required"
    await relay.take(relay.deliver(release_version=1))
    assert relay.delivery().parked_reason == "Company is required"


async def test_a_lead_that_may_be_in_a_crm_that_cannot_be_asked_is_parked() -> None:
    relay = await an_uncertain_lead()
    assert relay.crm.records == []
    assert relay.delivery().parked_version == 1
    assert relay.delivery().parked_reason.startswith("uncertain: ")
    assert relay.delivery().uncertain


async def test_a_new_interest_does_not_make_it_certain() -> None:
    relay = await an_uncertain_lead()
    await relay.take(push(2))
    await relay.drain()
    assert relay.crm.records == []
    assert relay.delivery().parked_version == 2


async def test_a_person_who_has_looked_releases_an_uncertain_lead_and_it_is_created() -> None:
    relay = await an_uncertain_lead()
    await relay.take(relay.deliver(release_version=1))
    relay.assert_delivered("s1")


async def test_a_released_one_that_has_no_answer_again_is_uncertain_again() -> None:
    relay = await an_uncertain_lead()
    relay.crm.fails = [CrmOutcomeUnknownError("no answer within 60 s")]
    await relay.take(relay.deliver(release_version=1))
    await relay.drain()
    assert relay.crm.records == []
    assert relay.delivery().parked_reason.startswith("uncertain: ")


@pytest.mark.parametrize("finds", [True, False])
async def test_a_refusal_after_a_request_without_an_answer_leaves_it_uncertain(
    *, finds: bool
) -> None:
    """Whoever mends what was refused has not looked for a record."""
    relay = Relay(crms={"crm": FakeCrm(finds=finds)})
    relay.crm.fails = [CrmOutcomeUnknownError("no answer"), CrmRejectedError(REFUSED)]
    await relay.take(push(1))
    await relay.drain()
    assert relay.delivery().parked_reason == REFUSED
    await relay.take(relay.deliver(release_version=1))
    assert len(relay.crm.records) == finds


async def test_a_release_while_the_crm_is_down_waits_its_turn() -> None:
    relay = await a_refused_lead()
    relay.crm.rejects = ""
    relay.crm.fails = [CrmUnavailableError("503")]
    await relay.take(relay.deliver(release_version=1))
    assert len(relay.queue.messages) == 1
    await relay.drain()
    relay.assert_delivered("s1")


async def test_a_release_that_comes_twice_releases_only_what_was_parked_when_it_was_asked_for() -> (
    None
):
    relay = await an_uncertain_lead()
    parked_at = relay.delivery().parked_at
    asked = relay.deliver(release_version=1).model_copy(update={"parked_until": parked_at})
    relay.crm.fails = [CrmOutcomeUnknownError("no answer within 60 s")]
    await relay.take(asked)
    await relay.drain()
    calls = relay.crm.calls

    await relay.take(asked)

    assert relay.crm.calls == calls
    assert relay.delivery().parked_reason.startswith("uncertain: ")
