"""The settings that CRMs have in common, each under a name that begins with the CRM's."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import AliasGenerator, Field, ValidationInfo, field_validator
from pydantic_settings import SettingsConfigDict

from shared.destinations.http.countries import CountryFormat
from shared.destinations.http.outcomes import NAMES, NONE, Outcomes, outcome_of
from shared.destinations.http.own_fields import OwnField, without_ours
from shared.domain.acts import Outcome
from shared.settings import Settings


def named(crm: str) -> SettingsConfigDict:
    """Return what gives a CRM's settings their names: ``country`` is ``HUBSPOT_COUNTRY``.

    ``own_fields`` is ``HUBSPOT_FIELDS``.
    """
    names = AliasGenerator(validation_alias=lambda f: f"{crm}_{f.removeprefix('own_').upper()}")
    return SettingsConfigDict(alias_generator=names)


class CrmSettings(Settings):
    """What is set for every CRM; one declares ``own_fields`` after what names fields of ours."""

    ours: ClassVar[tuple[str, ...]]
    """The fields that a record is recognised by, or an interest, and that the relay sets."""
    naming_ours: ClassVar[tuple[str, ...]] = ()
    """The settings that name further ones."""

    known_outcomes: ClassVar[Mapping[str, Outcome]]
    """What the statuses say that the vendor ships."""

    country: CountryFormat = Field(
        "as_given", description="how countries are written: as_given, iso (DE), or name (Germany)"
    )
    outcomes: Outcomes = Field(
        {},
        description='what statuses say of a lead, as JSON: {"a status": "in conversation"}; the'
        f" outcomes are {NAMES}, and {NONE}",
    )

    @field_validator("own_fields", check_fields=False)
    @classmethod
    def _ours_are_free(
        cls, fields: Mapping[str, OwnField], info: ValidationInfo
    ) -> Mapping[str, OwnField]:
        """Refuse what a record is recognised by: with another value it would be another record."""
        named_so = (str(info.data.get(setting, "")) for setting in cls.naming_ours)
        return without_ours(fields, (*cls.ours, *named_so))

    def outcome(self, status: str) -> Outcome | None:
        """Return what a status says of a lead, None if nothing."""
        return outcome_of(status, self.known_outcomes, self.outcomes)


class SharedRecordSettings(CrmSettings):
    """What is set for a CRM in which a customer may have a record that is not of our making."""

    fill_empty_only: bool = Field(
        default=True,
        description="true or false: whether a record that was there before us keeps its values, and"
        " gets only what is missing",
    )
