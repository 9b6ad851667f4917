"""A rule that the ones before it cover is found, and no other: compared with all there can be."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.conditions import Conditions, Pattern, RoutingFacts, WordPattern
from shared.domain.rules import Rule
from shared.domain.stage import Stage
from shared.routing.shadowing import never_reached


def rule(name: str, **when: Any) -> Rule:  # noqa: ANN401 - any condition
    return Rule(name=name, when=Conditions(**when))


def offers(*texts: str) -> tuple[Pattern, ...]:
    return tuple(map(Pattern.parse, texts))


def words(*texts: str) -> tuple[WordPattern, ...]:
    return tuple(map(WordPattern.parse, texts))


def found(*rules: Rule) -> list[tuple[str, list[str]]]:
    return [(rules[at].name, [r.name for r in before]) for at, before in never_reached(rules)]


def test_a_rule_that_one_before_it_covers_is_never_reached() -> None:
    wide, narrow = (
        rule("wide", offer=offers("contoso*")),
        rule("narrow", offer=offers("contoso-crm")),
    )

    assert found(wide, narrow) == [("narrow", ["wide"])]
    assert found(narrow, wide) == []


def test_several_rules_together_can_cover_one() -> None:
    rules = (
        rule("qualified", qualified=True, country=("DE", "FR")),
        rule("others", qualified=False, country=("DE",)),
        rule("france", qualified=False, country=("FR",), stage=(Stage.ACTIVE,)),
        rule("germany", country=("DE",)),
        rule("all", country=("DE", "FR")),
    )

    assert found(*rules) == [("germany", ["qualified", "others"])]


def test_every_stage_and_both_of_yes_and_no_are_all_there_is() -> None:
    early = rule("early", stage=(Stage.NONE, Stage.INITIAL), test=False)
    late = rule("late", stage=(Stage.ACCELERATED, Stage.ACTIVE), test=False)
    tests = rule("tests", test=True)

    assert found(early, late, tests, rule("rest", company=offers("contoso"))) == [
        ("rest", ["early", "late", "tests"])
    ]


def test_any_value_does_not_cover_what_is_not_known() -> None:
    assert found(rule("any", offer=offers("*")), rule("test", test=True)) == []


@pytest.mark.parametrize(
    ("first", "second", "covered"),
    [
        ("demo", "demo", True),
        ("demo*", "demo", True),
        ("demo*", "demonstration please", True),
        ("trial", "free trial", True),
        ("free trial", "trial", False),
        ("demo", "demo*", False),
        ("demo", "price", False),
    ],
)
def test_words_cover_what_holds_them(first: str, second: str, covered: bool) -> None:  # noqa: FBT001 - a column of the table
    rules = (rule("one", words=words(first)), rule("two", words=words(second)))

    assert bool(found(*rules)) is covered


OFFERS = ("a*", "ab*", "ab", "b", "*")
COUNTRIES = ("DE", "FR")
WORDS = ("red", "red hot", "hot*", "blue")
VALUES: dict[str, tuple[Any, ...]] = {
    "offer": ("", "a", "ab", "abc", "b", "c"),
    "country": ("", "DE", "FR", "NL"),
    "description": (
        "", "red", "red hot", "hot", "hottest", "blue", "blue red", "red blue hot", "hottest blue",
    ),
    "qualified": (True, False),
}  # fmt: skip

any_rule = st.builds(
    Conditions,
    offer=st.lists(st.sampled_from(OFFERS), max_size=2).map(lambda t: offers(*t)),
    country=st.lists(st.sampled_from(COUNTRIES), max_size=2).map(tuple),
    words=st.lists(st.sampled_from(WORDS), max_size=2).map(lambda t: words(*t)),
    qualified=st.sampled_from([None, True, False]),
).map(lambda when: Rule(name="any", when=when))


@given(st.lists(any_rule, min_size=2, max_size=6))
def test_what_is_never_reached_is_what_no_value_reaches(rules: list[Rule]) -> None:
    reached = set()
    for values in product(*VALUES.values()):
        facts = RoutingFacts(**dict(zip(VALUES, values, strict=True)))
        matches = (at for at, r in enumerate(rules) if not any(r.when.mismatches(facts)))
        reached.add(next(matches, None))

    never = [at for at, _ in never_reached(rules)]

    assert never == [at for at in range(len(rules)) if at not in reached]


def test_hundreds_of_rules_are_compared() -> None:
    rules = [rule(f"{n}", offer=offers(f"o{n}-*"), qualified=bool(n % 2)) for n in range(300)]

    assert found(*rules) == []


def test_a_rule_that_takes_too_long_to_compare_is_taken_as_reached() -> None:
    rules = (rule("yes", qualified=True), rule("no", qualified=False), rule("both", test=True))

    assert [at for at, _ in never_reached(rules)] == [2]
    assert list(never_reached(rules, most_boxes=1)) == []
