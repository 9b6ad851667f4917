"""What we attach to contacts: notes and tasks."""

from dataclasses import dataclass

from shared.destinations.hubspot.follow_up import TASK_BODY


@dataclass(frozen=True, slots=True)
class Kind:
    """What is attached to contacts: its path, the property of its text, the type of association.

    https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associations-guide
    """

    path: str
    body: str
    association: int


NOTE = Kind("notes", "hs_note_body", 202)
TASK = Kind("tasks", TASK_BODY, 204)
