"""The page: one structure whatever a customer is called, and nothing from anywhere else."""

import re
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from html.parser import HTMLParser
from http import HTTPStatus
from typing import override

import pytest
from hypothesis import given
from hypothesis import strategies as st

from act_on_lead.form import Form
from act_on_lead.page import HEADERS, FormFacts, PageFacts, page
from act_on_lead.telling import bad_link, not_now
from shared.answers import Answer
from shared.domain.lead import Contact
from shared.notices.wording import clicked, who
from shared.ports.channels import Said
from tests.act_on_lead.world import World, overdue

VOID = {"meta", "input"}
NASTY = st.one_of(
    st.text(),
    st.text(alphabet="<>&\"'/=!-]\n\r\0\x1b\u202e\u2066\ufffe ab"),
    st.sampled_from(
        [
            "</textarea><script>alert(1)</script>",
            "</bdi></p></main><form action=//evil.example>",
            '" autofocus onfocus="alert(1)',
            "' onmouseover='alert(1)",
            "&lt;b&gt;",
            "<!--",
            "]]>",
            "\u202e\u202etxet",
        ]
    ),
)


class Structure(HTMLParser):
    """Elements and attributes in order, without texts; raises for what is not well-formed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.values: list[str] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), names
        self.tags.append((tag, tuple(names)))
        self.values += [value or "" for _, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    @override
    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @override
    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


def structure(html: str) -> Structure:
    parser = Structure()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser


def facts(text: str, typed: str) -> PageFacts:
    contact = Contact(first_name=f"a{text}", last_name=text, company=f"c{text}")
    return PageFacts(
        title=who(contact),
        message=f"m{text}",
        lines=(("Owner: ", Said(text)),),
        did=((Said(text), *clicked("INS", f"o{text}")),),
        form=FormFacts(
            token="t",
            person="",
            today=date(2026, 11, 30),
            may_reassign=True,
            typed=Form(by=typed, note=typed, outcome=typed, look_on=typed),
        ),
    )


@given(text=NASTY, typed=NASTY)
def test_no_text_changes_what_the_page_consists_of(text: str, typed: str) -> None:
    assert structure(page(facts(text, typed))).tags == structure(page(facts("x", "x"))).tags


@given(text=st.text(alphabet="<>&\"' ab\u202eé", min_size=1).map(str.strip).filter(bool))
def test_a_text_is_shown_as_it_was_given(text: str) -> None:
    shown = structure(page(replace(facts("x", "x"), lines=((Said(text),),))))

    assert text in shown.texts


@given(typed=st.text(alphabet="<>&\"'\nab").filter(lambda text: text == text.strip()))
def test_what_was_typed_comes_back_as_it_was(typed: str) -> None:
    shown = structure(page(facts("x", typed)))

    assert typed in shown.values
    assert f"\n{typed}" in shown.texts


@given(text=NASTY, typed=NASTY)
def test_a_page_can_always_be_sent(text: str, typed: str) -> None:
    body = page(facts(text, typed)).encode()

    assert not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", body)


def test_the_page_takes_nothing_from_anywhere_and_runs_no_script() -> None:
    body = page(facts("x", "x"))

    assert not re.search(r"<script|<link|<img|<iframe|\ssrc=|\shref=|\son\w+=|\sstyle=|url\(", body)
    policy = HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_the_policy_allows_the_style_of_the_page_and_no_other() -> None:
    [style] = re.findall(r"<style>(.*?)</style>", page(facts("x", "x")), re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()

    assert f"style-src 'sha256-{digest}';" in HEADERS["Content-Security-Policy"]


@pytest.mark.parametrize(
    "answer", [bad_link(HTTPStatus.GONE, "It has expired."), not_now()], ids=["bad", "not now"]
)
def test_a_page_without_a_lead_is_as_well_guarded(answer: Answer) -> None:
    assert structure(answer.body).tags
    assert answer.media_type == "text/html"
    assert HEADERS.items() <= answer.headers.items()


def test_a_page_that_can_not_be_shown_now_says_when_to_come_again() -> None:
    assert not_now().status is HTTPStatus.SERVICE_UNAVAILABLE
    assert not_now().headers["Retry-After"] == "60"


async def test_every_field_has_a_label_and_the_page_fits_a_phone() -> None:
    world = World()
    world.put(overdue(datetime(2026, 11, 2, 9, tzinfo=UTC)))
    body = (await world.look(world.token("team:north"))).body

    fields = re.findall(r'<(?:input|select|textarea)(?! type="hidden")[^>]* id="(\w+)"', body)
    assert fields == ["by", "outcome", "note", "look_on"]
    assert re.findall(r'<label for="(\w+)"', body) == fields
    assert 'content="width=device-width, initial-scale=1"' in body


async def test_the_page_holds_no_way_to_reach_the_customer() -> None:
    world = World()
    contact = Contact(
        first_name="Jane",
        last_name="Doe",
        email="jane@example.com",
        phone="+4930901820",
        title="CTO",
    )
    world.put(replace(overdue(), contact=contact))
    body = (await world.look(world.token())).body

    assert "Jane Doe" in body
    assert not re.search(r"example\.com|4930|CTO", body)
