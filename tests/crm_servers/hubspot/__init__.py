"""A fake HubSpot account."""

from tests.crm_servers.hubspot.answers import error
from tests.crm_servers.hubspot.server import HubspotServer

__all__ = ["HubspotServer", "error"]
