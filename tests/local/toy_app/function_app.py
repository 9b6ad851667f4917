"""An app with one function for each thing that the local host must do."""

import asyncio
import json
import logging
import os
from functools import cache
from pathlib import Path

import azure.functions as func
from azure.functions.timer import TimerRequest
from azure.storage.queue.aio import QueueClient

LOG = logging.getLogger(__name__)

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)


@app.route(route="echo/{first}/{second?}")
async def echo(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Answer with what came in; refuse DELETE by itself."""
    if req.method == "DELETE":
        return func.HttpResponse(status_code=405, headers={"Allow": "GET, POST"})
    LOG.info("echo logs")
    seen = {
        "method": req.method,
        "url": req.url,
        "header": req.headers.get("X-Given"),
        "query": dict(req.params),
        "route": dict(req.route_params),
        "function": context.function_name,
        "folder": Path.cwd().name,
    }
    headers = {"X-Seen": json.dumps(seen), "Set-Cookie": "a=b; Path=/"}
    return func.HttpResponse(
        req.get_body(), status_code=203, headers=headers, mimetype="application/octet-stream"
    )


@app.route(route="text", methods=["GET"])
def text(req: func.HttpRequest) -> str:
    """Answer with a plain text, from a thread."""
    LOG.info("text logs")
    return "grüß dich"


@app.route(route="text/{*rest}", methods=["GET"])
async def rest(req: func.HttpRequest) -> str:
    """Match what is left of the path."""
    return str(req.route_params.get("rest"))


@app.route(route="fail", methods=["POST"])
async def fail(req: func.HttpRequest) -> func.HttpResponse:
    """Fail."""
    raise RuntimeError("broken on purpose")


@app.route(route="slow", methods=["GET"])
async def slow(req: func.HttpRequest) -> str:
    """Take a while."""
    LOG.info("slow started")
    await asyncio.sleep(0.5)
    return "done"


@cache
def seen_queue() -> QueueClient:
    """Open it once and never close it, as an app must: nobody tells it that the host stops."""
    connection = os.environ["LeadStorage"]  # noqa: SIM112 - the name of the setting
    return QueueClient.from_connection_string(connection, "seen")


@app.queue_trigger(arg_name="message", queue_name="%TOY_QUEUE%", connection="LeadStorage")
async def take(message: func.QueueMessage) -> None:
    """Report a message to the queue ``seen``; fail for the text ``bad``."""
    text = message.get_body().decode()
    if text == "bad":
        raise ValueError("bad on purpose")
    expires_at = message.expiration_time
    seen = {
        "id": message.id,
        "text": text,
        "tries": message.dequeue_count,
        "inserted": bool(message.insertion_time),
        "expires": expires_at.isoformat() if expires_at else None,
        "hidden": bool(message.time_next_visible),
        "receipt": bool(message.pop_receipt),
    }
    await seen_queue().send_message(json.dumps(seen))


@app.timer_trigger(arg_name="timer", schedule="%TOY_SCHEDULE%", run_on_startup=False)
async def tick(timer: TimerRequest) -> None:
    """Log what the host says."""
    LOG.info("tick %s %s %s", timer.past_due, timer.schedule, timer.schedule_status["Next"])
