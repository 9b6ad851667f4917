"""Words that a newer version of the app may add to: one that we don't know stays as it is.

So whoever goes by known words passes it by, whoever shows it shows it, and whoever writes it writes
it back. Only what is stored is read so: what people, files and CRMs give us is checked.
"""

from enum import StrEnum


def kept[E: StrEnum](words: type[E], text: str) -> E:
    """Return a word, and one that is unknown as one of the same kind that equals no other."""
    try:
        return words(text)
    except ValueError:
        unknown = str.__new__(words, text)
        unknown._name_ = unknown._value_ = text
        return unknown
