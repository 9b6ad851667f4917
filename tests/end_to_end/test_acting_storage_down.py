"""Acting while storage does not answer: nothing is promised, and nothing breaks."""

import signal

from tests.end_to_end.running import running
from tests.end_to_end.test_http import problem
from tests.end_to_end.test_storage_down import without


async def test_programs_and_people_are_told_to_come_again(azurite: str) -> None:
    nowhere = without("Table", without("Queue", azurite))
    async with running({"LeadStorage": nowhere}, storage=azurite) as app:
        path = f"/api/leads/{'f' * 32}"
        for answer in (await app.http.get(path), await app.http.post(f"{path}/follow-up")):
            assert "can't be reached" in str(problem(answer, 503)["detail"])
            assert answer.headers["Retry-After"] == "60"
        page = await app.http.get("/api/act?link=x")

        assert page.status_code == 503
        assert "Open the link again in a minute" in page.text
        assert "Traceback" not in app.logged()
        await app.app.stop(signal.SIGKILL)  # it would wait for the queue
