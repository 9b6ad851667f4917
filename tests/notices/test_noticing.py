"""What becomes of a claim on a notice, whoever was first."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.errors import ChannelUnavailableError
from shared.domain.notices import Notice, Occasion, Role, claim, new_notice, to_be_listed
from shared.noticing import Mine, claimed, marked
from shared.ports.leads import StoredLead
from shared.ports.telling import Told
from tests.fakes import START
from tests.nurture_timer.world import lead

MINE = Mine("owner", "claim-1")
NOTICE = new_notice(
    "l1", recipient=Role.OWNER, occasion=Occasion.NEW, because_of="s1", now=START, send_from=START
)


def stored(*notices: Notice) -> StoredLead:
    return StoredLead(
        lead=lead(), deliveries={}, etag="1", notices={one.recipient: one for one in notices}
    )


def test_nobody_claims_what_is_gone_or_held() -> None:
    assert claimed(stored(), MINE, START) is None
    assert claimed(stored(claim(NOTICE, "claim-2", START)), MINE, START) is None
    assert claimed(stored(to_be_listed(NOTICE)), MINE, START) is None
    assert claimed(stored(to_be_listed(NOTICE)), MINE, START, listed=True) is not None


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TimeoutError(), "no answer within 30 s"),
        (ChannelUnavailableError("503"), "503"),
        (KeyError("zoe@fabrikam.example"), "the channel failed with KeyError"),
    ],
)
def test_what_failed_is_noted_without_a_customer_s_data(error: Exception, reason: str) -> None:
    change = marked(stored(claim(NOTICE, MINE.claim_id, START)), MINE, error, START, 0.5)

    assert change is not None
    [notice] = change.notices.values()
    assert notice is not None
    assert (notice.last_error, notice.attempts, notice.claim_id) == (reason, 1, "")


def test_who_lost_the_claim_marks_nothing() -> None:
    another = stored(claim(NOTICE, "claim-2", START))

    assert marked(another, MINE, Told(recipient="anna", channel="people"), START, 0.5) is None
    assert marked(stored(), MINE, Told(), START, 0.5) is None


def test_n5_what_finds_no_place_waits_for_the_list_and_the_sweep_looks_at_once() -> None:
    held = stored(claim(NOTICE, MINE.claim_id, START))
    at = START + timedelta(seconds=2)

    change = marked(held, MINE, Told(recipient="anna", to_be_listed=True), at, 0.5)

    assert change is not None
    [notice] = change.notices.values()
    assert notice == replace(to_be_listed(NOTICE))
    assert change.lead.next_due_at == at
