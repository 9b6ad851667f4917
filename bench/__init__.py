"""Benchmarks: run by hand, not by CI, and not deployed."""
