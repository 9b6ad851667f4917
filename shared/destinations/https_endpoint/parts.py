"""A lead's new interests in parts that a receiver takes: many wait after weeks of an outage. Pure.

Parts are made in the order of versions, and each says up to which version the posts so far have
everything. That holds however they are split, so a ``webhook-id`` made of it stays true: a receiver
that has seen it lacks nothing of what it stands for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.destinations.https_endpoint.lead_json import interest_json
from shared.domain.lead import Interest

MOST_INTERESTS = 100
MOST_BYTES = 96 * 1024
"""Of interests in one post: well below what gateways and flows take, and several times the size of
the largest interest."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some new interests, oldest first; ``through`` is the version up to which all are posted."""

    interests: tuple[Interest, ...]
    through: int


def parts(interests: Sequence[Interest], version: int) -> list[Part]:
    """Split what is new at a version; without interests, one part that has the contact alone."""
    portions = list(_portions(sorted(interests, key=_version))) or [()]
    return [
        *(_part(portion, portion[-1].version) for portion in portions[:-1]),
        _part(portions[-1], version),
    ]


def halves(part: Part) -> list[Part]:
    """Split a part that is too large for the receiver; none if it can't be split."""
    ordered = sorted(part.interests, key=_version)
    middle = len(ordered) // 2
    if not middle:
        return []
    first, second = tuple(ordered[:middle]), tuple(ordered[middle:])
    return [_part(first, first[-1].version), _part(second, part.through)]


def _portions(ordered: Sequence[Interest]) -> Iterator[tuple[Interest, ...]]:
    some: list[Interest] = []
    size = 0
    for interest in ordered:
        adds = len(interest_json(interest).model_dump_json(by_alias=True).encode())
        if some and (len(some) == MOST_INTERESTS or size + adds > MOST_BYTES):
            yield tuple(some)
            some, size = [], 0
        some.append(interest)
        size += adds
    if some:
        yield tuple(some)


def _part(interests: tuple[Interest, ...], through: int) -> Part:
    oldest_first = sorted(interests, key=lambda interest: interest.submission.stamp)
    return Part(interests=tuple(oldest_first), through=through)


def _version(interest: Interest) -> int:
    return interest.version
