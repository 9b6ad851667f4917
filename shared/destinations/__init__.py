"""Where leads go: a package each. Only ``shared/bootstrap`` imports these."""
