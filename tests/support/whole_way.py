"""The whole way on real services, each of which can be away, and a worker that is watched."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from support.fast_path import PARTITIONS, FastPath
from support.services.faulty_proxy import Faults, FaultyProxy
from support.services.kafka import KafkaServer
from support.services.minio import MinioServer
from support.services.ports import free_port
from support.worker_process import WorkerProcess

from greenpulse.clock import SystemClock, from_rfc3339
from greenpulse.grid.simulator import Simulator, serve
from greenpulse.records import POLLS_TOPIC

__all__ = [
    "HEARTBEAT_SECONDS",
    "SimulatedApi",
    "WholeWay",
    "is_fresh",
    "is_ready",
    "lost_ticks",
    "notebook_on",
    "parts_of",
    "said_of",
    "scheduled_between",
    "works_again",
]

HEARTBEAT_SECONDS = 2
_LOOK_SECONDS = 0.25
_SAYS_WITHIN_SECONDS = 120.0
_CATCHES_UP_WITHIN_SECONDS = 300.0
_A_DAY_SECONDS = 86_400
_AUDITS = 3


_NOTEBOOK = """
import duckdb, sys, time
while True:
    try:
        connection = duckdb.connect(sys.argv[1])
        break
    except duckdb.IOException:
        time.sleep(0.01)
print(flush=True)
sys.stdin.read()
"""


class SimulatedApi:
    """The simulator on a port that it keeps, there or not."""

    def __init__(self) -> None:
        self._simulator = Simulator.from_seed(1, SystemClock())
        self._port = free_port()
        self._serving = AsyncExitStack()
        self.address = f"http://127.0.0.1:{self._port}"

    async def come(self) -> None:
        await self._serving.enter_async_context(serve(self._simulator, "127.0.0.1", self._port))

    async def go(self) -> None:
        await self._serving.aclose()


class WholeWay:
    """Kafka, a MinIO behind a proxy, an API behind another one, one DuckDB file, a load.

    Attributes:
        path: Starts workers and sends the load.
        api: Answers the polls; ``api_faults`` befall what it is asked.
        store_faults: Befall what MinIO is asked.
        warehouse: The DuckDB file that the workers share.
    """

    def __init__(
        self, path: FastPath, api: SimulatedApi, api_faults: Faults, store_faults: Faults
    ) -> None:
        self.path = path
        self.api = api
        self.api_faults = api_faults
        self.store_faults = store_faults
        self.hosts = ""
        self.warehouse = Path()

    @classmethod
    @asynccontextmanager
    async def open(
        cls, folder: Path, kafka: KafkaServer, minio: MinioServer, **settings: object
    ) -> AsyncIterator["WholeWay"]:
        """All of it but a worker; what was started ends with the context."""
        api = SimulatedApi()
        warehouse = folder / "warehouse.duckdb"
        async with AsyncExitStack() as stack:
            await api.come()
            stack.push_async_callback(api.go)
            to_api = await stack.enter_async_context(FaultyProxy(api.address, Random(1)))
            to_store = await stack.enter_async_context(FaultyProxy(minio.endpoint, Random(1)))
            path = FastPath(
                folder,
                kafka.hosts,
                **{
                    "API_URL": to_api.endpoint,
                    "LAKE": "s3://whole/lake",
                    "S3_ENDPOINT": to_store.endpoint,
                    "S3_ACCESS_KEY": minio.access_key,
                    "S3_SECRET_KEY": minio.secret_key,
                    "WAREHOUSE": f"duckdb://{warehouse}",
                    "POLL_SECONDS": HEARTBEAT_SECONDS,
                    "ARCHIVE_WINDOW_SECONDS": 2,
                    **settings,
                },
            )
            stack.push_async_callback(path.end)
            whole = cls(path, api, to_api.faults, to_store.faults)
            whole.hosts, whole.warehouse = kafka.hosts, warehouse
            yield whole

    async def start(self, **settings: object) -> WorkerProcess:
        """One more worker; ready, and fresh, when it returns."""
        worker = await self.path.start(**settings)
        await is_fresh(worker)
        return worker

    async def spawn(self, **settings: object) -> WorkerProcess:
        """One more worker, that some part keeps from being ready; its pages are there."""
        worker = self.path.add(**settings)
        await worker.start(until="/health/live")
        return worker

    async def end_offsets(self) -> dict[int, int]:
        """The next offset that the log gives of each partition."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self.hosts)
        await consumer.start()
        try:
            places = [TopicPartition(POLLS_TOPIC, number) for number in range(PARTITIONS)]
            return {p.partition: end for p, end in (await consumer.end_offsets(places)).items()}
        finally:
            await consumer.stop()

    async def caught_up(self, *workers: WorkerProcess, is_loaded: bool = True) -> float:
        """Wait until all that is in the log now is in files, and in rows; the seconds it took."""
        clock = asyncio.get_running_loop().time
        began, wanted = clock(), await self.end_offsets()
        async with asyncio.timeout(_CATCHES_UP_WITHIN_SECONDS):
            while not _reaches(await _lanes(workers), wanted, is_loaded=is_loaded):
                await asyncio.sleep(_LOOK_SECONDS)
        return clock() - began

    async def audited(self, worker: WorkerProcess) -> tuple[int, str, str]:
        """What ``audit --complete`` says once nobody polls any more and ``worker`` has stopped."""
        assert await worker.terminate() == 0
        last = await self.path.start(POLL_SECONDS=_A_DAY_SECONDS)
        audited = (-1, "", "")
        for _ in range(_AUDITS):
            await self.caught_up(last)
            audited = await last.command("audit", "--complete")
            if audited[0] == 0:
                break
            # It polls, too, though seldom: that may have come in between, and does not again.
        await last.kill()
        return audited

    async def polls(self, series: str = "intensity") -> list[dict[str, Any]]:
        """All polls of a series that the log has, in its order."""
        log = await self.path.log()
        values: list[Any] = [value for records in log.values() for _, value in records]
        return [value for value in values if value.get("series") == series]


@asynccontextmanager
async def notebook_on(warehouse: Path) -> AsyncIterator[int]:
    """Somebody else's process that holds the DuckDB file while the context lasts; its pid."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _NOTEBOOK, str(warehouse)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        await process.stdout.readline()
        yield process.pid
    finally:
        process.kill()
        await process.communicate()


def lost_ticks(polls: list[dict[str, Any]], period_seconds: float = HEARTBEAT_SECONDS) -> list[str]:
    """Ticks between the first and the last one of which no poll tells."""
    known = {from_rfc3339(poll["scheduled_at"]) for poll in polls}
    lost, tick_at = [], min(known)
    while tick_at < max(known):
        if tick_at not in known:
            lost.append(tick_at.isoformat())
        tick_at += timedelta(seconds=period_seconds)
    return lost


def scheduled_between(
    polls: list[dict[str, Any]], from_at: datetime, to_at: datetime
) -> list[dict[str, Any]]:
    return [poll for poll in polls if from_at <= from_rfc3339(poll["scheduled_at"]) < to_at]


async def is_fresh(worker: WorkerProcess) -> None:
    """Wait until the pages of ``worker`` know how it is now."""
    async with asyncio.timeout(_SAYS_WITHIN_SECONDS):
        while not (await worker.json("/api/v1/now"))["is_fresh"]:
            await asyncio.sleep(_LOOK_SECONDS)


async def is_ready(worker: WorkerProcess) -> None:
    async with asyncio.timeout(_SAYS_WITHIN_SECONDS):
        while await worker.status("/health/ready") != 200:
            await asyncio.sleep(_LOOK_SECONDS)


async def said_of(worker: WorkerProcess, part: str, words: str = "") -> str:
    """Wait until ``part`` waits, and ``words`` say what for; the whole sentence."""
    async with asyncio.timeout(_SAYS_WITHIN_SECONDS):
        while True:
            found = (await parts_of(worker))[part]
            reason = str(found["reason"])
            if not found["is_ready"] and reason != "starting" and words in reason:
                return reason
            await asyncio.sleep(_LOOK_SECONDS)


async def works_again(worker: WorkerProcess, part: str) -> None:
    async with asyncio.timeout(_SAYS_WITHIN_SECONDS):
        while not (await parts_of(worker))[part]["is_ready"]:
            await asyncio.sleep(_LOOK_SECONDS)


async def parts_of(worker: WorkerProcess) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(await worker.text("/health/ready"))["parts"]
    return found


async def _lanes(workers: tuple[WorkerProcess, ...]) -> list[dict[str, Any]]:
    pipelines = [await worker.json("/api/v1/pipeline") for worker in workers]
    return [lane for pipeline in pipelines for lane in pipeline["partitions"]]


def _reaches(lanes: list[dict[str, Any]], wanted: dict[int, int], *, is_loaded: bool) -> bool:
    names = ["archived_offset", *(["loaded_offset"] if is_loaded else [])]
    reached = {
        lane["partition"]: min(-1 if lane[n] is None else lane[n] for n in names) for lane in lanes
    }
    return all(reached.get(number, -2) + 1 >= end for number, end in wanted.items())
