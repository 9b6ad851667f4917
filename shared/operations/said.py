"""What people say of an act, checked alike for the command, the API and the page. Pure."""

from datetime import date, timedelta

from shared.domain.acts import Outcome
from shared.intake.texts import MANY_LINES, cleaned
from shared.operations.errors import UsageError

OUTCOMES = ", ".join(outcome.value.replace("_", "-") for outcome in Outcome)
LONGEST_WAIT = timedelta(days=180)
LONGEST_NAME = 120
LONGEST_NOTE = 2_000
"""Characters: an act is one row, and its note a part of an event too."""


def said_outcome(name: str) -> Outcome | None:
    """Return an outcome as people write it, None for ""; raise ``UsageError``."""
    if not name.strip():
        return None
    try:
        return Outcome(name.strip().lower().replace("-", "_").replace(" ", "_"))
    except ValueError:
        raise UsageError(
            f"there is no outcome {name!r}; the outcomes are: {OUTCOMES}. Your own words are a note"
        ) from None


def said_day(text: str, today: date) -> date | None:
    """Return the day on which to look again, None for ""; raise ``UsageError``."""
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"{text!r} is not a day: write it like 2027-03-03") from None
    return day_to_look_again(day, today)


def day_to_look_again(day: date, today: date) -> date:
    """Return a day within half a year; raise ``UsageError``."""
    if not today <= day <= today + LONGEST_WAIT:
        raise UsageError(
            f"the day to look again, {day.isoformat()}, should be between today and"
            f" {LONGEST_WAIT.days} days from now"
        )
    return day


def said_name(text: str) -> str:
    """Return who acted, in one line; raise ``UsageError``."""
    name = cleaned(text, "")
    if len(name) > LONGEST_NAME:
        raise UsageError(f"the name of who acted has more than {LONGEST_NAME} characters")
    return name


def said_note(text: str) -> str:
    """Return a note; raise ``UsageError``."""
    note = cleaned(text, MANY_LINES)
    if len(note) > LONGEST_NOTE:
        raise UsageError(f"the note has more than {LONGEST_NOTE:,} characters: shorten it")
    return note
