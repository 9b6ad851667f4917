"""What others answer in JSON is read with texts that can be kept anywhere."""

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.plain_json import readable_json
from shared.domain.plain_text import readable

TEXT = st.text(st.characters(exclude_categories=[]) | st.sampled_from("\ud83d\udc00\0\ufffe\x85"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda part: st.lists(part) | st.dictionaries(TEXT, part),
    max_leaves=20,
)


def texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            yield from (text for part in value for text in texts(part))
        case dict():
            yield from (text for pair in value.items() for part in pair for text in texts(part))


@given(JSON)
def test_every_text_and_name_can_be_written(found: object) -> None:
    for text in texts(readable_json(found)):
        assert text.encode().decode() == text
        assert text == readable(text)


@given(st.recursive(st.integers() | st.text("aé\t\n\r"), st.lists))
def test_tabs_line_ends_and_letters_stay_as_they_are(found: object) -> None:
    before = json.dumps(found)

    assert json.dumps(readable_json(found)) == before


def test_a_name_that_is_no_text_and_a_list_in_a_list_are_read_in_order() -> None:
    found = {"a\0": 1, "b": [["\ud83d", {"c": "x\u2028y"}]]}

    assert list(readable_json(found).items()) == [
        ("a\ufffd", 1),
        ("b", [["\ufffd", {"c": "x\ny"}]]),
    ]


def test_json_of_any_depth_is_read() -> None:
    deep: Any = "\0"
    for _ in range(100_000):
        deep = [deep]
    found = readable_json(deep)
    while isinstance(found, list):
        [found] = found

    assert found == "\ufffd"
