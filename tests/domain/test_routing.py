"""Which rule matches, why, and what several interests of one lead come to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from shared.domain.conditions import Conditions, Pattern, RoutingFacts, WordPattern
from shared.domain.durations import Duration
from shared.domain.lead import Contact, KeyKind, Lead, Submission
from shared.domain.priority import Priority
from shared.domain.routing import Decision, Labels, facts_of, route
from shared.domain.rules import (
    ChannelKind,
    ChannelRef,
    Member,
    Policy,
    Rule,
    Rules,
    Team,
    rules_without_file,
)
from shared.domain.stage import Stage

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)

EVERYTHING = RoutingFacts(
    source="AppSource",
    action="INS",
    stage=Stage.ACTIVE,
    publisher="contoso",
    offer="contoso-crm",
    country="DE",
    company="Fabrikam GmbH",
    mail_domain="fabrikam.example.com",
    description="We need a quote, and a free trial.",
)


def patterns(*texts: str) -> tuple[Pattern, ...]:
    return tuple(map(Pattern.parse, texts))


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        (Conditions(source=patterns("AzureMarketplace")),
         "source is AppSource; this rule wants azuremarketplace"),
        (Conditions(action=patterns("PLT", "CREATE")),
         "action is INS; this rule wants plt or create"),
        (Conditions(stage=(Stage.INITIAL,)), "stage is active; this rule wants initial"),
        (Conditions(publisher=patterns("northwind*")),
         "publisher is contoso; this rule wants northwind*"),
        (Conditions(offer=patterns("contoso")), "offer is contoso-crm; this rule wants contoso"),
        (Conditions(country=("FR", "NL")), "country is DE; this rule wants FR or NL"),
        (Conditions(country=("FR", "NL"), countries_as_written=("west",)),
         "country is DE; this rule wants west"),
        (Conditions(company=patterns("Contoso*")),
         "company is Fabrikam GmbH; this rule wants contoso*"),
        (Conditions(mail_domain=patterns("contoso.com")),
         "mail domain is fabrikam.example.com; this rule wants contoso.com"),
        (Conditions(words=(WordPattern.parse("price"), WordPattern.parse("demo*"))),
         "the description has none of: price, demo*"),
        (Conditions(qualified=False), "qualified is yes; this rule wants no"),
        (Conditions(test=True), "test is no; this rule wants yes"),
    ],
)  # fmt: skip
def test_a_rule_that_does_not_match_says_why(when: Conditions, reason: str) -> None:
    [mismatch] = when.mismatches(EVERYTHING)

    assert str(mismatch) == reason


@pytest.mark.parametrize(
    "when",
    [
        Conditions(),
        Conditions(
            source=patterns("appsource"), action=patterns("ins"), offer=patterns("Contoso-*")
        ),
        Conditions(stage=(Stage.INITIAL, Stage.ACTIVE), country=("FR", "DE"), qualified=True),
        Conditions(company=patterns("fabrikam  gmbh"), mail_domain=patterns("fabrikam*")),
        Conditions(publisher=patterns("*"), test=False),
        Conditions(words=(WordPattern.parse("QUOTE"),)),
        Conditions(words=(WordPattern.parse("free tri*"),)),
    ],
)
def test_values_are_compared_without_case_and_a_star_is_the_rest(when: Conditions) -> None:
    assert list(when.mismatches(EVERYTHING)) == []


@pytest.mark.parametrize("text", ["tria", "rial", "quote and free", "freetrial"])
def test_words_are_whole_words_in_a_row(text: str) -> None:
    when = Conditions(words=(WordPattern.parse(text),))

    assert [m.condition for m in when.mismatches(EVERYTHING)] == ["words"]


def test_what_is_not_known_matches_no_pattern() -> None:
    [mismatch] = Conditions(offer=patterns("*")).mismatches(RoutingFacts())

    assert str(mismatch) == "offer is not known; this rule wants *"


@pytest.mark.parametrize("text", ["", " ", "**", "a*b", "*a"])
def test_a_star_may_only_be_the_last_character(text: str) -> None:
    with pytest.raises(ValueError, match="which may have \\* as its last character"):
        Pattern.parse(text)


@pytest.mark.parametrize("text", ["*", "-", "? *"])
def test_words_need_a_word(text: str) -> None:
    with pytest.raises(ValueError, match="should have a word in it"):
        WordPattern.parse(text)


@pytest.mark.parametrize("text", ["price", "free trial", "free tri*", "价格"])
def test_patterns_are_written_as_they_were_read(text: str) -> None:
    assert str(WordPattern.parse(text)) == str(Pattern.parse(text)) == text


RULES = Rules(
    rules=(
        Rule(name="france", when=Conditions(country=("FR",)), team="west"),
        Rule(name="tests", when=Conditions(test=True, country=("US",))),
        Rule(
            name="crm",
            when=Conditions(offer=patterns("contoso-*"), action=patterns("INS")),
            team="east",
            owner="ada",
            policy="fast",
            priority=Priority.HIGH,
            tags=("crm",),
            destinations=("dynamics",),
            same_company=True,
        ),
        Rule(name="default"),
    )
)


def test_the_first_rule_that_matches_wins_and_says_why_the_others_did_not() -> None:
    decision = route(RULES, EVERYTHING)

    assert replace(decision, why_not=()) == Decision(
        rule="crm",
        why=("action: ins", "offer: contoso-*"),
        team="east",
        owner="ada",
        policy="fast",
        priority=Priority.HIGH,
        tags=("crm",),
        destinations=("dynamics",),
        same_company=True,
    )
    assert [(w.rule, [str(r) for r in w.reasons]) for w in decision.why_not] == [
        ("france", ["country is DE; this rule wants FR"]),
        ("tests", ["country is DE; this rule wants US", "test is no; this rule wants yes"]),
    ]


def test_the_last_rule_matches_every_lead() -> None:
    decision = route(RULES, RoutingFacts())

    assert (decision.rule, decision.why, len(decision.why_not)) == ("default", (), 3)


@pytest.mark.parametrize(
    ("named", "goes_to"),
    [
        ((), ("azure_table", "hubspot")),
        (("hubspot",), ("hubspot",)),
        (("dynamics", "hubspot"), ("hubspot",)),
        (("dynamics",), ("azure_table", "hubspot")),
    ],
)
def test_a_rule_chooses_among_the_destinations_in_use(
    named: tuple[str, ...], goes_to: tuple[str, ...]
) -> None:
    decision = Decision(rule="a", destinations=named)

    assert decision.goes_to(("azure_table", "hubspot")) == goes_to


def test_several_interests_only_add_destinations_and_tags_in_whatever_order() -> None:
    decisions = [
        Decision(rule="a", destinations=("hubspot",), tags=("vip", "crm")),
        Decision(rule="b", priority=Priority.HIGH, tags=("crm",)),
        Decision(rule="c", priority=Priority.LOW, destinations=("dynamics", "hubspot")),
    ]

    found = set()
    for order in permutations(decisions):
        labels = Labels()
        for decision in (*order, order[0]):
            labels = labels.joined(decision, ("azure_table",))
        found.add(labels)

    assert found == {
        Labels(
            destinations=("azure_table", "dynamics", "hubspot"),
            priority=Priority.HIGH,
            tags=("crm", "vip"),
        )
    }


def test_the_rules_look_at_the_interest_and_at_what_the_lead_adds() -> None:
    interest = Submission(
        submission_id="1",
        received_at=NOW,
        contact=Contact(country="Germany", email="Ada <Ada@Fabrikam.example.com>"),
        source="AppSource",
        action="PLT",
        publisher="contoso",
        offer="contoso-crm",
        description="price?",
        test=True,
    )
    lead = Lead(
        lead_id="a" * 32,
        key_kind=KeyKind.EMAIL,
        created_at=NOW,
        stage_reached=Stage.ACTIVE,
        contact=Contact(company="Fabrikam", country="France"),
    )

    assert facts_of(lead, interest, qualified=False) == RoutingFacts(
        source="AppSource",
        action="PLT",
        stage=Stage.ACTIVE,
        publisher="contoso",
        offer="contoso-crm",
        country="DE",
        company="Fabrikam",
        mail_domain="fabrikam.example.com",
        description="price?",
        qualified=False,
        test=True,
    )


ADA, BOB = Member(id="ada", name="Ada"), Member(id="bob", name="Bob", channel="bobs")


def test_a_team_knows_its_members_and_how_they_are_told() -> None:
    team = Team(id="east", name="East", members=(ADA, BOB), channel="room")
    rules = replace(RULES, teams={"east": team})

    assert (team.member("ada"), team.member("eve")) == (ADA, None)
    assert (team.channel_of(ADA), team.channel_of(BOB)) == ("room", "bobs")
    assert replace(team, member_channel="mail").channel_of(ADA) == "mail"
    assert (rules.team_of("bob"), rules.team_of("eve")) == (team, None)


def test_c8_without_a_file_everything_is_left_to_the_settings() -> None:
    channel = ChannelRef(name="default", kind=ChannelKind.TEAMS, setting="NOTICE_CHANNEL_URL")

    rules, told = rules_without_file(), rules_without_file(channel)

    decision = route(rules, EVERYTHING)
    policy = rules.policy(decision.policy)
    assert replace(decision, rule="") == Decision(rule="")
    assert (rules.default_channel, told.default_channel) == ("", "default")
    assert told.channels == {"default": channel}
    assert policy.due_at(NOW, None, timedelta(hours=24)) == NOW + timedelta(hours=24)
    assert [check.after(NOW, None) - NOW for check in policy.check_ins] == [
        timedelta(days=days) for days in (2, 5, 10)
    ]


def test_a_policy_says_until_when() -> None:
    fast = Policy(name="fast", within=Duration.parse("2h"))
    rules = replace(RULES, policies={"fast": fast})

    assert rules.policy("fast").due_at(NOW, None, timedelta(days=1)) == NOW + timedelta(hours=2)
    assert rules.policy("gone") == Policy()
