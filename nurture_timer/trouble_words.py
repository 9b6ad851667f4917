"""What people are told of each kind of trouble, in our own words. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from shared.domain.troubles import ToldTrouble, TroubleKind
from shared.notices.facts import TroubleFacts
from shared.notices.overviews import trouble
from shared.ports.channels import Message

type Key = tuple[TroubleKind, str]


class Words(NamedTuple):
    """What is wrong, what to do about it, and what is told once it is over."""

    what: str
    mend: str
    over: str


WORDS = {
    TroubleKind.PARKED: Words(
        "Deliveries are parked: it refused them, has failed for 14 days, or only a person can tell"
        " whether there is a record.",
        "Run leads list --state parked, see why with leads show, then run leads release.",
        "Nothing is parked any more.",
    ),
    TroubleKind.QUARANTINE: Words(
        "The quarantine holds bodies that are not valid leads, or that failed five times.",
        "Run leads quarantine list, then release or discard them.",
        "It holds nothing from the last 14 days any more.",
    ),
    TroubleKind.SILENCE: Words(
        "No push has arrived.",
        "Run leads check --send-test. Does Partner Center have the address of the endpoint?",
        "Pushes arrive again.",
    ),
    TroubleKind.CHANNEL: Words(
        "Notices could not be sent and were given up.",
        "Run leads check --send-notice.",
        "No notice was given up for a day.",
    ),
    TroubleKind.RULES: Words(
        "The deployed file has faults and is not in force. The rules from before it still are.",
        "Run leads routing check routing.toml, correct the file, and deploy it or run leads"
        " routing apply.",
        "The deployed file has no faults any more.",
    ),
    TroubleKind.CREDENTIALS: Words(
        "It rejects the app's credentials, or they lack a right.",
        "Run leads check. Leads wait, none is lost.",
        "It accepts the app again.",
    ),
    TroubleKind.SETTINGS: Words(
        "The app's settings do not fit it: one is wrong, or a required field is missing.",
        "Run leads status and leads check. Leads wait, none is lost.",
        "The app's settings fit it again.",
    ),
    TroubleKind.UNREACHABLE: Words(
        "It has not answered for an hour or more.",
        "Check whether it is down. Leads wait, none is lost; leads status shows its last answer.",
        "It answers again.",
    ),
    TroubleKind.FAULT: Words(
        "Because of a fault of the app, some leads, or some of its other work, are not dealt"
        " with. Everything else is done.",
        "Look for errors in the log of nurture_timer, and report them. The leads stay due.",
        "The last sweep had no fault.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A trouble that is there.

    ``channel`` names the one that it is about, by which it is not told. ``detail`` goes after what
    is wrong: our own words or a channel's, never a customer's. ``since`` is when it began, where
    that is known.
    """

    kind: TroubleKind
    subject: str
    channel: str = ""
    detail: str = ""
    since: datetime | None = None

    @property
    def key(self) -> Key:
        """Return what tells it from others."""
        return self.kind, self.subject


def message_of(told: ToldTrouble, seen: Seen | None) -> Message:
    """Return the message that a trouble is there, or that it is over where nobody sees it."""
    words = WORDS[told.kind]
    detail = f" {seen.detail}" if seen and seen.detail else ""
    facts = TroubleFacts(
        subject=subject_of(told.kind, told.subject),
        what=f"{words.what}{detail}" if seen else words.over,
        mend=words.mend,
        since=(seen.since or told.since) if seen else None,
        over=seen is None,
    )
    return trouble(told.message_id(over=seen is None), facts)


def subject_of(kind: TroubleKind, subject: str) -> str:
    """Return what a trouble is about, as a title names it."""
    match kind:
        case TroubleKind.CHANNEL:
            return f"channel {subject}"
        case TroubleKind.SILENCE:
            return "no new leads"
        case TroubleKind.QUARANTINE:
            return "the quarantine"
        case TroubleKind.RULES:
            return "routing.toml"
        case TroubleKind.FAULT:
            return "the sweep"
        case _:
            return subject
