"""Hypothesis without its limits of time: how long an example takes is the machine's affair."""

from hypothesis import HealthCheck, settings


def pytest_configure() -> None:
    """Load our profile, before the modules of tests are imported and take it as their default."""
    settings.register_profile(
        "unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    settings.load_profile("unhurried")
