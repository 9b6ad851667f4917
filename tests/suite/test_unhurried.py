from hypothesis import HealthCheck, settings


def test_no_property_has_a_limit_of_time() -> None:
    inherited = settings(max_examples=50)

    assert inherited.deadline is None
    assert HealthCheck.too_slow in inherited.suppress_health_check
