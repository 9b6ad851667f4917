import pytest

from tests.suite.workers import workers_for


@pytest.mark.parametrize(
    "arguments",
    [
        ["tests/local/test_http.py"],
        ["/app/tests/local/test_http.py::test_a", "/app/tests/local/test_http.py::test_b[x::y]"],
    ],
)
def test_one_file_is_run_in_one_process(arguments: list[str]) -> None:
    assert workers_for(arguments, 2) == 0


@pytest.mark.parametrize(
    "arguments", [["tests"], ["tests/local"], ["tests/a.py", "tests/b.py"], ["tests/a.py", "tests"]]
)
def test_more_files_share_one_process_more_than_there_are_cores(
    arguments: list[str],
) -> None:
    assert workers_for(arguments, 2) == 3
