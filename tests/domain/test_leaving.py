"""A8: who has left counts as not being in the rules, whatever the file says."""

from shared.domain.leaving import without_members
from shared.domain.rules import Member, Rule, Rules, Team

ADA, BOB, CEM = (Member(id=name, name=name.title()) for name in ("ada", "bob", "cem"))
EAST = Team(id="east", name="East", members=(ADA, BOB, CEM), manager=ADA, stand_in=BOB)
RULES = Rules(rules=(Rule(name="default", team="east"),), teams={"east": EAST})


def test_a8_a_leaver_is_neither_member_nor_manager_nor_stand_in() -> None:
    staying = without_members(RULES, {"ada", "cem"}).teams["east"]

    assert (staying.members, staying.manager, staying.stand_in) == ((BOB,), None, BOB)
    assert without_members(RULES, {"ada", "cem"}).leavers == (ADA, CEM)


def test_a8_without_leavers_the_rules_are_as_they_are() -> None:
    assert without_members(RULES, ()) is RULES
