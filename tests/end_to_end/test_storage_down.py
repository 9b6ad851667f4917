"""Storage that does not answer: a lead goes where it can be kept, or is not accepted."""

import re
import signal
import uuid

from tests.end_to_end.running import NOBODY_THERE, running
from tests.end_to_end.test_http import lead, problem


def without(service: str, connection: str) -> str:
    """Return a connection string with one service where nobody is."""
    return re.sub(f"{service}Endpoint=[^;]*;", f"{service}Endpoint={NOBODY_THERE}", connection)


async def test_what_the_queue_does_not_take_is_kept_in_the_outbox(azurite: str) -> None:
    prefix = f"t{uuid.uuid4().hex[:12]}"
    settings = {"LeadStorage": without("Queue", azurite), "TABLE_PREFIX": prefix}
    async with running(settings, storage=azurite) as app:
        answer = await app.post(lead("outbox"))

        assert answer.status_code == 202
        [row] = await app.rows(f"{prefix}Outbox")
        assert answer.json()["submissionId"] in row["message"].decode()
        assert problem(await app.post(b"no lead"), 400)["quarantineId"]
        assert len(await app.rows(f"{prefix}Quarantine")) == 1
        assert "Traceback" not in app.logged()
        await app.app.stop(signal.SIGKILL)  # it would wait for the queue


async def test_what_can_not_be_stored_is_not_accepted(azurite: str) -> None:
    nowhere = without("Table", without("Queue", azurite))
    async with running({"LeadStorage": nowhere}, storage=azurite) as app:
        for body in (lead("refused"), b"no lead"):
            answer = await app.post(body)

            assert "not accepted" in str(problem(answer, 503)["detail"])
            assert answer.headers["Retry-After"] == "60"
        assert "a push could not be stored: storage: ServiceRequestError" in app.logged()
        assert "Traceback" not in app.logged()
        await app.app.stop(signal.SIGKILL)  # it would wait for the queue
