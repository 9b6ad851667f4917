"""The destination "any HTTPS endpoint"."""
