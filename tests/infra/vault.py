"""A vault that holds every secret, and the settings as the app sees them then."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.infra.deployed import Deployed

IN_THE_VAULT = {
    "DYNAMICS-CLIENT-SECRET": "opens-nothing",
    "HTTPS-ENDPOINT-BEARER": "opens-nothing",
    "HTTPS-ENDPOINT-SECRET": "whsec_b3BlbnMtbm90aGluZy1hdC1hbGwtYnV0LWxvbmc=",
    "HTTPS-ENDPOINT-URL": "https://flows.fabrikam.example/leads?sig=opens-nothing",
    "HUBSPOT-TOKEN": "opens-nothing",
    "LEAD-ID-KEY": "opens-nothing-and-is-32-letters-long",
    "MARKETO-CLIENT-SECRET": "opens-nothing",
    "NOTICE-CHANNEL-SECRET": "whsec_b3BlbnMtbm90aGluZy1hdC1hbGwtYnV0LWxvbmc=",
    "NOTICE-CHANNEL-URL": "https://hooks.slack.com/services/T1/B1/opens-nothing",
    "SALES-HOOK-SECRET": "whsec_b3BlbnMtbm90aGluZy1hdC1hbGwtYnV0LWxvbmc=",
    "SALES-SLACK-URL": "https://hooks.slack.com/services/T1/B1/opens-nothing",
    "SALESFORCE-CLIENT-SECRET": "opens-nothing",
}

SECRETS = {name.replace("-", "_"): value for name, value in IN_THE_VAULT.items()}
"""The same by the names of the settings."""


def resolved(installation: Deployed) -> dict[str, str]:
    """Return the settings of the app, with what its references stand for."""
    taken = {name: IN_THE_VAULT[secret] for name, secret in installation.secrets.items()}
    return installation.settings | taken
