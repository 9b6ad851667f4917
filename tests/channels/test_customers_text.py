"""A customer's text can neither format, link, mention nor break a message, whatever is in it."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings

from local.fakes.channels.blocks import read_blocks
from local.fakes.channels.card import FUNCTION, read_card
from shared.channels.email import adapter as email
from shared.channels.https_endpoint import adapter as https_endpoint
from shared.channels.https_endpoint.notice_json import NoticeJson
from shared.channels.slack import adapter as slack
from shared.channels.slack.blocks import MOST_BLOCKS
from shared.channels.teams import adapter as teams
from shared.channels.texts import BREAK, harmless, paragraph
from shared.ports.channels import Said
from tests.channels.examples import ANN, OURS, PRANKS, TEXT, about

LINKED = re.compile(
    r"[a-z]+:[^\s\u200b]|\w@\w|@\w|[^\W\d][.\u3002\uff0e\uff61]\w|<[@#!/\w]|\]\(|\{\{",
    re.IGNORECASE,
)
"""What programs look for, in simple terms."""

MAILTO = "mailto:jane@contoso.com?subject=Hello%20%28you%29"

OWN_LINES = ("ours: ", "Label ", "> ", "- ours: ", "and ", "Say what", "Write an", "Call: ")
"""How the lines of a mail begin: none with the customer's words."""

TAGS = {
    *("html", "head", "meta", "body", "h2", "p", "table", "tr", "td", "b", "blockquote", "br"),
    *("ul", "li", "a"),
}


def nested(value: object, kind: str) -> Iterator[dict[str, Any]]:
    """Yield every object of a type within a JSON value."""
    if isinstance(value, dict):
        if value.get("type") == kind:
            yield value
        for part in value.values():
            yield from nested(part, kind)
    elif isinstance(value, list):
        for part in value:
            yield from nested(part, kind)


class Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name in {"href", "src"}}


@given(TEXT)
def test_nothing_in_a_text_is_looked_for_by_programs(said: str) -> None:
    assert not LINKED.search(harmless(said))
    assert (
        harmless(said).replace(BREAK, "").split()
        == harmless(said.replace(BREAK, "")).replace(BREAK, "").split()
    )


@given(TEXT)
@settings(deadline=None)
def test_teams_shows_it_as_characters(said: str) -> None:
    body = teams.rendered(about(said), ANN)
    card = json.loads(body)["attachments"][0]["content"]
    _, links, mentions = read_card(card)
    runs = [run["text"] for run in nested(card, "TextRun")]

    assert len(body) <= teams.LARGEST_BODY
    assert {block["text"] for block in nested(card, "TextBlock")} <= {
        "<at>Ann Lee</at>",
        f"[Write an e-mail]({MAILTO}) · [Call](tel:+16175550123)",
    }
    assert set(links) <= OURS
    assert mentions == ("ann@fabrikam.example",)
    assert not [text for text in runs if FUNCTION.search(text) or "<at" in text]


@given(TEXT)
@settings(deadline=None)
def test_slack_shows_it_as_characters(said: str) -> None:
    body = json.loads(slack.rendered(about(said), ANN))
    _, links, _ = read_blocks(body["blocks"])

    assert len(body["blocks"]) <= MOST_BLOCKS
    assert {text["text"] for text in nested(body, "mrkdwn")} <= {
        "<@U012AB3CD>",
        f"<{MAILTO}|Write an e-mail> · <tel:+16175550123|Call>",
        *(f"*Label {number}*" for number in range(8)),
    }
    assert set(links) <= OURS
    shown = [body["text"], *(text["text"] for text in nested(body, "plain_text"))]
    assert not [text for text in shown if re.search("[<>]|&(?!(?:amp|lt|gt);)", text)]
    assert not [text for text in nested(body, "plain_text") if text["emoji"]]


@given(TEXT)
@settings(deadline=None)
def test_an_e_mail_shows_it_as_characters(said: str) -> None:
    body = email.rendered(about(said), ANN, "leads@fabrikam.example")
    mail = json.loads(body)
    seen = Seen()
    seen.feed(mail["content"]["html"])

    assert len(body) <= email.LARGEST_BODY
    assert seen.tags <= TAGS
    assert seen.links <= OURS
    assert seen.attributes <= {"charset", "name", "content", "style", "href"}
    assert not re.search(r"[\r\n]", mail["content"]["subject"])
    assert mail["recipients"] == {
        "to": [{"address": "ann@fabrikam.example", "displayName": "Ann Lee"}]
    }
    lines = mail["content"]["plainText"].splitlines()
    assert [line for line in lines if line and not line.startswith(OWN_LINES)] == []


@given(TEXT)
@settings(deadline=None)
def test_an_endpoint_is_told_which_words_are_the_customers(said: str) -> None:
    body = https_endpoint.rendered(about(said), ANN)
    notice = NoticeJson.model_validate_json(body)

    assert len(body) <= https_endpoint.LARGEST_BODY
    assert [piece.customers for piece in notice.title][:2] == [False, True]


@pytest.mark.parametrize("prank", PRANKS)
def test_each_prank_can_still_be_read(prank: str) -> None:
    shown = paragraph(Said(prank)).replace(BREAK, "")
    words = re.findall(r"[A-Za-z]{3,}", prank)

    assert [word for word in words if word not in shown] == []
