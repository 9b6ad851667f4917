"""The ports, implemented: one file a technology. Only ``shared/bootstrap.py`` imports these."""
