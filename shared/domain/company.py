"""Which company a customer belongs to, as far as their mail address tells. Pure."""

import hmac
from hashlib import sha256

from shared.domain.qualification import is_disposable, is_free_mail, mail_domain

COMPANY_ID_DIGITS = 32


def company_id(email: str, secret: bytes) -> str:
    """Return 32 hex digits for the domain of an address, "" for one that is no company's.

    Only the holder of the secret can make them: a small company's domain can name a person.
    """
    domain = mail_domain(email)
    if not domain or is_free_mail(domain) or is_disposable(domain):
        return ""
    return hmac.new(secret, domain.encode(), sha256).hexdigest()[:COMPANY_ID_DIGITS]
