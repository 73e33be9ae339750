"""Workers of GreenPulse under a load, on a real Kafka and a real MinIO; what several share."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from contestants import CONTESTANTS, Place, greenpulse_variables
from measured_process import MeasuredProcess
from polls_topic import append
from real_services import Services, free_port

from greenpulse.broker.kafka_connection import KafkaConnection
from greenpulse.broker.kafka_log import KafkaLog
from greenpulse.topics import topic_specs

__all__ = ["PARTITIONS", "WINDOW_SECONDS", "audit", "open_log", "start_load", "start_worker"]

PARTITIONS = 4
RETENTION_DAYS = 30
WINDOW_SECONDS = 2.0
"""A file is open for no longer; a record that waits for longer waits for something else."""


def place_of(services: Services, bucket: str, name: str, endpoint: str = "") -> Place:
    folder = services.folder / name
    aws = services.aws | ({"AWS_ENDPOINT_URL": endpoint} if endpoint else {})
    return Place(services.kafka.hosts, bucket, folder, free_port(), PARTITIONS, aws)


def start_worker(
    services: Services, bucket: str, name: str, *, endpoint: str = ""
) -> MeasuredProcess:
    """A worker that archives into ``bucket``, by way of ``endpoint`` where one is given."""
    place = place_of(services, bucket, name, endpoint)
    command = CONTESTANTS["greenpulse"].command(place, "")
    return MeasuredProcess(command, greenpulse_variables(place), place.folder, "worker")


def start_load(services: Services, a_second: int) -> MeasuredProcess:
    """So many heartbeats a second, evenly over the partitions, until it is stopped."""
    script = str(Path(__file__).with_name("constant_load.py"))
    command = (sys.executable, script, services.kafka.hosts, str(PARTITIONS), str(a_second))
    return MeasuredProcess(command, {}, services.folder / "load", "load")


@asynccontextmanager
async def open_log(services: Services, *, records: int = 0) -> AsyncIterator[KafkaLog]:
    """The Kafka, with GreenPulse's topics and ``records`` heartbeats in them."""
    log = KafkaLog(KafkaConnection(services.kafka.hosts))
    try:
        await log.ensure_topics(topic_specs(PARTITIONS, RETENTION_DAYS))
        await append(log, PARTITIONS, records)
        yield log
    finally:
        await log.close()


def audit(services: Services, bucket: str) -> None:
    """Let GreenPulse prove that all of the topic lies in the chain; raises where not."""
    place = place_of(services, bucket, "audit")
    place.folder.mkdir(parents=True, exist_ok=True)
    command = (sys.executable, "-m", "greenpulse", "audit", "--complete")
    environment = {**os.environ, **greenpulse_variables(place)}  # noqa: TID251 - PATH
    done = subprocess.run(
        command, cwd=place.folder, env=environment, capture_output=True, text=True, check=False
    )
    print(done.stdout.strip() or done.stderr.strip())
    assert done.returncode == 0, f"audit ended with {done.returncode}"
