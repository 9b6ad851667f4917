"""Signed links on which a person acts on a lead, and the forms of the page that they open.

A link names the lead, the recipient and its end; a form also names what it was shown for. Both are
signed with keys derived from the secret of lead ids, so that they die with it. What is signed can
be read by whoever has the link: there is no customer's data in it.
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from itsdangerous import URLSafeSerializer

VALID_FOR = timedelta(days=14)

PATH = "/api/act"
PARAMETER = "link"

PURPOSE = b"marketplace-lead-relay: links to act"
"""Keeps the key apart from any other that is derived from the secret."""

LINK, FORM = "link", "form"
"""Purposes of their own: a link's token is no form's."""

LINK_ID_DIGITS = 16


class LinkError(Exception):
    """A token that is not ours, or not any more."""


class InvalidLinkError(LinkError):
    """Nobody signed this token with the secret of today."""


class ExpiredLinkError(LinkError):
    """The link was ours, and is too old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActLink:
    """What a link says; ``recipient`` is a member's id, or a team's behind ``team:``."""

    lead_id: str
    recipient: str
    ends_at: datetime

    @property
    def link_id(self) -> str:
        """Return what no other link has: each is made when it is sent."""
        parts = f"{self.lead_id}|{self.recipient}|{self.ends_at.isoformat()}"
        return sha256(parts.encode()).hexdigest()[:LINK_ID_DIGITS]

    @property
    def member(self) -> str:
        """Return the id of the person who got it, "" if several people read it."""
        return "" if self.recipient.startswith("team:") else self.recipient


def link_to_act(lead_id: str, recipient: str, public_url: str, secret: bytes, now: datetime) -> str:
    """Return the address of the page on which ``recipient`` acts on a lead.

    ``recipient`` is a member's id, or ``team:`` and a team's: then the page asks who acts. The
    address is "" where the app does not know its own, ``public_url``, or has no secret.
    """
    if not (secret and public_url):
        return ""
    ends_at = now + VALID_FOR
    token = _serializer(secret, LINK).dumps([lead_id, recipient, int(ends_at.timestamp() * 1000)])
    return f"{public_url}{PATH}?{PARAMETER}={_text(token)}"


def read_link(token: str, secret: bytes, now: datetime) -> ActLink:
    """Return what a link's token says; raise ``InvalidLinkError`` or ``ExpiredLinkError``."""
    match _signed(token, secret, LINK):
        case [str(lead_id), str(recipient), int(ends_at)]:
            link = ActLink(
                lead_id=lead_id,
                recipient=recipient,
                ends_at=datetime.fromtimestamp(ends_at / 1000, UTC),
            )
        case _:
            raise InvalidLinkError("the link is not one of ours")
    if link.ends_at <= now:
        raise ExpiredLinkError("the link has expired")
    return link


def form_token(link: ActLink, shown_for: str, secret: bytes) -> str:
    """Return the token of a form that a link has opened; ``shown_for`` is what it was shown for."""
    return _text(_serializer(secret, FORM).dumps([link.link_id, shown_for]))


def shown_for(token: str, link: ActLink, secret: bytes) -> str:
    """Return what a form was shown for, "" if it is none of this link."""
    try:
        said = _signed(token, secret, FORM)
    except InvalidLinkError:
        return ""
    match said:
        case [link.link_id, str(what)]:
            return what
        case _:
            return ""


def _signed(token: str, secret: bytes, purpose: str) -> object:
    from itsdangerous import BadData  # noqa: PLC0415 - only who opens or makes links needs it

    if not secret:
        raise InvalidLinkError("no link was ever signed here")
    try:
        said: object = _serializer(secret, purpose).loads(token)
    except BadData:
        raise InvalidLinkError("the link is not one of ours") from None
    return said


def _serializer(secret: bytes, purpose: str) -> "URLSafeSerializer":
    from itsdangerous import URLSafeSerializer  # noqa: PLC0415 - as above

    return URLSafeSerializer(
        hmac.digest(secret, PURPOSE, "sha256"),
        salt=purpose,
        signer_kwargs={"digest_method": sha256, "key_derivation": "hmac"},
    )


def _text(token: str | bytes) -> str:
    return token if isinstance(token, str) else token.decode()
