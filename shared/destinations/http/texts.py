"""What a customer did, as a salesperson reads it."""

from shared.domain.lead import Interest

ACTIONS = {
    "INS": "Get it now",
    "CREATE": "Create",
    "PLT": "Contact me",
    "STARTTESTDRIVE": "Test drive",
    "DNC": "Do not contact (heads-up only)",
}
"""What the customer clicked, see
https://learn.microsoft.com/partner-center/marketplace-offers/commercial-marketplace-get-customer-leads
"""


def interest_text(interest: Interest) -> str:
    """Return what the customer did, as a salesperson reads it; the first line stands alone."""
    submission = interest.submission
    did = ACTIONS.get(submission.action.upper(), submission.action)
    offer = submission.offer_title or ".".join(
        filter(None, (submission.publisher, submission.offer))
    )
    head = ", ".join(part for part in (did, offer, submission.source) if part)
    lines = [
        f"Microsoft marketplace: {head or 'a lead'}, {submission.received_at:%Y-%m-%d %H:%M} UTC",
        f"Offer: {submission.publisher}.{submission.offer}" if submission.offer else "",
        submission.description,
    ]
    return "\n".join(line for line in lines if line)


def mark(interest: Interest) -> str:
    """Return what a note carries to be recognised by: the submission's id."""
    return f"[submission {interest.submission.submission_id}]"
