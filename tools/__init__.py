"""Checks of this repository's own files."""
