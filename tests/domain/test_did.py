from dataclasses import fields

import pytest
from pydantic import BaseModel

from shared.destinations.https_endpoint.lead_json import InterestJson
from shared.domain.lead import DID_FIELDS, InterestSummary, Submission
from shared.operations.lead_details import SubmissionView
from shared.operations.lead_views import InterestView


@pytest.mark.parametrize("form", [Submission, InterestSummary])
def test_what_a_customer_did_has_one_set_of_names_in_the_domain(form: type) -> None:
    assert set(DID_FIELDS) <= {field.name for field in fields(form)}


@pytest.mark.parametrize("form", [InterestView, SubmissionView, InterestJson])
def test_what_a_customer_did_is_told_whole_and_by_the_same_names(form: type[BaseModel]) -> None:
    assert set(DID_FIELDS) <= set(form.model_fields)
