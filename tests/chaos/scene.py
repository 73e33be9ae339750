"""A real Kafka, a real MinIO behind a faulty proxy, a simulated API, and a crew of workers."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import duckdb
from aiokafka import AIOKafkaConsumer, TopicPartition
from chaos.crew import Crew, Member
from chaos.entries import compare, missing_of
from chaos.independent_chain import Bucket, ChainReading
from chaos.independent_reader import read_table, read_topic
from chaos.load import TOPIC, Load
from support.services.faulty_proxy import FaultyProxy, Message
from support.services.kafka import KafkaServer
from support.services.minio import MinioServer
from support.services.ports import free_port
from support.worker_process import WorkerProcess

from greenpulse.clock import SystemClock
from greenpulse.grid.simulator import Simulator, serve

__all__ = ["PARTITIONS", "Findings", "Scene"]

PARTITIONS = 3
_BUCKET = "chaos"
_PREFIX = "lake"


@dataclass
class Findings:
    """What the independent reader found; ``damage`` is empty where all is as promised."""

    damage: list[str]
    records: int
    acknowledged: int
    chain: ChainReading

    def __str__(self) -> str:
        return "\n".join(["damage:", *self.damage]) if self.damage else "no damage"


@dataclass
class Scene:
    """All parts, started, and where they keep what they have."""

    folder: Path
    kafka: KafkaServer
    minio: MinioServer
    proxy: FaultyProxy
    bucket: Bucket
    crew: Crew
    api_url: str

    @classmethod
    @asynccontextmanager
    async def set(
        cls,
        folder: Path,
        kafka: KafkaServer,
        minio: MinioServer,
        random: Random,
        *,
        rewrite: Callable[[Message], Message] = lambda request: request,
    ) -> AsyncIterator["Scene"]:
        """All of it but workers; they end with the context, Kafka and MinIO do not."""
        simulator = Simulator.from_seed(random.randrange(1000), SystemClock())
        user = (minio.access_key, minio.secret_key)
        async with AsyncExitStack() as stack:
            port = await stack.enter_async_context(serve(simulator, "127.0.0.1", 0))
            proxy = await stack.enter_async_context(
                FaultyProxy(minio.endpoint, random, rewrite=rewrite)
            )
            bucket = await stack.enter_async_context(
                Bucket.at(minio.endpoint, *user, _BUCKET, f"{_PREFIX}/")
            )
            await bucket.create()
            crew = Crew([])
            scene = cls(folder, kafka, minio, proxy, bucket, crew, f"http://127.0.0.1:{port}")
            await stack.enter_async_context(crew)
            yield scene

    def add_workers(self, count: int, **settings: object) -> None:
        """So many more, that do not run yet."""
        self.crew.members += [self.member(f"worker-{n}", **settings) for n in range(count)]

    def member(self, name: str, **settings: object) -> Member:
        """One more worker, that does not run yet, of other settings where they are given."""
        folder = self.folder / name
        folder.mkdir()
        # Not of those that the kernel gives away: it keeps its port while it is down.
        port = free_port()
        usual: dict[str, object] = {
            "DATA": self.folder / "data",
            "BROKER": f"kafka://{self.kafka.hosts}",
            "LAKE": f"s3://{_BUCKET}/{_PREFIX}",
            "S3_ENDPOINT": self.proxy.endpoint,
            "S3_ACCESS_KEY": self.minio.access_key,
            "S3_SECRET_KEY": self.minio.secret_key,
            "PARTITIONS": PARTITIONS,
            "POLL_SECONDS": 2,
            "ARCHIVE_WINDOW_SECONDS": 2,
            "ARCHIVE_MAX_RECORDS": 500,
        }
        worker = WorkerProcess(folder, self.api_url, port=port, **(usual | settings))
        return Member(name, worker)

    @property
    def warehouse(self) -> Path:
        return self.folder / "data" / "warehouse.duckdb"

    async def log_ends(self) -> dict[int, int]:
        """The next offset of each partition of the topic."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self.kafka.hosts)
        await consumer.start()
        try:
            places = [TopicPartition(TOPIC, number) for number in range(PARTITIONS)]
            return {p.partition: end for p, end in (await consumer.end_offsets(places)).items()}
        finally:
            await consumer.stop()

    def table_ends(self) -> dict[int, int]:
        """The next offset of each partition of the table; read while no worker runs."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            rows = connection.execute(
                "select partition_id, max(log_offset) + 1 from bronze.raw_intensity group by all"
            ).fetchall()
        return dict(rows)

    async def findings(self, load: Load) -> Findings:
        """Hold ledger, chain and table against the topic; nothing of GreenPulse has a say."""
        damage = await self.bucket.changes()
        topic = await read_topic(self.kafka.hosts, TOPIC, PARTITIONS)
        chain = await self.bucket.read_chains(TOPIC)
        damage += chain.problems
        table = read_table(self.warehouse, TOPIC)
        for name, copy in (("chain", chain.lines), ("table", table)):
            differences = compare(topic, copy)
            if differences.count:
                damage.append(f"the {name} is no copy of the topic: {differences}")
        acknowledged = load.ledger()
        lost = missing_of(acknowledged, topic)
        if lost:
            damage.append(f"{len(lost)} acknowledged records are not in the topic: {lost[:5]}")
        return Findings(damage, len(topic), len(acknowledged), chain)

    def logs(self, lines: int = 30) -> str:
        """The last lines of each worker's log."""
        return "\n".join(
            "\n".join([f"--- {m.name}", *m.worker.log().splitlines()[-lines:]])
            for m in self.crew.members
        )
