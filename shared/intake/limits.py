"""How large a push may be."""

LARGEST_BODY = 32 * 1024
"""Bytes that fit a queue message of 64 KiB, in base64 and with its envelope."""
