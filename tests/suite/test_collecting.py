import gc

from tests.suite.collecting import NEW_OBJECTS


class Ring:
    def __init__(self) -> None:
        self.itself = self


def test_what_was_collected_is_left_alone_and_what_a_test_leaves_is_not() -> None:
    gc.collect()
    before = len([one for one in gc.get_objects() if isinstance(one, Ring)])
    for _ in range(2 * NEW_OBJECTS):
        Ring()
    after = len([one for one in gc.get_objects() if isinstance(one, Ring)])

    assert gc.isenabled()
    assert gc.get_freeze_count() > NEW_OBJECTS
    assert before == 0
    assert after < 2 * NEW_OBJECTS
