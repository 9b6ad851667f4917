"""docs/routing.md names every key of ``routing.toml``, and what it shows can be applied."""

import re
from collections.abc import Iterator

from pydantic import BaseModel

from shared.routing import file_models
from shared.routing.parsing import check_rules
from shared.settings import DESTINATIONS
from tests.docs.documents import read

DOCUMENT = "docs/routing.md"
TOML = re.compile(r"^```toml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def keys() -> Iterator[str]:
    for model in vars(file_models).values():
        if isinstance(model, type) and issubclass(model, BaseModel):
            yield from model.model_fields


def test_the_examples_are_a_file_that_can_be_applied() -> None:
    text = "\n".join(TOML.findall(read(DOCUMENT)))

    checked = check_rules(text, destinations=DESTINATIONS)

    assert (checked.faults, checked.doubts) == ((), ())
    assert checked.rules is not None
    assert len(checked.rules.rules) == 3


def test_every_key_is_explained() -> None:
    document = read(DOCUMENT)
    forms = ("`{}`", "\n{} =", "\n[{}]", "\n[[{}]]", "\n[{}.")

    missing = {key for key in keys() if not any(form.format(key) in document for form in forms)}

    assert missing == {"tuesday", "wednesday", "thursday"}  # between `monday` to `sunday`
