"""What a customer did, in the words of the marketplace's own buttons."""

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


def action_words(action: str) -> str:
    """Return the button of an action code; a code that is not known stands for itself."""
    return ACTIONS.get(action.upper(), action)
