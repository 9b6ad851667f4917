from shared.domain.errors import CrmFieldsRefusedError, CrmRejectedError


def test_refused_fields_are_a_refusal_that_names_them() -> None:
    error = CrmFieldsRefusedError("no such country", fields=["Country", "Country", "Phone"])

    assert isinstance(error, CrmRejectedError)
    assert (str(error), error.fields) == ("no such country", frozenset({"Country", "Phone"}))
