"""How fast the embedded broker is: python benchmarks/embedded_broker.py [rounds].

Each round takes a new log in a temporary folder and puts 120,000 polls of 546 bytes into
its three partitions: in bulk, one by one at the same time, and one after the other. It
then reads them back twice, from the log itself and through a Faust worker, a process of
its own, whose agent acknowledges each batch and does nothing else. Medians are printed.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import faust

from greenpulse.agents.streams import Events, acknowledge, records_of, unacked
from greenpulse.broker.batch_consumer import batch_topic
from greenpulse.broker.embedded import embedded_url
from greenpulse.broker.embedded_log import EmbeddedLog
from greenpulse.broker.log import Message, TopicSpec
from greenpulse.records import POLLS_TOPIC

BULK_RECORDS = 100_000
AT_ONCE_RECORDS = 19_000
SERIAL_RECORDS = 1_000
RECORDS = BULK_RECORDS + AT_ONCE_RECORDS + SERIAL_RECORDS
APPEND_RECORDS = 1_000
PARTITIONS = 3
POLL_BYTES = 546
WORKER_SECONDS = "worker_seconds"


async def measure_log(path: Path) -> dict[str, float]:
    """Fill a new log at ``path`` and read it back."""
    log = EmbeddedLog(path)
    await log.ensure_topics([TopicSpec(POLLS_TOPIC, PARTITIONS)])
    polls = [Message(None, os.urandom(POLL_BYTES)) for _ in range(APPEND_RECORDS)]

    began = time.perf_counter()
    for _ in range(BULK_RECORDS // APPEND_RECORDS):
        await log.append(POLLS_TOPIC, polls)
    bulk_seconds = time.perf_counter() - began

    began = time.perf_counter()
    await asyncio.gather(*(log.append(POLLS_TOPIC, polls[:1]) for _ in range(AT_ONCE_RECORDS)))
    at_once_seconds = time.perf_counter() - began

    began = time.perf_counter()
    for _ in range(SERIAL_RECORDS):
        await log.append(POLLS_TOPIC, polls[:1])
    serial_seconds = time.perf_counter() - began

    began = time.perf_counter()
    count = 0
    async for _, records in log.follow(POLLS_TOPIC, {}):
        count += len(records)
        if count == RECORDS:
            break
    read_seconds = time.perf_counter() - began
    await log.close()

    return {
        "appended in bulk, records a second": BULK_RECORDS / bulk_seconds,
        "appended at once, records a second": AT_ONCE_RECORDS / at_once_seconds,
        "one append until it is durable, ms": serial_seconds / SERIAL_RECORDS * 1000,
        "read from the log, records a second": RECORDS / read_seconds,
    }


def measure_worker(path: Path) -> dict[str, float]:
    """Let a worker read the log at ``path``."""
    command = [sys.executable, __file__, "--worker", str(path)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    seconds = float(path.with_name(WORKER_SECONDS).read_text())
    return {"read by a Faust agent, records a second": RECORDS / seconds}


def run_worker(path: str) -> None:
    """Read all polls with a batch agent; leave the seconds from the first to the last."""
    app = faust.App(
        "benchmark",
        broker=embedded_url(Path(path)),
        datadir=Path(path).parent / "faust",
        store="memory://",
        stream_wait_empty=False,
        web_enabled=False,
        worker_redirect_stdouts=False,
    )

    async def acknowledge_all(stream: Events) -> None:
        count, began = 0, 0.0
        async for event in unacked(stream):
            began = began or time.perf_counter()
            count += len(records_of(event))
            await acknowledge(stream, event)
            if count == RECORDS:
                seconds = time.perf_counter() - began
                Path(path).with_name(WORKER_SECONDS).write_text(str(seconds))
                os._exit(0)

    app.agent(batch_topic(app, POLLS_TOPIC))(acknowledge_all)
    faust.Worker(app, loglevel="critical", quiet=True).execute_from_commandline()


def main(arguments: Sequence[str]) -> None:
    """Run the rounds, or be the worker of one."""
    if arguments[:1] == ["--worker"]:
        run_worker(arguments[1])
        return
    rounds = []
    for _ in range(int(arguments[0]) if arguments else 5):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "log.sqlite"
            rounds.append(asyncio.run(measure_log(path)) | measure_worker(path))
    for name in rounds[0]:
        print(f"{name:42} {median(figures[name] for figures in rounds):12,.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
