"""A fake HubSpot account."""

from local.fakes.hubspot.answers import error
from local.fakes.hubspot.server import HubspotServer

__all__ = ["HubspotServer", "error"]
