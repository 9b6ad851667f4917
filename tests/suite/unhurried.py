"""Hypothesis without its limits of time, and how many examples it tries.

How long an example takes is the machine's affair. Each run draws other examples, so one without
``--thorough`` tries half as many; what must always be tried is an ``@example``.
"""

import pytest
from hypothesis import HealthCheck, settings

DEFAULT = 100
"""What Hypothesis tries where a property does not say."""


def pytest_configure(config: pytest.Config) -> None:
    """Load our profile, before the modules of tests are imported and take it as their default."""
    thorough = config.getoption("--thorough", default=False)
    settings.register_profile(
        "unhurried",
        deadline=None,
        max_examples=DEFAULT if thorough else DEFAULT // 2,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("unhurried")


def examples(thorough: int) -> int:
    """Return how many examples a property tries that is thorough with so many."""
    return thorough * settings().max_examples // DEFAULT
