"""What ``--json`` prints of the quarantine: stable names and shapes, see ``docs/operating.md``.

Fields are only ever added.
"""

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Self

from shared.operations.views import View
from shared.ports.reading import Entry


class QuarantineView(View):
    """One body in quarantine."""

    quarantine_id: str
    received_at: datetime
    reason: str
    faults: Sequence[str]
    state: str
    content_type: str
    size: int
    truncated: bool
    decided_at: datetime | None
    note: str

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Return the view of an entry without its body."""
        return cls(**{name: getattr(entry, name) for name in cls.model_fields})


class QuarantineDetails(QuarantineView):
    """One body in quarantine, whole: as text where it is UTF-8, and in base64."""

    body_text: str | None
    body_base64: str

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Return the view of an entry with its body."""
        return cls(
            **dict(QuarantineView.of(entry)),
            body_text=_text(entry.body),
            body_base64=base64.b64encode(entry.body).decode(),
        )


def _text(body: bytes) -> str | None:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None
