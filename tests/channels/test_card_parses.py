"""Microsoft's own parser of Adaptive Cards takes ours as version 1.4 without a word."""

import json
import subprocess
from pathlib import Path
from typing import Any

from shared.channels.teams.adapter import rendered
from tests.channels.examples import ANN, HUGE, NEW_LEAD, OVERDUE, PRANKS, TEAM, about

SCRIPT = Path(__file__).with_name("cards.cjs")


def faults(cards: list[Any]) -> list[list[str]]:
    done = subprocess.run(
        ["node", str(SCRIPT)], input=json.dumps(cards), capture_output=True, text=True, check=True
    )
    told: list[list[str]] = json.loads(done.stdout)
    return told


def test_every_card_is_valid() -> None:
    messages = [NEW_LEAD, OVERDUE, HUGE, *map(about, PRANKS)]
    cards = [
        json.loads(rendered(message, to))["attachments"][0]["content"]
        for message in messages
        for to in (ANN, TEAM)
    ]

    assert faults(cards) == [[] for _ in cards]


def test_a_card_that_is_not_valid_is_noticed() -> None:
    unknown = {"type": "AdaptiveCard", "version": "1.4", "body": [{"type": "Marquee"}]}
    newer = {"type": "AdaptiveCard", "version": "1.4", "actions": [{"type": "Action.OpenUrl"}]}

    assert all(faults([unknown, newer]))
