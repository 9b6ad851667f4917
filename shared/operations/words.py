"""Words for numbers and texts, as sentences need them."""


def one_line(text: str) -> str:
    """Return a text without its line breaks."""
    return " ".join(text.split())


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
