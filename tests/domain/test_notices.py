"""When a notice is wanted, and how many one recipient gets at a time."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from shared.domain.acts import Outcome, with_act
from shared.domain.follow_up import FollowUpState, LadderKind, flag
from shared.domain.lead import Lead
from shared.domain.notices import (
    Notice,
    Occasion,
    Role,
    claim,
    new_notice,
    not_wanted,
    run_id,
    to_be_listed,
    with_notices,
)
from shared.domain.places import MOST_SINGLE, WINDOW, Places, with_list, with_single
from tests.examples import OTHER_LEAD_ID, acted
from tests.fakes import START
from tests.nurture_timer.world import WAITING, WITHIN, lead

HOUR = timedelta(hours=1)
RUN_AT = START + WITHIN
OVERDUE = replace(flag(WAITING, RUN_AT), ladder_at=RUN_AT, ladder_kind=LadderKind.OVERDUE)


def why(of: Lead, occasion: Occasion = Occasion.NEW) -> str:
    notice = new_notice(
        of.lead_id,
        recipient=Role.OWNER,
        occasion=occasion,
        because_of=run_id(RUN_AT),
        now=START,
        send_from=START,
    )
    return not_wanted(notice, of)


def test_news_of_a_lead_that_waits_is_wanted() -> None:
    assert why(lead()) == ""
    assert why(lead(clock=OVERDUE), Occasion.OVERDUE) == ""


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (replace(lead(), merged_into=OTHER_LEAD_ID), "merged into another"),
        (replace(lead(), test=True), "nobody is to be contacted"),
        (replace(lead(), suppressed=True), "nobody is to be contacted"),
        (
            lead(clock=replace(WAITING, state=FollowUpState.FOLLOWED_UP)),
            "somebody has acted",
        ),
    ],
)
def test_what_is_of_no_use_any_more_is_not_wanted(changed: Lead, told: str) -> None:
    assert told in why(changed)


def test_what_is_of_a_run_ends_with_it() -> None:
    another = replace(OVERDUE, ladder_at=RUN_AT + HOUR)

    assert why(lead(clock=another), Occasion.REMINDER) == "somebody has acted"
    assert why(lead(), Occasion.REMINDER) == "somebody has acted"


def test_what_goes_into_a_list_is_not_sent_alone() -> None:
    notice = new_notice(
        "l1",
        recipient=Role.TEAM,
        occasion=Occasion.NEW,
        because_of="s1",
        now=START,
        send_from=START,
    )
    assert notice.may_go(START)
    assert not to_be_listed(notice).may_go(START)


def test_n5_ten_in_ten_minutes_and_one_list_find_a_place() -> None:
    places: Places | None = Places()
    for _ in range(MOST_SINGLE):
        assert places is not None
        places = with_single(places, START)
    assert places is not None
    assert with_single(places, START + WINDOW - HOUR / 60) is None
    assert with_single(places, START + WINDOW) is not None
    listed = with_list(places, START)
    assert listed is not None
    assert with_list(listed, START + WINDOW - HOUR / 60) is None
    assert with_list(listed, START + WINDOW) is not None


def test_a8_who_gets_a_lead_that_was_answered_and_is_open_is_told() -> None:
    done = replace(lead(clock=replace(WAITING, state=FollowUpState.FOLLOWED_UP)))
    open_ = replace(done, acts=with_act((), acted(START)))
    closed = replace(done, acts=with_act((), acted(START, outcome=Outcome.WON)))

    assert why(open_, Occasion.REASSIGNED) == ""
    assert why(open_, Occasion.NEW) == "somebody has acted"
    assert why(closed, Occasion.REASSIGNED) == "somebody has acted"


def test_n2_a_recipient_has_one_unsent_notice_and_a_lead_no_more_than_there_are_recipients() -> (
    None
):
    unsent: dict[str, Notice] = {}
    for number, (role, occasion) in enumerate(product(Role, Occasion)):
        newer = new_notice(
            "l1",
            recipient=role,
            occasion=occasion,
            because_of=f"s{number}",
            now=START,
            send_from=START,
        )
        unsent = with_notices(unsent, {str(role): claim(newer, "mine", START)})
        unsent = with_notices(unsent, {str(role): newer})
        assert unsent[role] == newer
        assert unsent[role].held_until(START) is None

    assert unsent.keys() == set(Role)
    assert len(Role) <= 10
