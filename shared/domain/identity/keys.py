"""What a customer is recognised by: the dedupe key, and the lead id made of it. Pure."""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from shared.domain.identity.content import content_digest
from shared.domain.identity.person import answerable, person
from shared.domain.lead import KeyKind, Submission

UNIT_SEPARATOR = "\x1f"
LEAD_ID_DIGITS = 32


@dataclass(frozen=True, slots=True)
class DedupeKey:
    """What a customer is recognised by; equal keys are one customer."""

    kind: KeyKind
    parts: tuple[str, ...]
    test: bool = False

    @property
    def text(self) -> str:
        """Return the key as one string; no two keys share it."""
        space = ("test",) if self.test else ()
        return UNIT_SEPARATOR.join((*space, self.kind.value, *self.parts))


def dedupe_key(submission: Submission) -> DedupeKey:
    """Return who the customer is: by e-mail, else phone, else name, else what was said."""
    kind, parts = next(found for found in _candidates(submission) if all(found[1]))
    return DedupeKey(kind, parts, submission.test)


def lead_id(key: DedupeKey, secret: bytes) -> str:
    """Return 32 hex digits that only the holder of the secret can make of the key.

    A plain hash of an e-mail address can be guessed and would be personal data wherever it stands.
    """
    text = key.text.encode(errors="surrogatepass")
    return hmac.new(secret, text, sha256).hexdigest()[:LEAD_ID_DIGITS]


def _candidates(submission: Submission) -> Iterator[tuple[KeyKind, tuple[str, ...]]]:
    """Yield what may recognise the customer, the best first; a part may be missing."""
    who = person(submission.contact)
    yield KeyKind.EMAIL, (who.email,)
    yield KeyKind.PHONE, (who.phone_key, who.name)
    yield KeyKind.NAME, (*(who.full_name or (who.name,)), who.company)
    if answerable(submission.contact):
        # Nothing recognises this customer but what they said: who says the same is the same.
        yield KeyKind.SUBMISSION, ("content", content_digest(submission))
    yield KeyKind.SUBMISSION, (submission.submission_id,)
