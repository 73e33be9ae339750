"""Workers on a Kafka of the test's own: a load, and afterwards each record compared."""

import asyncio
import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from support.bronze import PlainFile, offsets_and_values, plain_files_of_folder
from support.services.ports import free_port
from support.worker_process import WorkerProcess

from greenpulse.records import POLLS_TOPIC

__all__ = ["PARTITIONS", "FastPath", "count_of", "owns"]

PARTITIONS = 3
_ARRIVES_WITHIN_SECONDS = 180.0
_LOOK_SECONDS = 0.25
_AT_ONCE = 1_000
_SENT_WITHIN_MS = 300_000
"""A broker that a test killed has to come back first, on a busy machine."""

Records = dict[int, list[tuple[int, object]]]
"""Offset and value of each record by partition, in order."""


class FastPath:
    """A polls topic on the Kafka at ``hosts``, and any number of workers that archive it.

    The workers ask an API that is not there, once, so that there are few polls of theirs.
    """

    def __init__(self, folder: Path, hosts: str, **settings: object) -> None:
        self._folder = folder
        self._hosts = hosts
        self._settings = settings
        self._sent = 0
        self.workers: list[WorkerProcess] = []

    async def start(self, **settings: object) -> WorkerProcess:
        """Start one more worker; ready when it returns."""
        worker = self.add(**settings)
        await worker.start()
        return worker

    def add(self, **settings: object) -> WorkerProcess:
        """One more worker, each in a folder of its own, that does not run yet."""
        folder = self._folder / f"worker-{len(self.workers)}"
        folder.mkdir()
        all_settings: dict[str, Any] = {
            "BROKER": f"kafka://{self._hosts}",
            "LAKE": f"file://{self._folder / 'lake'}",
            "WAREHOUSE": "none",
            "POLL_SECONDS": 3600,
            "ARCHIVE_WINDOW_SECONDS": 3,
            **self._settings,
            **settings,
        }
        worker = WorkerProcess(folder, f"http://127.0.0.1:{free_port()}", **all_settings)
        self.workers.append(worker)
        return worker

    async def end(self) -> None:
        """Kill all workers that still run."""
        await asyncio.gather(*(worker.kill() for worker in self.workers))

    async def send(
        self, count: int, *, a_second: float | None = None, filler_bytes: int = 480
    ) -> None:
        """Append so many numbered polls, evenly to all partitions; durable when it returns."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self._hosts,
            acks="all",
            enable_idempotence=True,
            linger_ms=5,
            request_timeout_ms=_SENT_WITHIN_MS,
        )
        await producer.start()
        try:
            for first in range(self._sent, self._sent + count, _AT_ONCE):
                numbers = range(first, min(first + _AT_ONCE, self._sent + count))
                sent = [await _send(producer, number, filler_bytes) for number in numbers]
                await asyncio.gather(*sent)
                if a_second is not None:
                    await asyncio.sleep(len(sent) / a_second)
        finally:
            await producer.stop()
        self._sent += count

    async def log(self) -> Records:
        """What a plain consumer reads from the topic."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self._hosts)
        await consumer.start()
        try:
            partitions = [TopicPartition(POLLS_TOPIC, number) for number in range(PARTITIONS)]
            consumer.assign(partitions)
            await consumer.seek_to_beginning(*partitions)
            ends = await consumer.end_offsets(partitions)
            read: Records = {tp.partition: [] for tp in partitions}
            while any([await consumer.position(tp) < ends[tp] for tp in partitions]):
                fetched = await consumer.getmany(timeout_ms=500)
                for tp, records in fetched.items():
                    read[tp.partition] += [(r.offset, json.loads(r.value)) for r in records]
        finally:
            await consumer.stop()
        return read

    async def arrive(self) -> list[str]:
        """Wait until all that is in the log now is in files; each record that is not the same."""
        log = await self.log()
        wanted = {number: records[-1][0] for number, records in log.items() if records}
        async with asyncio.timeout(_ARRIVES_WITHIN_SECONDS):
            while not await asyncio.to_thread(self._reaches, wanted):
                await asyncio.sleep(_LOOK_SECONDS)
        chains = await asyncio.to_thread(self.chains)
        differences = []
        for number, records in log.items():
            lines = dict(chains.get(number, []))
            differences += [
                f"partition {number} offset {offset}"
                for offset, value in records
                if lines.get(offset) != value
            ]
        return differences

    def chains(self) -> Records:
        """What the files hold, read without GreenPulse; fails where files overlap or leave gaps."""
        files: defaultdict[int, list[PlainFile]] = defaultdict(list)
        # Also those whose writer was stopped before it wrote their metadata.
        for file in plain_files_of_folder(self._lake):
            files[_partition_of(Path(file.key))].append(file)
        return {number: offsets_and_values(chain) for number, chain in files.items()}

    def writers(self) -> set[str]:
        """The names of all workers that wrote a file."""
        sidecars = (path.with_name(path.name + ".json") for path in self._paths())
        return {json.loads(sidecar.read_bytes())["writer"] for sidecar in sidecars}

    def _reaches(self, wanted: dict[int, int]) -> bool:
        ends: dict[int, int] = {}
        for path in self._paths():
            sidecar = path.with_name(path.name + ".json")
            end = int(json.loads(sidecar.read_bytes())["end-offset"])
            number = _partition_of(path)
            ends[number] = max(end, ends.get(number, -1))
        return all(ends.get(number, -1) >= offset for number, offset in wanted.items())

    @property
    def _lake(self) -> Path:
        return self._folder / "lake"

    def _paths(self) -> list[Path]:
        """Of the files that are whole: the metadata comes last, a moment after the body."""
        found = self._lake.glob(f"topic={POLLS_TOPIC}/partition=*/*.ndjson.gz")
        return [path for path in found if path.with_name(path.name + ".json").exists()]


async def owns(worker: WorkerProcess, *partitions: int) -> None:
    """Wait until ``worker`` archives just these partitions."""
    async with asyncio.timeout(_ARRIVES_WITHIN_SECONDS):
        while await _owned(worker) != set(partitions):
            await asyncio.sleep(_LOOK_SECONDS)


async def count_of(worker: WorkerProcess, metric: str) -> float:
    """The sum of a counter of ``worker`` over its labels."""
    found = re.findall(rf"^{metric}(?:{{.*}})? (\S+)$", await worker.text("/metrics"), re.MULTILINE)
    return sum(map(float, found))


async def _owned(worker: WorkerProcess) -> set[int]:
    pipeline: dict[str, Any] = await worker.json("/api/v1/pipeline")
    return {lane["partition"] for lane in pipeline["partitions"]}


async def _send(
    producer: AIOKafkaProducer, number: int, filler_bytes: int
) -> asyncio.Future[object]:
    value = json.dumps({"of": "load", "number": number, "filler": "x" * filler_bytes}).encode()
    sent: asyncio.Future[object] = await producer.send(
        POLLS_TOPIC, value, key=b"load", partition=number % PARTITIONS
    )
    return sent


def _partition_of(path: Path) -> int:
    return int(path.parent.name.removeprefix("partition="))
