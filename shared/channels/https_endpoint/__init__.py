"""The channel "any HTTPS endpoint"."""
