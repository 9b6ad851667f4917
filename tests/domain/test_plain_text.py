"""Texts of others, as they can be kept and shown."""

import pytest

from shared.domain.plain_text import encodable, is_whole, readable


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Zoë 🙂\t\r\n", "Zoë 🙂\t\r\n"),
        ("a\u2028b\x85c\x0bd", "a\nb\nc\nd"),
        ("a\0b\x7f\x9f", "a\ufffdb\ufffd\ufffd"),
        ("\ud83d and \udc00", "\ufffd and \ufffd"),
        ("\ufdd0\uffff\U0001fffe", "\ufffd\ufffd\ufffd"),
    ],
)
def test_what_is_no_character_is_marked_and_line_ends_are_plain(text: str, kept: str) -> None:
    assert readable(text) == kept


@pytest.mark.parametrize(
    ("text", "written"), [("a\0", "a\0"), ("ü\uffff", "ü\uffff"), ("x\ud83d", "x\ufffd")]
)
def test_only_what_nothing_can_write_is_marked(text: str, written: str) -> None:
    assert encodable(text) == written
    assert written.encode().decode() == written


@pytest.mark.parametrize("text", ["a\0b", "a\nb", "\ufffd", "\u202eb"])
def test_a_text_that_lost_a_character_or_can_not_be_shown_is_not_whole(text: str) -> None:
    assert not is_whole(text)


def test_a_text_that_can_be_shown_is_whole() -> None:
    assert is_whole("Lead 7/ü")
