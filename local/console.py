"""What a person sees: the banner, then one line an event."""

import logging
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import override

from local.runtime import Outcome

SAMPLE_LEAD = (
    '{"UserDetails":{"FirstName":"Some","LastName":"One","Email":"someone@contoso.com",'
    '"Phone":"16175555555","Country":"USA","Company":"Contoso","Title":"Esquire"},'
    '"LeadSource":"AzureMarketplace","ActionCode":"INS","OfferTitle":"Test Microsoft",'
    '"Description":"Test run through Power Automate"}'
)


class _Lines(logging.Formatter):
    """Time, level, function or logger, message; times are UTC like the schedules."""

    def __init__(self, current_function: Callable[[], str | None]) -> None:
        super().__init__()
        self._current_function = current_function

    @override
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S.%f")[:-3]
        source = self._current_function() or record.name
        line = f"{at} {record.levelname:<7} {source:<14} {record.getMessage()}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def log_to_console(current_function: Callable[[], str | None]) -> None:
    """Write all logs to stdout, from INFO on as the platform does by default."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_Lines(current_function))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for chatty in ("azure", "httpx", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # The runtime's own; what it says of a failure is in the outcome, and is logged once.
    logging.getLogger("azure.functions").setLevel(logging.CRITICAL + 1)


def log_outcome(function: str, cause: str, outcome: Outcome) -> None:
    """Log one invocation in one line; a failed one with its traceback."""
    told = "%s in %d ms: %s"
    log = logging.getLogger(function)
    if outcome.ok:
        log.info(told, "succeeded", outcome.milliseconds, cause)
    else:
        told += ": %s\n%s"
        log.error(
            told,
            "failed",
            outcome.milliseconds,
            cause,
            outcome.error,
            (outcome.traceback or "").rstrip(),
        )


def silence_unclosed_clients() -> None:
    """Keep asyncio quiet from here on: the host ends a worker without closing the app's clients."""
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)


def show_banner(functions: Sequence[str], leads_urls: Sequence[str], storage: str) -> None:
    """Print what runs where, and what to try."""
    lines = [
        "",
        "Azure Functions app on this machine. A simulation of the host, around Microsoft's own",
        "runtime: no scaling, no leases, no keys (authLevel is ignored), no time-outs.",
        "",
        *(f"  {function}" for function in functions),
        "",
        f"  Storage: {storage}",
    ]
    for url in leads_urls:
        lines += ["", "Try it:", f"  curl -i {url} -H 'Content-Type: application/json' \\"]
        lines += [f"    -d '{SAMPLE_LEAD}'"]
    print(*lines, "", "Ctrl-C stops.", "", sep="\n", flush=True)
