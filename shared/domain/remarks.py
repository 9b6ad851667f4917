"""What there is to say of a delivery beside its being done, such as values that were cut. Pure."""

from collections.abc import Iterable

from shared.domain.attempts import REASON_CHARACTERS


def all_remarks(before: Iterable[str], new: Iterable[str]) -> tuple[str, ...]:
    """Return the remarks so far and new ones, each once, as many as can be told.

    A request that is made again says the same again.
    """
    kept: list[str] = []
    for remark in dict.fromkeys((*before, *new)):
        if len("; ".join((*kept, remark))) > REASON_CHARACTERS:
            break
        kept.append(remark)
    return tuple(kept)
