"""The channel Microsoft Teams."""
