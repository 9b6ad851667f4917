"""What two functions need, or what the domain owns."""

VERSION = "0.1.0"
"""That of pyproject.toml, which is not deployed."""
