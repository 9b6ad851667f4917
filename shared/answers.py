"""What an HTTP function answers, and how it tells what is wrong. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""All, so that a wrong one is answered 405 by us and not 404 by the host."""

RETRY_AFTER_SECONDS = 60
RETRY_LATER = {"Retry-After": str(RETRY_AFTER_SECONDS)}


class Body(BaseModel):
    """A JSON object in camel case."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)


class Problem(Body):
    """Problem details, see https://www.rfc-editor.org/rfc/rfc9457."""

    title: str
    status: int
    detail: str
    errors: tuple[str, ...] = ()
    quarantine_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer."""

    status: HTTPStatus
    body: str
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


def problem(
    status: HTTPStatus,
    detail: str,
    *,
    errors: tuple[str, ...] = (),
    quarantine_id: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Return an answer that tells what is wrong."""
    told = Problem(
        title=status.phrase,
        status=status.value,
        detail=detail,
        errors=errors,
        quarantine_id=quarantine_id,
    )
    return Answer(
        status=status,
        body=told.model_dump_json(by_alias=True, exclude_defaults=True),
        media_type="application/problem+json",
        headers=headers or {},
    )
