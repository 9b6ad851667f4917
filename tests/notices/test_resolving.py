"""Rule N4: a notice always resolves to a channel, if there is any."""

from dataclasses import replace

import pytest

from shared.domain.lead import Lead
from shared.domain.notices import Role
from shared.domain.planning import plan_for
from shared.domain.rules import ChannelKind, ChannelRef, Rules
from shared.notices.resolving import Resolved, resolve, to_team
from tests.examples import lead
from tests.telling import ANNA, BO, MARTA, NORTH, SALES, rules

OURS: Lead = replace(lead(), owner="anna", team="north")
MAIL = ChannelRef(name="people", kind=ChannelKind.EMAIL, setting="EMAIL_ENDPOINT")


def where(found: Resolved | None) -> tuple[str, str]:
    assert found
    return found.recipient_id, found.channel.name


def test_n4_an_owner_is_told_by_the_channel_of_the_members() -> None:
    found = resolve(rules(), OURS, Role.OWNER)

    assert where(found) == ("anna", "people")
    assert found
    assert found.to.slack == ANNA.slack
    assert found.acting == "team:north"


def test_n4_the_manager_and_the_teams_channel_are_told_as_themselves() -> None:
    assert where(resolve(rules(), OURS, Role.MANAGER)) == ("marta", "people")
    assert where(resolve(rules(), OURS, Role.TEAM)) == ("team:north", "sales")


def test_n4_the_stand_in_is_told_where_nobody_has_the_role() -> None:
    stood_in = rules(replace(NORTH, manager=None, stand_in=BO))
    assert where(resolve(stood_in, OURS, Role.MANAGER)) == ("bo", "people")


def test_n4_without_a_person_or_an_address_the_teams_channel_is_told() -> None:
    by_mail = replace(rules(), channels={**rules().channels, "people": MAIL})

    assert where(resolve(by_mail, OURS, Role.OWNER)) == ("team:north", "sales")
    assert where(resolve(rules(), replace(OURS, owner=""), Role.OWNER)) == ("team:north", "sales")
    found = resolve(rules(), replace(OURS, owner=""), Role.OWNER)
    assert found
    assert found.acting == "team:north"


def test_n4_without_a_team_the_default_channel_is_told() -> None:
    teamless: Rules = replace(rules(), teams={})
    assert where(resolve(teamless, OURS, Role.OWNER)) == ("team:", "sales")
    assert where(to_team(teamless, None)) == ("team:", "sales")


def test_n4_without_any_channel_nobody_is() -> None:
    assert resolve(replace(rules(), channels={}), OURS, Role.OWNER) is None


def test_n4_the_stand_in_is_told_where_no_channel_reaches_the_owner() -> None:
    mail = replace(SALES, name="mail", kind=ChannelKind.EMAIL)
    marta = replace(MARTA, email="marta@contoso.com")
    team = replace(NORTH, channel="", member_channel="mail", stand_in=marta)
    reached = replace(rules(team), channels={"sales": SALES, "mail": mail})

    assert where(resolve(reached, OURS, Role.OWNER)) == ("marta", "mail")
    assert Role.OWNER in plan_for(reached, OURS).roles


def test_n4_the_stand_in_counts_where_there_is_no_manager() -> None:
    assert Role.MANAGER in plan_for(rules(replace(NORTH, manager=None, stand_in=BO)), OURS).roles
    assert Role.MANAGER not in plan_for(rules(replace(NORTH, manager=None)), OURS).roles


def test_a5_nobody_stands_in_for_an_owner_whom_only_the_crm_knows() -> None:
    outside = replace(OURS, owner="dynamics:5")
    stood_in = rules(replace(NORTH, stand_in=BO))

    assert where(resolve(stood_in, outside, Role.OWNER)) == ("team:north", "sales")
    assert Role.OWNER not in plan_for(stood_in, outside).roles


SHARED_BY_NAME = replace(rules(), teams={"north": replace(NORTH, member_channel="")})
SHARED_BY_PLACE = replace(
    rules(), channels={"sales": SALES, "people": replace(SALES, name="people")}
)
OF_ONE = replace(ANNA, channel="annas")


@pytest.mark.parametrize("shared", [rules(), SHARED_BY_NAME, SHARED_BY_PLACE])
def test_a_link_that_others_read_too_does_not_say_who_acts(shared: Rules) -> None:
    found = resolve(shared, OURS, Role.OWNER)

    assert found
    assert (found.recipient_id, found.acting) == ("anna", "team:north")


@pytest.mark.parametrize("kind", [ChannelKind.TEAMS, ChannelKind.SLACK, ChannelKind.EMAIL])
def test_a_link_that_one_person_reads_acts_in_their_name(kind: ChannelKind) -> None:
    annas = ChannelRef(name="annas", kind=kind, setting="ANNAS_URL")
    with_mail = replace(OF_ONE, email="anna@contoso.com")
    own = rules(replace(NORTH, members=(with_mail, BO)))

    found = resolve(replace(own, channels={**own.channels, "annas": annas}), OURS, Role.OWNER)

    assert found
    assert found.acting == "anna"
