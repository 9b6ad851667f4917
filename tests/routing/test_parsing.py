"""What a right file says."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from shared.domain.calendars import Calendar, Window
from shared.domain.conditions import RoutingFacts
from shared.domain.durations import Duration
from shared.domain.priority import Priority
from shared.domain.routing import route
from shared.domain.rules import (
    DEFAULT_CHECK_INS,
    ChannelKind,
    ChannelRef,
    Member,
    Notify,
    Policy,
    Prerequisites,
    Rule,
    Step,
    StepKind,
)
from shared.domain.stage import Stage
from shared.routing.faults import Loc, Position
from shared.routing.parsing import check_rules, parse_rules

EXAMPLE = Path(__file__).parents[2] / "samples" / "routing.toml"
RULES = parse_rules(EXAMPLE.read_text("utf-8"), source="the example")


def test_the_example_has_neither_faults_nor_doubts() -> None:
    checked = check_rules(EXAMPLE.read_text("utf-8"), destinations=("dynamics",))

    assert (checked.faults, checked.doubts) == ((), ())


def test_teams_have_members_with_their_weights_and_a_calendar() -> None:
    europe = RULES.teams["europe"]

    assert [(m.id, m.weight) for m in europe.members] == [("ada", 2), ("blaise", 1), ("charles", 1)]
    assert europe.members[0] == Member(
        id="ada",
        name="Ada Example",
        email="ada@contoso.com",
        teams="ada@contoso.com",
        weight=2,
        owner_ids={"dynamics": "6f1c1f0a-2a55-4a0b-8c1f-0c9e0a6a5a01"},
    )
    assert europe.manager is not None
    assert (europe.manager.name, europe.manager.channel) == ("Emmy Example", "mail")
    usual = (Window.parse("09:00-17:30"),)
    friday = (Window.parse("09:00-12:30"), Window.parse("13:30-16:00"))
    assert europe.calendar == Calendar(
        zone="Europe/Berlin",
        hours=(usual,) * 4 + (friday, (), ()),
        country="DE",
        subdivision="BE",
        closed=frozenset({date(2026, 12, 24), date(2026, 12, 31)}),
    )
    assert (europe.zone, europe.notify) == ("Europe/Berlin", Notify.WORKING_HOURS)


def test_policies_have_a_ladder_and_check_ins() -> None:
    assert RULES.policies["fast"] == Policy(
        name="fast",
        within=Duration.parse("4 working hours"),
        ladder=(
            Step(gap=Duration.parse("1 working hour"), kind=StepKind.REMIND),
            Step(gap=Duration.parse("2 working hours"), kind=StepKind.REASSIGN),
            Step(gap=Duration.parse("1 working day"), kind=StepKind.ESCALATE),
        ),
        check_ins=DEFAULT_CHECK_INS,
    )
    assert RULES.policies["standard"].check_ins == DEFAULT_CHECK_INS


def test_channels_name_the_settings_of_their_urls() -> None:
    assert RULES.channels["europe"] == ChannelRef(
        name="europe", kind=ChannelKind.TEAMS, setting="NOTICE_TEAMS_EUROPE"
    )
    assert (RULES.default_channel, RULES.source) == ("relay", "the example")


def test_prerequisites_are_those_of_the_file() -> None:
    assert RULES.prerequisites == Prerequisites(
        required=("email", "company"), business_address=True
    )


def test_what_a_rule_leaves_out_is_as_in_the_default_rule() -> None:
    rules = parse_rules("""
        [default]
        destinations = ["hubspot"]
        team = "east"
        owner = "ada"
        policy = "usual"
        priority = "low"
        tags = ["all"]
        same_company = true

        [[rules]]
        name = "inherits"
        when.country = "FR"

        [[rules]]
        name = "differs"
        when.country = "DE"
        destinations = ["dynamics"]
        team = "west"
        policy = "fast"
        priority = "high"
        tags = []
        same_company = false

        [teams]
        east = { members = ["ada"] }
        west = { members = ["bob"] }
        [people]
        ada = {}
        bob = {}
        [policies]
        usual.within = "24h"
        fast = { within = "1h", check_ins = [] }
    """)

    inherits, differs, default = rules.rules

    assert (inherits.destinations, inherits.team, inherits.owner) == (("hubspot",), "east", "ada")
    assert (inherits.policy, inherits.priority, inherits.tags) == ("usual", Priority.LOW, ("all",))
    assert inherits.same_company
    assert differs == Rule(
        name="differs",
        when=differs.when,
        destinations=("dynamics",),
        team="west",
        policy="fast",
        priority=Priority.HIGH,
    )
    assert (default.name, default.owner) == ("default", "ada")
    assert rules.policies["fast"].check_ins == ()


def test_an_empty_default_leaves_everything_to_the_settings() -> None:
    rules = parse_rules("\ufeff[default]\r\n")

    assert rules.rules == (Rule(name="default"),)


def test_every_condition_is_read() -> None:
    rules = parse_rules("""
        [default]
        [country_groups]
        west = ["FR", "NL"]
        [[rules]]
        name = "all"
        [rules.when]
        source = "AppSource"
        action = ["INS", "CREATE"]
        stage = ["active"]
        publisher = "contoso"
        offer = "contoso-*"
        country = ["west", "DE"]
        company = "Fabrikam*"
        mail_domain = "fabrikam.example.com"
        words = ["price", "free trial"]
        qualified = true
        test = false
    """)
    facts = RoutingFacts(
        source="appsource",
        action="ins",
        stage=Stage.ACTIVE,
        publisher="Contoso",
        offer="contoso-crm",
        country="NL",
        company="Fabrikam GmbH",
        mail_domain="fabrikam.example.com",
        description="Price, please",
    )

    assert route(rules, facts).rule == "all"
    assert route(rules, facts).why == (
        "source: appsource",
        "action: ins, create",
        "stage: active",
        "publisher: contoso",
        "offer: contoso-*",
        "country: west, DE",
        "company: fabrikam*",
        "mail domain: fabrikam.example.com",
        "words: price, free trial",
        "qualified: yes",
        "test: no",
    )
    assert [str(r) for r in route(rules, RoutingFacts(country="ES")).why_not[0].reasons][5:6] == [
        "country is ES; this rule wants west or DE"
    ]


@pytest.mark.parametrize(
    ("facts", "rule", "team"),
    [
        (RoutingFacts(action="INS", country="AT"), "ready to buy", "europe"),
        (RoutingFacts(action="INS", country="AT", qualified=False), "Europe", "europe"),
        (RoutingFacts(country="US", offer="contoso-crm", description="We are a partner."),
         "partners", "americas"),
        (RoutingFacts(), "default", "americas"),
    ],
)  # fmt: skip
def test_the_example_routes_leads(facts: RoutingFacts, rule: str, team: str) -> None:
    decision = route(RULES, facts)

    assert (decision.rule, decision.team) == (rule, team)


def test_the_example_says_until_when() -> None:
    europe = RULES.teams["europe"]
    friday_noon = datetime(2026, 11, 27, 14, 30, tzinfo=UTC)

    due_at = RULES.policies["fast"].within

    assert due_at is not None
    assert due_at.after(friday_noon, europe.calendar) == datetime(2026, 11, 30, 11, 30, tzinfo=UTC)


def test_faults_are_told_in_the_order_of_the_file_if_their_places_are_known() -> None:
    places: dict[Loc, Position | None] = {("a",): Position(9, 1), ("b",): Position(3, 5), (): None}

    checked = check_rules("a = 1\nb = 2\n", locate=lambda loc: places[loc])

    assert [str(fault)[:20] for fault in checked.faults] == [
        "[default] is missing",
        "line 3, column 5: b:",
        "line 9, column 1: a:",
    ]
