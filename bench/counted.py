"""``python -m bench.counted COMMAND …``: do a command of ``leads``, and count its requests.

The SDK logs each request that it sends; the count is the last line on standard error.
"""

import logging
import sys

from cli.app import main

REQUESTS = "requests: "
LOGGER = "azure.core.pipeline.policies.http_logging_policy"
SENT = "Request URL"


class _Count(logging.Handler):
    """Counts requests that are sent."""

    def __init__(self) -> None:
        super().__init__()
        self.requests = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.requests += record.getMessage().startswith(SENT)


def counted() -> None:
    """Run the command line, and say how many requests it took."""
    count = _Count()
    logger = logging.getLogger(LOGGER)
    logger.addHandler(count)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        main()
    finally:
        sys.stderr.write(f"{REQUESTS}{count.requests}\n")


if __name__ == "__main__":
    counted()
