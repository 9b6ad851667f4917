"""JSON that is posted to programs of others: camel-case names, and every field every time."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class JsonPart(BaseModel):
    """A part of what is posted; fields have camel-case names."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        frozen=True,
        json_schema_serialization_defaults_required=True,
    )
