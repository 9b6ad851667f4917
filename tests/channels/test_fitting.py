"""Messages are cut from the least important end, and say what is left out."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from shared.channels.fitting import LONGEST_TEXT, cut_text, fitted
from shared.channels.texts import more
from shared.ports.channels import Item, Link, Message, Said
from tests.channels.examples import HUGE, NEW_LEAD, OVERDUE, TEXT, about


def size(message: Message) -> int:
    return len(repr(message))


def test_what_fits_is_left_alone() -> None:
    assert fitted(NEW_LEAD, lambda _: True) == NEW_LEAD


def test_a_list_loses_lines_first_and_counts_them() -> None:
    most = size(OVERDUE) - 300
    cut = fitted(OVERDUE, lambda message: size(message) <= most)
    [lines] = cut.lists

    assert lines.items == OVERDUE.lists[0].items[: len(lines.items)]
    assert len(lines.items) + lines.more == 14
    assert more(lines) == f"and {lines.more} more"


def test_a_line_is_no_longer_than_people_read() -> None:
    [lines] = OVERDUE.lists
    long = replace(lines, items=(Item(text=("Late: ", Said("D" * 30_000))), lines.items[0]))

    cut = fitted(replace(OVERDUE, lists=(long,)), lambda _: True)

    [first, second] = cut.lists[0].items
    assert first.text == ("Late: ", Said("D" * (LONGEST_TEXT - len("Late: …"))), "…")
    assert second == lines.items[0]


def test_what_the_customer_wrote_goes_before_who_they_are() -> None:
    cut = fitted(replace(HUGE, lists=()), lambda message: size(message) <= 2_000)

    assert cut.title == HUGE.title
    assert cut.quote
    assert cut.quote.text.endswith("D…")


@given(TEXT, st.integers(300, 30_000))
def test_whatever_a_message_holds_its_title_can_be_sent(said: str, most: int) -> None:
    cut = fitted(about(said), lambda message: size(message) <= most)

    assert size(cut) <= most or not (cut.links or cut.lists or cut.facts)
    assert cut.title


def test_links_stay_as_long_as_there_is_something_else_to_cut() -> None:
    link = Link("Say what you did", "https://relay.example/act")
    message = replace(HUGE, links=(link,))
    cut = fitted(message, lambda each: size(each) <= 1_500)

    assert cut.links == (link,)


def test_a_text_is_cut_with_its_parts_as_whose_they_are() -> None:
    assert cut_text(("New lead: ", Said("Jane Doe"), ", ", Said("Contoso")), 15) == (
        "New lead: ",
        Said("Jane"),
        "…",
    )
    assert cut_text(("short",), 15) == ("short",)
