"""The destination HubSpot."""
