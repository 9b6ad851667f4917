"""What a message about many leads, or about none, says."""

from datetime import UTC
from typing import Any

import pytest

from shared.notices.facts import DigestFacts, Lines, TroubleFacts
from shared.notices.overviews import ListAbout, channel_test, digest, lead_list, trouble
from shared.ports.channels import MessageKind
from tests.notices.examples import AT, BERLIN, line, words


def test_a_list_names_ten_leads_and_counts_the_rest() -> None:
    lines = [line(number) for number in range(12)]
    message = lead_list("l", ListAbout.OVERDUE, lines, total=14, zone=BERLIN)

    assert words(message.title) == "14 leads are overdue"
    [shown] = message.lists
    assert (len(shown.items), shown.more) == (10, 4)
    assert words(shown.items[3].text) == (
        "Jane Doe 3, Contoso – Weaver Pro (Ann Lee; due Sat 28 Nov 2026, 17:00 CET)"
    )
    assert shown.items[3].url == "https://fabrikam.example/leads/3"


@pytest.mark.parametrize(
    ("about", "title"),
    [
        (ListAbout.NEW, "1 lead is new"),
        (ListAbout.OVERDUE, "1 lead is overdue"),
        (ListAbout.CHECK_IN, "1 lead is due for a check-in"),
        (ListAbout.REASSIGNED, "1 lead is now yours"),
    ],
)
def test_a_list_of_one_is_told_in_the_singular(about: ListAbout, title: str) -> None:
    assert words(lead_list("l", about, [line(1)], total=1, zone=UTC).title) == title


def test_a_digest_has_a_list_for_each_thing_that_there_is() -> None:
    three = Lines(leads=(line(1), line(2), line(3)), total=3)
    message = digest(
        "d", DigestFacts(team="EMEA", at=AT, zone=BERLIN, new=three, overdue=three, unanswerable=2)
    )

    assert message.kind is MessageKind.DIGEST
    assert words(message.title) == "EMEA: leads on Sat 28 Nov 2026"
    assert [words(each.heading) for each in message.lists] == [
        "New since the last digest: 3",
        "Overdue: 3",
    ]
    assert words(message.paragraphs[0]) == "2 leads without any way to get in touch."


def test_an_empty_digest_says_so() -> None:
    message = digest("d", DigestFacts(team="EMEA", at=AT))
    assert [words(text) for text in message.paragraphs] == ["Nothing is open."]


@pytest.mark.parametrize(
    ("given", "title", "told"),
    [
        (
            {"since": AT, "mend": "renew the secret"},
            "Trouble: salesforce",
            [
                "It rejects our credentials. Since Sat 28 Nov 2026, 16:00 UTC.",
                "What to do: renew the secret",
            ],
        ),
        ({"over": True, "mend": "-"}, "Over: salesforce", ["It rejects our credentials."]),
    ],
)
def test_a_trouble_says_what_it_is_and_what_to_do(
    given: dict[str, Any], title: str, told: list[str]
) -> None:
    facts = TroubleFacts(subject="salesforce", what="It rejects our credentials.", **given)
    message = trouble("t", facts)

    assert words(message.title) == title
    assert [words(text) for text in message.paragraphs] == told


def test_a_test_message_says_that_it_is_one() -> None:
    message = channel_test("t", "sales", AT)

    assert message.kind is MessageKind.TEST
    assert words(message.title) == "Test message to sales"
    assert words(message.paragraphs[1]) == (
        "Sent by hand on Sat 28 Nov 2026, 16:00 UTC. There is no lead behind it."
    )
