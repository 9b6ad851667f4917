"""Rule N4: a notice always resolves to a channel, if there is any."""

from dataclasses import replace

from shared.domain.lead import Lead
from shared.domain.notices import Role
from shared.domain.rules import ChannelKind, ChannelRef, Rules
from shared.notices.resolving import Resolved, resolve, to_team
from tests.examples import lead
from tests.telling import ANNA, BO, NORTH, rules

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
    assert found.is_person


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
    assert not found.is_person


def test_n4_without_a_team_the_default_channel_is_told() -> None:
    teamless: Rules = replace(rules(), teams={})
    assert where(resolve(teamless, OURS, Role.OWNER)) == ("team:", "sales")
    assert where(to_team(teamless, None)) == ("team:", "sales")


def test_n4_without_any_channel_nobody_is() -> None:
    assert resolve(replace(rules(), channels={}), OURS, Role.OWNER) is None
