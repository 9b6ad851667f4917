"""The custom fields of a publisher: constants, texts to be filled in, and picklist choices."""

import json
import re
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter, ValidationError

from shared.destinations.http.own_fields import (
    Choice,
    OwnFields,
    decided,
    filled,
    settable,
    without_ours,
    without_refused,
)
from shared.domain.errors import SettingsError
from shared.domain.follow_up import FollowUp
from shared.domain.stage import Stage
from shared.settings import Settings, load
from tests.examples import CONTACT, interest, lead

OWN_FIELDS: TypeAdapter[OwnFields] = TypeAdapter(OwnFields)

PRODUCT = {"of": "{offer}", "values": {"Things": "Things Pro", "cogs": 7}, "else": "Other"}


class Own(Settings):
    """A destination with custom fields."""

    fields: OwnFields = Field(
        default={}, validation_alias="X_FIELDS", description="custom fields, as JSON"
    )


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> "OwnSettings":
    return OwnSettings(monkeypatch)


class OwnSettings:
    """Sets X_FIELDS and loads it, as an adapter does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch

    def __call__(self, fields: object) -> OwnFields:
        text = fields if isinstance(fields, str) else json.dumps(fields)
        self.monkeypatch.setenv("X_FIELDS", text)
        return load(Own).fields


def test_without_the_setting_there_are_none() -> None:
    assert load(Own).fields == {}


def test_texts_are_filled_in_from_lead_and_interest(own: OwnSettings) -> None:
    fields = own({"A__c": "{offer_title} for {company}", "B__c": "fixed {{}}", "C__c": "{action}"})

    assert filled(fields, lead(), interest(1)).values == {
        "A__c": "Things for Fabrikam, Gräf & Söhne 株式会社 🙂",
        "B__c": "fixed {}",
        "C__c": "INS",
    }
    assert filled(own({"A__c": "{offer}"}), lead(), None).values == {}


def test_normal_forms_and_the_stage_can_be_filled_in(own: OwnSettings) -> None:
    fields = own({"A__c": "{country_code} {country_name} {phone_e164}", "B__c": "{stage}"})

    assert filled(fields, lead(), interest(1)).values == {
        "A__c": "DE Germany +4930123456",
        "B__c": "active",
    }
    asked_another = replace(lead(), interests=(), stage_reached=Stage.NONE)
    assert filled(own({"B__c": "{stage}"}), asked_another, None).values == {}


def test_constants_keep_their_type(own: OwnSettings) -> None:
    found = filled(own({"a": True, "b": 100_000_001, "c": 1.5, "d": "1"}), lead(), None)

    assert found.values == {"a": True, "b": 100_000_001, "c": 1.5, "d": "1"}
    assert [type(value) for value in found.values.values()] == [bool, int, float, str]
    assert found.texts == {"d": "1"}
    assert found.constants == {"a": True, "b": 100_000_001, "c": 1.5}


def test_a_choice_maps_what_the_marketplace_says_without_regard_to_case(own: OwnSettings) -> None:
    def product(text: str) -> object:
        return filled(own({"p": PRODUCT | {"of": text}}), lead(), interest(1)).values["p"]

    assert product("{offer}") == "Things Pro"
    assert product("COGS") == 7
    assert product("{company}") == "Other"


def test_a_text_without_a_choice_leaves_the_field_out_and_is_remarked(own: OwnSettings) -> None:
    fields = own({"p": {"of": "{offer}", "values": {"cogs": "Cogs"}}, "q": "x"})

    found = filled(fields, lead(), interest(1))

    assert found.values == {"q": "x"}
    assert found.remarks == ("p left out: the setting has no value",)


def test_what_a_field_may_get_is_known_before_a_lead_comes(own: OwnSettings) -> None:
    fields = own({"p": PRODUCT, "q": "fixed", "r": 3, "s": "{offer}"})

    assert {name: list(settable(field)) for name, field in fields.items()} == {
        "p": ["Things Pro", 7, "Other"],
        "q": ["fixed"],
        "r": [3],
        "s": [],
    }


@given(st.text(alphabet="{}:!.[]0 or>" + "title"), st.sampled_from(["{offer}", "{title}"]))
def test_a_text_that_is_taken_can_be_filled_in_for_any_lead(text: str, placeholder: str) -> None:
    with suppress(ValidationError):
        fields = OWN_FIELDS.validate_python(json.dumps({"a": text + placeholder + text}))
        found = filled(fields, lead(), interest(1)).values["a"]
        assert str(found).count(CONTACT.title if placeholder == "{title}" else "things") >= 1


def test_a_field_of_ours_is_not_the_publishers_in_any_case(own: OwnSettings) -> None:
    fields = own({"a": 1, "Email": "{email}"})

    assert without_ours(fields, ["e-mail"]) == fields
    with pytest.raises(ValueError, match="is set by the relay itself"):
        without_ours(fields, ["id", "EMAIL"])


@pytest.mark.parametrize("where", ["a text", "the text of a choice"])
@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{offr}", r"names \{offr\}; there are: action, "),
        ("{}", r"names \{\}; there are: "),
        ("{0}", r"names \{0\}; there are: "),
        ("{offer.__class__}", r"names \{offer.__class__\}; there are: "),
        ("{offer[0]}", r"names \{offer\[0\]\}; there are: "),
        ("{offer.title}", r"names \{offer.title\}; there are: "),
        ("{ offer }", r"names \{ offer \}; there are: "),
        ("{offer", "is not a text that can be filled in: "),
        ("offer}", "is not a text that can be filled in: "),
        ("{", "is not a text that can be filled in: "),
        ("{offer:d}", r"has more than a name in \{offer…\}"),
        ("{offer:>5}", r"has more than a name in \{offer…\}"),
        ("{offer:{title}}", r"has more than a name in \{offer…\}"),
        ("{offer:{width}}", r"has more than a name in \{offer…\}"),
        ("{offer!r}", r"has more than a name in \{offer…\}"),
        ("{offer!x}", r"has more than a name in \{offer…\}"),
    ],
)
def test_a_text_that_can_not_be_filled_in_is_told(
    own: OwnSettings, text: str, fault: str, where: str
) -> None:
    field = text if where == "a text" else PRODUCT | {"of": text}
    with pytest.raises(SettingsError, match=f"X_FIELDS: .*'A__c' {fault}"):
        own({"A__c": field, "B__c": "{offer}"})


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ("{", "Invalid JSON"),
        ("[]", "should be a valid dictionary"),
        ({"p": {"of": "{offer}"}}, "Field required"),
        ({"p": PRODUCT | {"otherwise": 1}}, "Extra inputs are not permitted"),
        ({"p": [1]}, "should be a valid"),
        ({"p": None}, "should be a valid"),
    ],
)
def test_what_is_no_field_is_told(own: OwnSettings, fields: object, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        own(fields)


def test_texts_tell_where_the_lead_stands(own: OwnSettings) -> None:
    fields = own(
        {
            "A__c": "{owner}/{team}/{priority}/{tags}/{rule}/{follow_up_due_at}",
            "B__c": "{unqualified_because}{qualification_by}{qualification_note}",
            "C__c": {"of": "{qualified}", "values": {"yes": True}, "else": False},
        }
    )
    tagged = replace(lead(), tags=("big", "new"))

    assert filled(fields, tagged, interest(1)).values == {
        "A__c": "anna/north/high/big, new/enterprise/2026-11-03T09:00:00Z",
        "B__c": "country is missing",
        "C__c": False,
    }
    unknown = replace(tagged, follow_up=FollowUp(), owner="", team="", tags=(), unqualified=())
    assert filled(fields, unknown, None).values == {"A__c": "//high///", "C__c": True}


def test_a_field_that_is_refused_is_left_out_and_told_others_are_filled() -> None:
    fields = {"Offer__c": "{offer}", "Kind__c": "ours", "Gone__c": "x"}

    own = without_refused(
        "the CRM", fields, ["Kind__c", "Phone"], lambda some: filled(some, lead(), interest())
    )

    assert own.values.keys() == {"Offer__c", "Gone__c"}
    assert own.remarks == ("Kind__c left out: not accepted by the CRM",)


def test_the_settings_decide_constants_and_choices_but_not_what_a_customer_wrote() -> None:
    choice = Choice.model_validate({"of": "{offer}", "values": {"a": "b"}})

    assert decided({"A": "ours", "B": "{company}", "C": choice, "D": True}) == {"A", "C", "D"}


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 400])
@pytest.mark.parametrize(
    "field",
    [
        '{"x": %s}',
        '{"x": {"of": "{offer}", "values": {"a": %s}}}',
        '{"x": {"of": "{offer}", "values": {}, "else": %s}}',
    ],
)
def test_a_number_that_json_can_not_hold_is_a_fault_of_the_setting(
    own: OwnSettings, field: str, number: str
) -> None:
    with pytest.raises(SettingsError, match=r"X_FIELDS: .*'x' is not a number that JSON can hold"):
        own(field % number)


def test_other_numbers_are_not(own: OwnSettings) -> None:
    assert own('{"a": 1e300, "b": -7, "c": true}') == {"a": 1e300, "b": -7, "c": True}


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"": "x"}, "a field has no name"),
        ({" ": "x"}, "a field has no name"),
        ('{"tier": "a", "tier": "b"}', "'tier' appears twice"),
        ({"Tier": "a", "tier ": "b"}, "'tier ' appears twice"),
        ({"tier": {"of": "{offer}", "values": {"Pro": 1, "pro": 2}}}, "'pro' appears twice"),
        (
            {"tier": {"of": "{offer}", "values": {"pro": "{title}"}}},
            "'tier' has {title} in a value",
        ),
        (
            {"tier": {"of": "{offer}", "values": {}, "else": "{offer}"}},
            "'tier' has {offer} in a val",
        ),
        ({"tier": "a\0b"}, "'tier' has a character that can't be shown"),
        ({"tier": {"of": "{offer}", "values": {"x": "\uffff"}}}, "that can't be shown"),
    ],
)
def test_what_would_be_sent_otherwise_than_it_looks_is_refused(
    own: OwnSettings, fields: object, fault: str
) -> None:
    with pytest.raises(SettingsError, match=re.escape(fault)):
        own(fields)


@pytest.mark.parametrize("text", ["{", "[" * 100_000, '{"a": }'])
def test_what_is_no_json_is_told_as_such(own: OwnSettings, text: str) -> None:
    with pytest.raises(SettingsError, match="X_FIELDS"):
        own(text)


def test_white_space_around_names_and_choices_is_not_theirs(own: OwnSettings) -> None:
    fields = own({" tier ": {"of": "{offer} ", "values": {" things\n": "A {new} one"}}})

    assert filled(fields, lead(), interest()).values == {"tier": "A {new} one"}
