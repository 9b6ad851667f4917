"""What an e-mail channel is set up with: the resource that sends, and the sender."""

import re

from shared.channels.webhook import address_fault
from shared.destinations.http.addresses import checked_base

SENDER = "EMAIL_SENDER"
ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+")


def faults(setting: str, endpoint: str, sender: str) -> list[str]:
    """Return what keeps mails from being sent by a resource, from an address."""
    wrong = address_fault(setting, endpoint, checked_base)
    should = "should be the address that notices come from, at a domain linked to the resource"
    given = "is not set" if not sender else f"is {sender!r}"
    return [
        *([wrong] if wrong else []),
        *([] if ADDRESS.fullmatch(sender) else [f"{SENDER}: {given}; {should}"]),
    ]
