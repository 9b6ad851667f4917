"""A stand-in for the Bicep compiler: it knows a toy language, and answers as the real one does."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from tools.bicep.compiler import Answer
from tools.bicep.sources import Variables

REASON = "Template snapshotting could not be completed for the following reason: "


@dataclass
class FakeBicep:
    """Warns of ``WARN``, indents with two blanks, refuses what is in ``refused``."""

    refused: set[str] = field(default_factory=set)

    def run(self, folder: Path, *arguments: str, variables: Variables | None = None) -> Answer:
        """Do one command."""
        command, name, *_ = (each for each in arguments if not each.startswith("-"))
        text = (folder / name).read_text("utf-8")
        if "SYNTAX" in text:
            return Answer(ok=False, output="", told=f"{folder}/{name}(1,1) : Error BCP007: This")
        if command == "format":
            return Answer(ok=True, output=text.replace("\t", "  "), told="")
        if command == "snapshot":
            return self._snapshot(folder, text, dict(variables or {}))
        told = f"{folder}/{name}(1,1) : Warning no-unused-vars" if "WARN" in text else ""
        return Answer(ok=True, output="{}", told=told)

    def _snapshot(self, folder: Path, text: str, variables: dict[str, str]) -> Answer:
        for value in variables.values():
            if value in self.refused:
                return Answer(ok=False, output="", told=f"{REASON}'CRM: is {value!r}'.")
        made = {"predictedResources": [], "outputs": {"CRM": variables.get("CRM", "")}, "of": text}
        (folder / "main.snapshot.json").write_text(json.dumps(made), "utf-8")
        return Answer(ok=True, output="", told="")
