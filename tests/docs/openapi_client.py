"""Make a client of docs/openapi.json, and use it on an app that runs; see CONTRIBUTING.

Takes the program ``openapi-python-client``, which is not among our dependencies, and the Python of
its environment, which has what the client needs.
"""

import asyncio
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from local.app_process import RunningApp
from local.demo.run import app_settings
from tests.docs.documents import ROOT

NAME = "relay_client"
USE = f"""
import sys
from {NAME} import AuthenticatedClient, Client
from {NAME}.api.leads import ingest_lead
from {NAME}.models import AcceptedBody, Problem, Push

client = Client(base_url=sys.argv[1], raise_on_unexpected_status=True)
push = {{"UserDetails": {{"Email": "ada@example.com"}}, "LeadSource": "AppSource-INS|a.b"}}
taken = ingest_lead.sync_detailed(client=client, body=Push.from_dict(push))
assert taken.status_code == 202, taken
assert isinstance(taken.parsed, AcceptedBody) and taken.parsed.submission_id, taken
refused = ingest_lead.sync_detailed(client=client, body=Push())
assert refused.status_code == 400, refused
assert isinstance(refused.parsed, Problem) and refused.parsed.quarantine_id, refused
large = ingest_lead.sync_detailed(client=client, body=Push(description="x" * 40_000))
assert large.status_code == 413 and isinstance(large.parsed, Problem), large
"""


async def main(program: str) -> None:
    """Generate, then push a lead, a body that is none, and one that is too large."""
    with TemporaryDirectory() as folder:
        generate = ["generate", "--path", str(ROOT / "docs/openapi.json"), "--meta", "none"]
        where = ["--output-path", str(Path(folder, NAME))]
        await _run(program, *generate, *where, folder=folder)
        async with RunningApp(env=app_settings()) as app:
            await _run(str(Path(program).with_name("python")), "-c", USE, app.url, folder=folder)
    sys.stdout.write("a client of docs/openapi.json works\n")


async def _run(*command: str, folder: str) -> None:
    process = await asyncio.create_subprocess_exec(*command, cwd=folder)
    if code := await process.wait():
        raise subprocess.CalledProcessError(code, command)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
