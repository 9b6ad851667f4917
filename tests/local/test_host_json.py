import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from local.errors import StartError
from local.host_json import HostOptions, QueueOptions, parse_time_span, read_host_json


def read(folder: Path, content: object) -> HostOptions:
    (folder / "host.json").write_text(json.dumps(content))
    return read_host_json(folder)


def test_the_defaults_are_the_platforms(tmp_path: Path) -> None:
    assert read(tmp_path, {"version": "2.0"}) == HostOptions(
        "api",
        QueueOptions(
            batch_size=16,
            new_batch_threshold=8 * (os.cpu_count() or 1),
            max_polling_interval=timedelta(minutes=1),
            visibility_timeout=timedelta(),
            max_dequeue_count=5,
            base64=True,
        ),
    )


def test_all_options_are_read(tmp_path: Path) -> None:
    queues = {
        "batchSize": 4,
        "newBatchThreshold": 0,
        "maxPollingInterval": "00:00:05",
        "visibilityTimeout": "00:01:00",
        "maxDequeueCount": 2,
        "messageEncoding": "none",
    }
    extensions = {"http": {"routePrefix": ""}, "queues": queues}

    assert read(tmp_path, {"extensions": extensions}) == HostOptions(
        "",
        QueueOptions(
            batch_size=4,
            new_batch_threshold=0,
            max_polling_interval=timedelta(seconds=5),
            visibility_timeout=timedelta(minutes=1),
            max_dequeue_count=2,
            base64=False,
        ),
    )


def test_half_a_batch_is_rounded_down_for_each_cpu_and_nothing_else_limits_it(
    tmp_path: Path,
) -> None:
    one = read(tmp_path, {"extensions": {"queues": {"batchSize": 1}}})
    more = {"newBatchThreshold": 5_000, "maxDequeueCount": 5_000}
    many = read(tmp_path, {"extensions": {"queues": more}})

    assert one.queues.new_batch_threshold == 0
    assert (many.queues.new_batch_threshold, many.queues.max_dequeue_count) == (5_000, 5_000)


@pytest.mark.parametrize(
    "queues",
    [
        {"batchSize": 33},
        {"batchSize": "many"},
        {"maxDequeueCount": 0},
        {"visibilityTimeout": "a minute"},
        {"visibilityTimeout": 60},
        {"visibilityTimeout": "24:00:00"},
        {"maxPollingInterval": "00:00:00.05"},
        {"messageEncoding": "utf-16"},
    ],
)
def test_a_wrong_option_is_named(tmp_path: Path, queues: dict[str, object]) -> None:
    with pytest.raises(StartError, match=r"host\.json can't be used: "):
        read(tmp_path, {"extensions": {"queues": queues}})


def test_a_folder_that_is_no_app_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="is missing: --app must name the folder"):
        read_host_json(tmp_path)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("00:00:05", timedelta(seconds=5)),
        ("01:02:03.5", timedelta(hours=1, minutes=2, seconds=3.5)),
        ("7.00:00:00", timedelta(days=7)),
    ],
)
def test_a_time_span_is_parsed(text: str, span: timedelta) -> None:
    assert parse_time_span(text) == span
