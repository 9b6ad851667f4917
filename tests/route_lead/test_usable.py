"""A wrong value from an adapter is an adapter that failed; it costs no lead its rows."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any, cast

import pytest

from shared.domain.acts import Outcome
from shared.domain.delivery import CrmRecord
from shared.domain.errors import CrmOutcomeUnknownError
from shared.domain.lead import Interest, Lead
from shared.domain.standing import Standing
from shared.ports.crm import Changed, CheckResult, FollowUpSeen, Noted, SeenAct, Upserted
from shared.usable import (
    usable_noted,
    usable_reminder_id,
    usable_results,
    usable_seen,
    usable_upserted,
)
from tests.fakes import START, FakeCrm
from tests.route_lead.relay import DAY, Relay, push

RECORD = CrmRecord(id="17", url="https://crm.example/17", baseline={"owner": "new"})
UPSERTED = Upserted(record=RECORD, owner="new", created=True, holds=frozenset({"s1"}))
NAIVE = START.replace(tzinfo=None)


def odd(value: object, **parts: object) -> Any:  # noqa: ANN401 - what no type allows
    return replace(cast("Any", value), **parts)


ODD_RECORDS: dict[str, Any] = {
    "an empty id": odd(RECORD, id=""),
    "a number as id": odd(RECORD, id=17),
    "a large number as id": odd(RECORD, id=2**40),
    "half a character in an id": odd(RECORD, id="x\ud83d"),
    "no address": odd(RECORD, url=None),
    "half a character in a baseline": odd(RECORD, baseline={"owner": "x\ud83d"}),
    "none in a baseline": odd(RECORD, baseline={"owner": None}),
    "a baseline of pairs": odd(RECORD, baseline=[("owner", "new")]),
    "none": None,
}
ODD_UPSERTED: dict[str, Any] = {
    "none": None,
    "a record alone": RECORD,
    "a number as owner": odd(UPSERTED, owner=7),
    "a number as truth": odd(UPSERTED, created=1),
    "a text as texts": odd(UPSERTED, holds="s1"),
    "numbers as texts": odd(UPSERTED, remarks=(1,)),
    **{f"with {name}": odd(UPSERTED, record=record) for name, record in ODD_RECORDS.items()},
}


@dataclass
class OddCrm(FakeCrm):
    """Does what is asked of it, and spoils the first answers."""

    takes_notes: bool = True
    upserted: Any = UPSERTED
    noted: Any = None
    spoils: int = 2

    async def upsert(self, lead: Lead, changed: Changed, *, uncertain: bool) -> Upserted:
        right = await super().upsert(lead, changed, uncertain=uncertain)
        self.spoils -= self.noted is None
        spoilt = cast("Upserted", self.upserted)
        return right if self.spoils < 0 or self.noted is not None else spoilt

    async def note(
        self, lead: Lead, record: CrmRecord, interest: Interest, standing: Standing | None = None
    ) -> Noted:
        right = await super().note(lead, record, interest, standing)
        self.spoils -= self.noted is not None
        return right if self.spoils < 0 or self.noted is None else cast("Noted", self.noted)


@pytest.mark.parametrize("answer", ODD_UPSERTED.values(), ids=ODD_UPSERTED)
async def test_an_answer_that_can_not_be_stored_is_one_that_did_not_come(answer: object) -> None:
    relay = Relay(crms={"crm": OddCrm(upserted=answer)})
    await relay.take(push(1))
    assert relay.delivery().last_error.startswith("the adapter failed: its ")
    assert relay.delivery().claim_id
    await relay.drain()
    relay.assert_delivered("s1")


@pytest.mark.parametrize(
    "answer", [17, Noted(id=cast("str", None)), odd(Noted(id=""), remarks="x")]
)
async def test_a_note_that_was_answered_oddly_is_asked_for_again(answer: object) -> None:
    relay = Relay(crms={"crm": OddCrm(noted=answer)})
    await relay.take(push(1))
    await relay.take(push(2))
    assert relay.delivery().last_error.startswith("the adapter failed: its Noted")
    await relay.drain(START + DAY)
    relay.assert_delivered("s1", "s2")


def test_a_remark_that_was_cut_within_a_character_is_told_without_the_half() -> None:
    cut = replace(UPSERTED, remarks=("the company was cut: Gräf \ud83d",))
    assert usable_upserted(cut).remarks == ("the company was cut: Gräf \ufffd",)
    assert usable_noted(Noted(id="", remarks=("\ud83d",))).remarks == ("\ufffd",)


ACT = SeenAct(at=START, by="Zoë", outcome=Outcome.WON, closed=True)
WRONG: list[tuple[Callable[[object], object], object]] = [
    (usable_seen, odd(FollowUpSeen(), at=NAIVE)),
    (usable_seen, odd(FollowUpSeen(), at=START.date())),
    (usable_seen, odd(FollowUpSeen(), acts=None)),
    (usable_seen, FollowUpSeen(acts=(odd(ACT, at=None),))),
    (usable_seen, FollowUpSeen(acts=(odd(ACT, outcome="won"),))),
    (usable_seen, FollowUpSeen(acts=(odd(ACT, closed="yes"),))),
    (usable_reminder_id, None),
    (usable_results, None),
    (usable_results, ["reachable"]),
    (usable_results, [odd(CheckResult(what=""), mend=None)]),
]


@pytest.mark.parametrize(("usable", "answer"), WRONG)
def test_every_wrong_answer_is_told_by_its_part_and_type(
    usable: Callable[[object], object], answer: object
) -> None:
    with pytest.raises(CrmOutcomeUnknownError, match=r"^the adapter failed: its .* of type "):
        usable(answer)


def test_right_answers_are_returned_as_they_are() -> None:
    seen = FollowUpSeen(at=START, acts=(ACT,), all_told=True, owner="005A")
    assert usable_upserted(UPSERTED) == UPSERTED
    assert usable_noted(Noted(id="n1")) == Noted(id="n1")
    assert usable_seen(seen) == seen
    assert usable_seen(FollowUpSeen()) == FollowUpSeen()
    assert usable_reminder_id("") == ""
    results: Collection[CheckResult] = [CheckResult(what="reachable")]
    assert usable_results(results) == results
