"""Claims that a message names because no request is under way by them."""

from shared.domain.delivery import Delivery, claim
from shared.domain.lead import Contact
from shared.domain.unsent import claim_at, let_go
from tests.fakes import START

HELD = claim(Delivery(destination="hubspot"), "c1", START, Contact(email="anna@x.example"), "005B")


def test_a_claim_under_which_nothing_was_sent_leaves_nothing_behind() -> None:
    free = let_go(HELD, {"c0", "c1"})

    assert (free.claim_id, free.claim_ends_at, free.owners_sent) == ("", None, ())


def test_what_went_to_a_destination_that_did_nothing_stays_noted() -> None:
    free = let_go(HELD, {claim_at("c1", "hubspot")})

    assert (free.claim_id, free.claim_ends_at) == ("", None)
    assert (free.sent, free.owners_sent) == (("email",), ("005B",))


def test_other_claims_and_other_destinations_are_held_on_to() -> None:
    assert let_go(HELD, {"c2", claim_at("c1", "salesforce"), claim_at("c2", "hubspot")}) is HELD


def test_what_nobody_holds_is_left_alone() -> None:
    free = Delivery(destination="hubspot")

    assert let_go(free, {"", claim_at("", "hubspot")}) is free
