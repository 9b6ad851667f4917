"""Statuses that a setting names and a CRM does not have."""

from shared.destinations.http.outcomes import outcomes_check

THERE = {"2": "Contacted", "BAD_FIT": "Bad fit"}


def test_statuses_that_are_there_in_any_case_are_in_order() -> None:
    [found] = outcomes_check("X_OUTCOMES", {"bad_fit": None, " 2 ": None}, THERE)

    assert found.ok
    assert found.what == "the statuses of X_OUTCOMES exist"


def test_all_that_are_not_there_are_named_and_a_label_by_its_status() -> None:
    [found] = outcomes_check("X_OUTCOMES", {"Contacted": None, "2": None, "Gone": None}, THERE)

    assert found.mend == "correct 'Contacted' (write '2'), 'Gone'; there are: '2', 'BAD_FIT'"


def test_without_the_setting_nothing_is_looked_at() -> None:
    assert outcomes_check("X_OUTCOMES", {}, THERE) == []
