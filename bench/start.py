"""``python -m bench.start``: how long each function takes to start, and the memory that it needs.

Each starts in a new process, as on Azure: the app is imported, then what the function needs is
built, as at its first call. Without the platform's own worker; medians.
"""

import asyncio
import json
import os
import platform
import sys
from pathlib import Path
from statistics import median

from rich.console import Console

from shared.settings import DEVELOPMENT_STORAGE

RUNS = 7
ROOT = Path(__file__).parents[1]
FUNCTIONS = {
    "ingest_lead": "ingest_lead.wiring.ingest_ports()",
    "route_lead": "route_lead.wiring.take_ports().routing()",
    "nurture_timer": "nurture_timer.wiring.sweep_ports()",
}
PROGRAM = """
import json, resource, time
started = time.perf_counter()
import {module}, function_app
imported = time.perf_counter()
{build}
built = time.perf_counter()
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps([imported - started, built - imported, memory]))
"""


async def main() -> None:
    """Measure, and print a line for each function."""
    console = Console(highlight=False)
    console.print(f"medians of {RUNS}; Python {platform.python_version()}, {os.cpu_count()} cores")
    for name, build in FUNCTIONS.items():
        runs = [
            await _run(PROGRAM.format(module=f"{name}.wiring", build=build)) for _ in range(RUNS)
        ]
        imported, built, memory = map(median, zip(*runs, strict=True))
        console.print(
            f"{name:<14} import {imported:.2f} s, first call {built:.2f} s more, {memory:.0f} MiB"
        )


async def _run(program: str) -> list[float]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program),
        cwd=ROOT,
        env={**os.environ, "LeadStorage": DEVELOPMENT_STORAGE},
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    figures: list[float] = json.loads(out)
    return figures


if __name__ == "__main__":
    asyncio.run(main())
