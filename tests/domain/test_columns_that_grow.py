"""What grows with every merge, rule and turn stays small enough to be stored."""

from dataclasses import replace
from datetime import timedelta

from shared.domain.fair_turns import MOST_STANDINGS, TeamTurns, of_members, take_turn
from shared.domain.follow_up import FollowUp, FollowUpState, LadderKind
from shared.domain.joining import MOST_MERGED_FROM, Coming, joined
from shared.domain.merging import MergeRules
from shared.domain.tags import MOST_TAGS, with_tags
from shared.owning import with_owner
from shared.ports.leads import LeadChange
from shared.ports.owners import Owned
from tests.examples import LEAD_ID, OTHER_LEAD_ID, lead
from tests.fakes import START

DAY = timedelta(days=1)
RULES = MergeRules(repeat_window=DAY, follow_up_within=DAY)


def ids(count: int) -> tuple[str, ...]:
    return tuple(f"{number:032x}" for number in range(count))


def test_a_lead_names_the_newest_of_those_that_became_part_of_it() -> None:
    into = replace(lead(), lead_id=LEAD_ID, merged_from=ids(MOST_MERGED_FROM))
    other = replace(lead(), lead_id=OTHER_LEAD_ID, merged_from=("c3" * 16,))

    merged = joined(into, other, Coming(due_at=START), RULES).lead.merged_from
    again = joined(replace(into, merged_from=merged), other, Coming(due_at=START), RULES).lead

    assert merged == (*ids(MOST_MERGED_FROM)[2:], "c3" * 16, OTHER_LEAD_ID)
    assert again.merged_from == merged


def test_a_lead_keeps_its_first_tags_where_they_are_too_many() -> None:
    many = [f"tag-{number:04d}" for number in range(MOST_TAGS - 1)]

    full = with_tags(many, ["a", "b"])

    assert full == (*sorted(["a", *many]),)
    assert with_tags(full, ["b", "a"]) == full


def test_who_had_a_lead_twice_in_one_run_is_named_once_and_last() -> None:
    clock = FollowUp(
        state=FollowUpState.OVERDUE,
        ladder_at=START,
        ladder_kind=LadderKind.OVERDUE,
        had=("anna", "bo"),
    )
    owned = replace(lead(), owner="anna", follow_up=clock)
    change = LeadChange(before=None, lead=owned, at=START)

    after = with_owner(change, Owned(member="marta", team="north", why="by turns")).lead

    assert after.follow_up.had == ("bo", "anna")


def test_who_has_left_a_team_keeps_their_place_as_long_as_there_is_room() -> None:
    turns = TeamTurns()
    for number in range(MOST_STANDINGS):
        assert of_members(turns, {"chief"}) == turns
        turns = take_turn(turns, {f"member-{number}": 1, "chief": 1}, [f"member-{number}"]).turns

    assert of_members(turns, {"chief", "member-4"}).standings.keys() == {"chief", "member-4"}
