"""What is new in a lead is posted in parts that a receiver takes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.fakes.faults import Fault, Reply
from local.fakes.https_endpoint import HttpsEndpointServer
from shared.destinations.https_endpoint.adapter import POSTING_SECONDS, HttpsEndpointCrm
from shared.destinations.https_endpoint.lead_json import lead_json
from shared.destinations.https_endpoint.parts import (
    MOST_BYTES,
    MOST_INTERESTS,
    Part,
    halves,
    parts,
)
from shared.domain.errors import (
    CrmCredentialsError,
    CrmOutcomeUnknownError,
    CrmRejectedError,
    CrmUnavailableError,
)
from shared.domain.lead import Interest
from shared.ports.crm import Noted
from tests.destinations.https_endpoint.world import (
    RECORD,
    CrmFor,
    Ticking,
    changed,
    posted_interests,
)
from tests.examples import LEAD_ID, interest, lead

MANY = [interest(number, description=f"Number {number}.") for number in range(1, 251)]
IDS = [f"submission-{number}" for number in range(1, 251)]
FIRST_POSTS = ((1, 100), (101, 200), (201, 201))


@given(st.lists(st.integers(0, 20_000), max_size=40))
def test_parts_hold_each_interest_once_in_order_and_within_bounds(lengths: list[int]) -> None:
    new = [interest(number, description="x" * n) for number, n in enumerate(lengths, start=1)]
    made = parts(new, 100)

    assert [one for part in made for one in part.interests] == new
    assert [part.through for part in made] == [
        *(part.interests[-1].version for part in made[:-1]),
        100,
    ]
    for part in made:
        assert len(part.interests) <= MOST_INTERESTS
        assert len(part.interests) <= 1 or _size(part) < MOST_BYTES + 2_000  # the contact


def test_a_lead_without_anything_new_is_one_part() -> None:
    assert parts([], 7) == [Part(interests=(), through=7)]


def test_what_was_processed_late_is_in_a_part_by_its_version_and_there_by_its_time() -> None:
    late = [replace(interest(1), version=150), *[interest(number) for number in range(2, 150)]]
    first, last = parts(late, 150)

    assert (first.through, last.through) == (101, 150)
    assert last.interests[0] == late[0]


def test_a_part_is_halved_down_to_single_interests() -> None:
    [whole] = parts(MANY[:5], 9)
    first, second = halves(whole)

    assert (first.interests, first.through) == (tuple(MANY[:2]), 2)
    assert (second.interests, second.through) == (tuple(MANY[2:5]), 9)
    assert halves(parts(MANY[:1], 9)[0]) == halves(parts([], 9)[0]) == []


async def test_many_interests_are_several_posts_each_with_an_id_of_its_own_and_all_there_is(
    server: HttpsEndpointServer, crm: HttpsEndpointCrm
) -> None:
    upserted = await crm.upsert(lead(version=250), changed(*MANY), uncertain=False)

    ids = [f"{LEAD_ID}-1-100", f"{LEAD_ID}-101-200", f"{LEAD_ID}-250"]
    assert list(server.posts) == ids
    assert [body["newInterestsThrough"] for body in server.posts.values()] == [100, 200, 250]
    assert posted_interests(server) == IDS
    assert upserted.holds == frozenset(IDS)
    assert upserted.record == RECORD
    one, other, _ = (dict(body) for body in server.posts.values())
    for own in ("newInterests", "newInterestsThrough"):
        del one[own], other[own]
    assert one == other


@pytest.mark.parametrize("lost", [1, 2, 3])
async def test_parts_have_the_same_ids_after_a_lost_answer(
    server: HttpsEndpointServer, crm: HttpsEndpointCrm, lost: int
) -> None:
    server.faults.extend([*[Fault.NONE] * (lost - 1), Fault.CUT_AFTER])
    with pytest.raises(CrmOutcomeUnknownError):
        await crm.upsert(lead(version=250), changed(*MANY), uncertain=False)

    await crm.upsert(lead(version=250), changed(*MANY), uncertain=True)

    assert len(server.posts) == 3
    assert posted_interests(server) == IDS
    assert len(server.records()[0].notes) == 250


@pytest.mark.parametrize("lost", [1, 2])
async def test_a_push_that_comes_after_a_lost_answer_gives_no_part_another_id(
    server: HttpsEndpointServer, crm: HttpsEndpointCrm, lost: int
) -> None:
    server.faults.extend([*[Fault.NONE] * (lost - 1), Fault.CUT_AFTER])
    with pytest.raises(CrmOutcomeUnknownError):
        await crm.upsert(lead(version=250), changed(*MANY), uncertain=False)

    more = interest(251, description="Number 251.")
    await crm.upsert(lead(version=251), changed(*MANY, more), uncertain=True)

    assert list(server.posts) == [f"{LEAD_ID}-1-100", f"{LEAD_ID}-101-200", f"{LEAD_ID}-251"]
    assert posted_interests(server) == [*IDS, "submission-251"]


REFUSED = Reply(status=400, body=b'{"error": {"code": "X", "message": "No."}}')
UNAUTHORIZED = Reply(status=401, body=b'{"error": {"code": "X", "message": "Who?"}}')


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.THROTTLED, CrmUnavailableError),
        (REFUSED, CrmRejectedError),
        (UNAUTHORIZED, CrmCredentialsError),
    ],
)
async def test_a_part_that_is_not_taken_does_not_undo_those_before_it(
    server: HttpsEndpointServer,
    crm: HttpsEndpointCrm,
    fault: Fault | Reply,
    error: type[Exception],
) -> None:
    server.faults.append(fault)
    with pytest.raises(error, match=r"^4\d\d "):
        await crm.upsert(lead(version=250), changed(*MANY), uncertain=False)

    server.faults.extend([Fault.NONE, fault])
    upserted = await crm.upsert(lead(version=250), changed(*MANY), uncertain=False)

    assert upserted.holds == frozenset(IDS[:100])
    assert posted_interests(server) == IDS[:100]


async def test_a_single_interest_that_is_too_large_does_not_undo_those_before_it(
    server: HttpsEndpointServer, crm: HttpsEndpointCrm
) -> None:
    server.longest_body = 20_000
    large = interest(251, description="x" * 20_000)
    upserted = await crm.upsert(lead(version=251), changed(*MANY, large), uncertain=False)

    assert upserted.holds == frozenset(IDS)
    with pytest.raises(CrmRejectedError, match=r"^413 .* bytes were posted\): let the endpoint"):
        await crm.note(lead(version=251), upserted.record, large)


async def test_a_part_that_is_too_large_is_split_until_it_is_taken(
    server: HttpsEndpointServer, crm: HttpsEndpointCrm
) -> None:
    server.longest_body = 20_000
    upserted = await crm.upsert(lead(version=250), changed(*MANY), uncertain=False)

    assert len(server.posts) > 3
    assert posted_interests(server) == IDS
    assert upserted.holds == frozenset(IDS)
    assert len(server.records()) == 1


async def test_a_limit_that_changes_between_two_tries_costs_no_interest(
    server: HttpsEndpointServer, crm: HttpsEndpointCrm
) -> None:
    server.longest_body = 20_000
    server.faults.extend([Fault.NONE] * 8 + [Fault.CUT_AFTER])
    with pytest.raises(CrmOutcomeUnknownError):
        await crm.upsert(lead(version=250), changed(*MANY), uncertain=False)
    server.longest_body = 1_000_000
    await crm.upsert(lead(version=250), changed(*MANY), uncertain=True)

    assert len(server.records()[0].notes) == 250


@pytest.mark.parametrize("new", [[], MANY[:1], MANY[:2]])
async def test_what_is_too_large_alone_is_parked_with_the_reason(
    server: HttpsEndpointServer, crm: HttpsEndpointCrm, new: list[Interest]
) -> None:
    server.longest_body = 500
    with pytest.raises(CrmRejectedError, match=r"^413 .*The body is too large.* bytes were"):
        await crm.upsert(lead(), changed(*new), uncertain=False)

    assert server.records() == []


async def test_a_slow_endpoint_gets_the_rest_one_by_one(
    server: HttpsEndpointServer, crm_for: CrmFor
) -> None:
    crm = crm_for(server, Ticking(POSTING_SECONDS / 2))
    upserted = await crm.upsert(lead(version=250), changed(*MANY), uncertain=False)
    assert upserted.holds == frozenset(IDS[:200])

    for left in MANY[200:]:
        noted = await crm.note(lead(version=250), upserted.record, left)
        assert noted == Noted(id="R-1")

    posts = [(one, body["newInterestsThrough"]) for one, body in server.posts.items()]
    assert posts[:3] == [(f"{LEAD_ID}-{first}-{to}", to) for first, to in FIRST_POSTS]
    assert posts[-1] == (f"{LEAD_ID}-250", 250)
    assert posted_interests(server) == IDS
    assert len(server.records()[0].notes) == 250


def _size(part: Part) -> int:
    return len(lead_json(lead(), (), part.interests, 1).model_dump_json(by_alias=True).encode())
