"""Acting on a lead over HTTP, as programs and browsers do, through the functions as deployed."""

import html
import json
import re
from datetime import UTC, datetime
from urllib.parse import urlencode

import httpx
import pytest

from shared.acting.links import link_to_act
from tests.end_to_end.running import App, Row, eventually
from tests.end_to_end.test_http import lead

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def recorded(app: App, name: str) -> str:
    """Push a lead, wait until it is recorded, and return its id."""
    submission_id = (await app.post(lead(name))).json()["submissionId"]

    async def look() -> str:
        rows = await app.lead_of(submission_id)
        return str(rows[0]["PartitionKey"]) if rows else ""

    return await eventually(look)


async def row(app: App, lead_id: str) -> Row:
    [found] = await app.rows("Leads", f"PartitionKey eq '{lead_id}' and RowKey eq 'lead'")
    return found


async def link(app: App, lead_id: str, recipient: str = "ada") -> str:
    """Return the path of a link, signed with the secret that the app keeps."""
    [kept] = await app.rows("Leads", "PartitionKey eq 'lead-id-key'")
    secret = str(kept["secret"]).encode()
    return link_to_act(lead_id, recipient, "http://x", secret, datetime.now(UTC))[len("http://x") :]


async def press(app: App, path: str, page: httpx.Response, **fields: str) -> httpx.Response:
    [token] = re.findall(r'name="token" value="([^"]*)"', page.text)
    body = urlencode({"token": html.unescape(token), **fields})
    return await app.http.post(path, content=body, headers=FORM, follow_redirects=True)


async def test_a_program_sees_a_lead_and_records_a_follow_up_once(app: App) -> None:
    path = f"/api/leads/{await recorded(app, 'program')}"
    said = {"by": "Ada", "at": datetime.now(UTC).isoformat(), "outcome": "meeting"}

    shown = await app.http.get(path)
    first = await app.http.post(f"{path}/follow-up", json=said)
    again = await app.http.post(f"{path}/follow-up", json=said)

    assert shown.json()["follow_up"] == "waiting"
    assert first.status_code == again.status_code == 200
    assert first.json()["follow_up"] == "followed_up"
    acts = await app.rows("Leads", f"PartitionKey eq '{path[-32:]}' and RowKey ge 'act|'")
    assert len([r for r in acts if r["RowKey"].startswith("act|")]) == 1


@pytest.mark.parametrize(("path", "allow"), [("", "GET, HEAD"), ("/follow-up", "POST")])
async def test_another_method_is_told_which_one_is_meant(app: App, path: str, allow: str) -> None:
    answer = await app.http.delete(f"/api/leads/{'f' * 32}{path}")

    assert (answer.status_code, answer.headers["Allow"]) == (405, allow)
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_a_lead_that_is_not_there_is_a_problem_for_a_program(app: App) -> None:
    answer = await app.http.get(f"/api/leads/{'f' * 32}")

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_f1_a_scanner_that_opens_a_link_changes_nothing(app: App, method: str) -> None:
    lead_id = await recorded(app, f"scanned-{method.lower()}")
    path = await link(app, lead_id)

    async def settled() -> Row | None:
        found = await row(app, lead_id)
        return found if not await app.waiting("leads") else None

    before = await eventually(settled)
    answer = await app.http.request(method, path)

    assert answer.status_code == 200
    assert await row(app, lead_id) == before


async def test_a_person_acts_by_a_link(app: App) -> None:
    lead_id = await recorded(app, "person")
    path = await link(app, lead_id, "team:")

    page = await app.http.get(path)
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"
    assert "<bdi>Zoë Quimby</bdi>, <bdi>Gräf &amp; Söhne</bdi>" in page.text

    held = await press(app, path, page, action="have_it", by="Ada")
    assert "Noted." in held.text
    done = await press(app, path, page, action="followed_up", by="Ada", outcome="won", note="Ja ✓")
    assert "Recorded." in done.text
    again = await press(app, path, page, action="followed_up", by="Ada")
    assert again.status_code == 409

    stored = await row(app, lead_id)
    assert stored["follow_up_state"] == "followed_up"
    [act] = json.loads(stored["acts"])
    assert (act["by"], act["outcome"], act["closed"]) == ("Ada", "won", True)


async def test_a_link_that_is_not_ours_opens_nothing(app: App) -> None:
    for path in ("/api/act", "/api/act?link=x", "/api/act?link=x&link=y"):
        assert (await app.http.get(path)).status_code == 403
        assert (await app.http.post(path, content=b"")).status_code == 403
