"""Read models: what ``--json`` prints, and a page may show."""

from pydantic import BaseModel, ConfigDict


class View(BaseModel):
    """One JSON object; its fields are only ever added to."""

    model_config = ConfigDict(frozen=True)
