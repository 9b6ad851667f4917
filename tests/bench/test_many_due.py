import pytest

from bench.many_due import Measured, measured


@pytest.mark.parametrize(
    ("owners", "requests", "seconds"),
    [(0, 1, 0), (1, 1, 0), (3, 12, 11)],
)
async def test_leads_that_are_due_at_once_are_all_told_one_message_a_second(
    owners: int, requests: int, seconds: int
) -> None:
    assert await measured(owners, leads=12) == Measured(
        owners=owners, told=12, requests=requests, throttled=0, seconds=seconds
    )
