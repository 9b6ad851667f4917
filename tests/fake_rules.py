"""The port ``RulesStore`` in memory."""

from dataclasses import replace

from shared.domain.errors import StorageUnavailableError
from shared.ports.rules import DeployedFile, StoredRules


class FakeRulesStore:
    """Keeps rules; ``down`` makes every request fail."""

    def __init__(self) -> None:
        self.rules: StoredRules | None = None
        self.counted: set[str] = set()
        self.file: DeployedFile | None = None
        self.down = False
        self.requests = 0

    async def in_force(self) -> StoredRules | None:
        self._request()
        return self.rules

    async def has_counted(self, content: str) -> bool:
        self._request()
        return content in self.counted

    async def put_in_force(self, rules: StoredRules, *, before: StoredRules | None) -> bool:
        self._request()
        if (before.etag if before else "") != (self.rules.etag if self.rules else ""):
            return False
        self.rules = replace(rules, etag=f"{self.requests}")
        self.counted.add(rules.content_id)
        return True

    async def not_in_force(self) -> DeployedFile | None:
        self._request()
        return self.file

    async def report(self, file: DeployedFile | None) -> None:
        self._request()
        self.file = file

    def _request(self) -> None:
        self.requests += 1
        if self.down:
            raise StorageUnavailableError("storage: 503")
