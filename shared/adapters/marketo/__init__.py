"""The destination Marketo Engage."""
