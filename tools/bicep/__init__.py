"""Compiles, lints and formats ``infra/``, and keeps snapshots of what it deploys."""
