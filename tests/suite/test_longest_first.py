import pytest

from tests.suite.longest_first import LONGEST, TESTS, turn


def test_long_files_are_begun_before_all_others_and_these_keep_their_order() -> None:
    files = ["app/test_import.py", LONGEST[1], "cli/test_care.py", LONGEST[0]]

    begun = sorted((TESTS / file for file in files), key=turn)

    assert begun == [
        *(TESTS / LONGEST[0], TESTS / LONGEST[1]),
        *(TESTS / "app/test_import.py", TESTS / "cli/test_care.py"),
    ]


@pytest.mark.parametrize("file", LONGEST)
def test_a_file_that_is_said_to_be_long_is_there(file: str) -> None:
    assert (TESTS / file).is_file()
