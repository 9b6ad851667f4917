"""Where leads go: a package each. Only ``shared/bootstrap.py`` imports these."""
