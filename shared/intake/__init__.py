"""Read a push: bytes in, a submission out. Pure; ingestion, routing and the command share it."""
